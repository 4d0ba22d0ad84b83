"""How Chinese is searched."""

import pytest

from govgrid.core.text import bigrams, is_blank, pieces_to_find, search_terms, tidy


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("路灯不亮", ["路灯", "灯不", "不亮"]),
        ("路燈", ["路灯"]),
        ("灯", ["灯"]),
        ("路灯,不亮", ["路灯", "不亮"]),
        ("５号楼", ["5", "号楼"]),
        ("WiFi", ["wi", "if", "fi", "wifi"]),
        ("A座漏水", ["a", "座漏", "漏水"]),
        ("路灯路灯", ["路灯", "灯路"]),
        (" ，。！", []),
        ("", []),
    ],
)
def test_a_text_is_found_by_its_pairs(text, pieces):
    assert bigrams(text) == pieces


def test_a_query_finds_the_text_it_was_taken_from():
    text = "夷陵区小溪塔街道5号楼WiFi信号塔噪音"

    for query in ("小溪塔", "街道 噪音", "WIFI", "信號塔", "５号楼"):
        assert set(search_terms(query)) <= set(bigrams(text))


def test_a_latin_word_in_a_query_counts_whole():
    assert search_terms("wifi") == ["wifi"]


@pytest.mark.parametrize(
    ("text", "blank"),
    [("", True), (" \u3000\n", True), ("\u200b\ufeff", True), ("\u3164", True), ("\u0301", True),
     ("好", False), ("\u200b好", False), ("👍", False), ("…", False), ("7", False)],
)  # fmt: skip
def test_a_text_is_blank_when_nothing_of_it_is_seen(text, blank):
    assert is_blank(text) is blank


def test_a_short_text_is_found_by_parts_of_it_and_by_beginnings():
    pieces = pieces_to_find("龍泉Garden 12號", "lqgarden12h")

    assert {"龙泉", "泉", "ga", "garden", "12", "号", "lq", "lqg"} <= set(pieces)
    assert "1" not in pieces
    assert "ard" not in pieces
    assert pieces_to_find("123号", "123h") == ["123", "号"]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (" \u3000已修复\u200b\n", "已修复"),
        ("\ufeff\u2060路 灯\u00ad", "路 灯"),
        ("\u200b\u2060\u3000\u3164\ufe0f", ""),
        ("\u202e", ""),
        ("\u034f\u0301", ""),
        ("\ufdd0", ""),
        ("收\u202e复修已\u202c", "收复修已"),
        ("e\u0301", "e\u0301"),  # a mark is drawn on its letter
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("\x00", "\x00"),  # for who refuses it
        ("a\x00 ", "a\x00"),
        ("", ""),
    ],
)
def test_words_are_taken_as_a_reader_sees_them(text, seen):
    assert tidy(text) == seen
