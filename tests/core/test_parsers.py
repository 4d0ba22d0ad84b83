"""JSON that is not, or that could not be stored."""

import io
import json

import pytest
from rest_framework.exceptions import ParseError

from govgrid.core.parsers import MAX_BYTES, MAX_DEPTH, StrictJSONParser, TooLarge


def parse(body):
    body = body if isinstance(body, bytes) else body.encode()
    return StrictJSONParser().parse(io.BytesIO(body))


@pytest.mark.parametrize(
    "data",
    [
        {"a": [1, 2.5, None, True, "路灯 🏮"]},
        [],
        "text",
        1e300,
        {"a": {"a": 1}},
        {"": 0},
    ],
)
def test_good_json_is_read(data):
    assert parse(json.dumps(data)) == data
    assert parse(json.dumps(data, ensure_ascii=False)) == data


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "{'a': 1}",
        '{"a": 1,}',
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": -Infinity}',
        '{"a": 1e999}',
        '{"a": "\\u0000"}',
        '{"a\\u0000": 1}',
        '{"a": ["x", {"b": "\\u0000"}]}',
        '{"a": "\\ud800"}',
        '{"a": "\\udc00 tail"}',
        '{"\\udfff": 1}',
        '{"a": 1, "a": 2}',
        '{"x": {"a": 1, "a": 1}}',
        '{"a": "raw \x01 control"}',
        "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
        '{"a":' * 100 + "1" + "}" * 100,
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 40_000,
        "9" * 5000,
        b'{"a": "\xff"}',
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b'{"a": "\xed\xa0\x80"}',
        b"\x00",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_is_not_json_is_a_parse_error(body):
    with pytest.raises(ParseError):
        parse(body)


def test_nesting_at_the_limit_is_read():
    assert parse("[" * MAX_DEPTH + "]" * MAX_DEPTH)


def test_a_body_at_the_limit_is_read_and_one_byte_more_is_not():
    body = '"' + "a" * (MAX_BYTES - 2) + '"'

    assert len(parse(body)) == MAX_BYTES - 2
    with pytest.raises(TooLarge):
        parse(body + " ")


def test_an_emoji_written_as_two_halves_is_whole():
    assert parse('"\\ud83c\\udfee"') == "🏮"
