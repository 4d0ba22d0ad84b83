"""The policy forbids what is inline; here it is found before a browser silently drops it."""

import re

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR / "templates"
TEMPLATES = sorted(ROOT.rglob("*.html"))
SCRIPTS = sorted((settings.BASE_DIR / "static").rglob("*.js"))
names = pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))


def inline(html):
    """Inline styles, scripts and handlers in ``html``."""
    html = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", html, flags=re.DOTALL)
    found = re.findall(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=|javascript:", html, re.IGNORECASE)
    found += re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", html, re.IGNORECASE)
    return [tag for tag in found if "application/json" not in tag]


def test_the_search_finds_what_it_looks_for():
    bad = '<p style="x"><a onclick="y" href="javascript:z"><script>1</script><style></style>'

    assert len(inline(bad)) == 5
    assert not inline(
        '<script defer src="a.js"></script><a data-on="x" class="style">style = on</a>'
    )


@names
def test_nothing_is_inline(path):
    assert not inline(path.read_text())


@names
def test_no_template_loads_from_elsewhere(path):
    html = path.read_text()

    assert not re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", html)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_write_no_markup_and_no_handlers(path):
    text = path.read_text()

    assert "document.write" not in text
    assert not re.findall(r"\beval\(|new Function\(|\.on[a-z]+ =", text)
