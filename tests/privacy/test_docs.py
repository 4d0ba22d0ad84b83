"""docs/privacy.md says which tests hold which rule, and is right."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROW = re.compile(r"^\| R(\d+)\b.*\|(.*)\|$", re.M)
TABLE = {
    int(number): re.findall(r"`([\w/.]+)`", files)
    for number, files in ROW.findall((ROOT / "docs/privacy.md").read_text())
}


def rules_tested_in(path):
    text = (ROOT / path).read_text()
    return {int(number) for number in re.findall(r"^def test_r(\d+)_", text, re.M)}


def test_every_rule_is_in_the_table():
    assert list(TABLE) == list(range(1, 35))
    assert all(TABLE.values())


@pytest.mark.parametrize("number", TABLE)
def test_the_tests_that_are_named_bear_the_number_of_the_rule(number):
    for path in TABLE[number]:
        assert number in rules_tested_in(path), f"{path} has no test_r{number}_…"


def test_no_numbered_test_is_left_out():
    for file in (ROOT / "tests").rglob("test_*.py"):
        path = str(file.relative_to(ROOT))
        for number in rules_tested_in(path):
            assert path in TABLE[number], f"R{number} is tested in {path} too"
