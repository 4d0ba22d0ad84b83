"""What is found in free text, and what must not be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govgrid.privacy.guard import Kind, find, mask

# Made up: the serial parts are those of examples, the check digits are right.
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def with_check_digit(first17):
    total = sum(int(d) * w for d, w in zip(first17, WEIGHTS, strict=True))
    return first17 + "10X98765432"[total % 11]


ID = with_check_digit("42050619900307123")
ID_X = next(
    number
    for serial in range(100, 999)
    if (number := with_check_digit(f"42058119661231{serial}")).endswith("X")
)


def found(text):
    return [(one.kind, text[one.start : one.end]) for one in find(text)]


@pytest.mark.parametrize(
    "number",
    [
        ID,
        ID_X,
        ID_X.lower(),
        f"{ID[:6]} {ID[6:14]} {ID[14:]}",
        f"{ID[:6]}-{ID[6:14]}-{ID[14:]}",
        " ".join(ID),
        ID.translate({ord(str(n)): 0xFF10 + n for n in range(10)}),
        "\u200b".join([ID[:9], ID[9:]]),
        "420506750307123",
        "420506 750307 123",
    ],
)
def test_identity_numbers_are_found(number):
    for text in (number, f"身份证{number}，请核实", f"他的号码是 {number}。", f"A{number}户"):
        assert found(text) == [(Kind.ID, number)]


@pytest.mark.parametrize(
    "number",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "138 12345678",
        "1 3 8 1 2 3 4 5 6 7 8",
        "１３８１２３４５６７８",
        "+8613812345678",
        "+86 138 1234 5678",
        "86-13812345678",
        "19912345678",
        "138.1234.5678",
    ],
)
def test_mobile_phones_are_found(number):
    for text in (number, f"电话{number}找张三", f"tel:{number}.", f"联系 {number},谢谢"):
        assert found(text) == [(Kind.PHONE, number)]


def _written(number, digits):
    return number.translate({ord(str(n)): sign for n, sign in enumerate(digits)})


@pytest.mark.parametrize(
    "number",
    [
        "013812345678",
        "138   1234   5678",
        "138\n1234\n5678",
        "138/1234/5678",
        "138，1234，5678",
        "138_1234_5678",
        "138\u00ad12345678",
        "138\u20601234\u20095678",
        _written("13812345678", "⓪①②③④⑤⑥⑦⑧⑨"),
        _written("13812345678", "⁰¹²³⁴⁵⁶⁷⁸⁹"),
        _written("13812345678", "٠١٢٣٤٥٦٧٨٩"),
        _written("13812345678", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"),
        _written("13812345678", "零一二三四五六七八九"),
        _written("13812345678", "零壹贰叁肆伍陆柒捌玖"),
    ],
)
def test_a_number_written_to_slip_through_does_not(number):
    assert found(f"电话{number}找张三") == [(Kind.PHONE, number)]


@pytest.mark.parametrize(
    "number",
    [
        f"{ID[:6]}/{ID[6:14]}/{ID[14:]}",
        f"{ID[:6]}\r\n{ID[6:14]}\n{ID[14:]}",
        "，".join([ID[:6], ID[6:14], ID[14:]]),
        _written(ID, "⓪①②③④⑤⑥⑦⑧⑨"),
        ID_X[:-1] + "\u0425",
        ID_X[:-1] + "×",
    ],
)
def test_neither_does_an_identity_number(number):
    assert found(f"证件 {number}。") == [(Kind.ID, number)]


@pytest.mark.parametrize(
    "number", ["0717-7821234", "0717 7821234", "07177821234", "010-62345678", "(0717)7821234"]
)
def test_landlines_with_area_code_are_found(number):
    assert found(f"座机{number}，白天在") == [(Kind.LANDLINE, number)]


@pytest.mark.parametrize(
    "number",
    [
        "6222021234567890128",
        "6222 0212 3456 7890 128",
        "6222-0212-3456-7890-128",
        "4111111111111111",
        "5500 0000 0000 0004",
    ],
)
def test_bank_cards_are_found(number):
    assert found(f"卡号{number}。") == [(Kind.CARD, number)]


@pytest.mark.parametrize(
    "plate",
    [
        "鄂E12345",
        "鄂E·12345",
        "鄂E 1A234",
        "鄂ED12345",
        "鄂E12345D",
        "鄂e12345",
        "京A1234警",
        "粤BD12345",
    ],
)
def test_vehicle_plates_are_found(plate):
    assert found(f"车牌{plate}停在消防通道") == [(Kind.PLATE, plate)]


@pytest.mark.parametrize(
    "text",
    [
        "YL20261122-000123-7",
        "工单YL20261122-013123-7和YL20261123-000124-5重复",
        "2026-11-22 13:45:12",
        "2026年11月22日13时45分",
        "20261122134512",
        "2026.11.22-2026.12.31",
        "发展大道138号1栋2单元1301室",
        "3-2-1301、3-2-1302、3-2-1303室",
        "13、15、17、19、201号门前",
        "一三八路一二三号",
        "420506001006",
        "420506001006005",
        "420506200201005",
        "420581400401005",
        "网格编码420506500101005",
        "42050600100600501",
        "42050600100601900307",
        "4205060103000123",
        "部件编码6222021234567890128",
        "坐标111.292159564,30.689461022",
        "拨打12345或110、96119",
        "客服4008123123",
        "灯杆编号LD-2026-00138",
        "面积138.5平方米，长1234.5米",
        "91420506MA49ABCD1X",
        "新A区12345号楼",
        "云E12",
        "宁ABCDEFG",
        "预算1380000000元，实际13800000元",
        "13812345678901234567890",
        ID[:-1] + ("1" if ID[-1] != "1" else "2"),
        "420506199013071234",
        "999999199003071234",
        "6222021234567890129",
        "",
        "路灯不亮三天了",
    ],
)
def test_ordinary_text_passes(text):
    assert found(text) == []


def test_several_in_one_text_come_in_order():
    text = f"鄂E12345车主电话13812345678，身份证{ID}，座机0717-7821234"

    assert [kind for kind, _number in found(text)] == [
        Kind.PLATE,
        Kind.PHONE,
        Kind.ID,
        Kind.LANDLINE,
    ]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"号{ID}。", f"号420506********{ID[-4:]}。"),
        (f"{ID[:6]} {ID[6:14]} {ID[14:]}", f"420506 ******** {ID[14:]}"),
        ("420506750307123", "420506*****7123"),
        ("电话13812345678", "电话138****5678"),
        ("+86 138-1234-5678", "+86 138-****-5678"),
        ("0717-7821234", "0717-*****34"),
        ("6222 0212 3456 7890 128", "6222 **** **** ***0 128"),
        ("鄂E·12345", "鄂E·****5"),
        ("YL20261122-000123-7", "YL20261122-000123-7"),
    ],
)
def test_masking_keeps_the_ends(text, masked):
    assert mask(text) == masked


def test_only_the_kinds_asked_for_are_masked():
    assert mask("鄂E12345 13812345678", kinds=[Kind.PHONE]) == "鄂E12345 138****5678"


@given(st.text(st.sampled_from("0123456789 -X鄂E+().\u200b１２"), max_size=60))
def test_masked_text_names_nobody_and_keeps_its_length(text):
    masked = mask(text)

    assert len(masked) == len(text)
    assert all(text[one.start : one.end] != masked[one.start : one.end] for one in find(text))


@given(st.text(max_size=200))
def test_any_text_is_taken(text):
    for one in find(text):
        assert 0 <= one.start < one.end <= len(text)


@pytest.mark.parametrize(
    "piece", ["1 ", "1", "鄂E", "0717 ", "- ", "13812345678 ", "6222 ", "路灯", "鄂E12345"]
)
def test_a_hundred_thousand_characters_take_no_longer_than_a_blink(seconds, piece):
    text = piece * (100_000 // len(piece))

    assert seconds(lambda: mask(text)) < 3
