"""The shift of mainland maps, there and back."""

from math import cos, hypot, inf, nan, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govgrid.core.coordinates import CRS, from_wgs84, metres_between, to_wgs84

METRES = 111_320
# The land and sea of China; the box of the official shift is larger.
LONGITUDES = st.floats(73.5, 135.1)
LATITUDES = st.floats(3.5, 53.6)
SHIFTED = [CRS.GCJ02, CRS.BD09]


def metres(one, other):
    return METRES * hypot((one[0] - other[0]) * cos(radians(one[1])), one[1] - other[1])


def test_yichang_is_where_the_published_shift_puts_it():
    lon, lat = from_wgs84(111.2865, 30.6919, "gcj02")

    assert (round(lon, 9), round(lat, 9)) == (111.292159564, 30.689461022)
    assert 550 < metres((lon, lat), (111.2865, 30.6919)) < 650


def test_baidu_is_shifted_once_more():
    gcj = from_wgs84(111.2865, 30.6919, CRS.GCJ02)
    baidu = from_wgs84(111.2865, 30.6919, CRS.BD09)

    assert 0.0055 < baidu[0] - gcj[0] < 0.0075
    assert 0.005 < baidu[1] - gcj[1] < 0.007


@pytest.mark.parametrize("crs", SHIFTED)
@given(lon=LONGITUDES, lat=LATITUDES)
def test_there_and_back_is_less_than_a_centimetre(crs, lon, lat):
    assert metres(to_wgs84(*from_wgs84(lon, lat, crs), crs), (lon, lat)) < 0.01


@pytest.mark.parametrize("crs", SHIFTED)
@given(lon=LONGITUDES, lat=LATITUDES)
def test_back_and_there_is_less_than_a_centimetre(crs, lon, lat):
    assert metres(from_wgs84(*to_wgs84(lon, lat, crs), crs), (lon, lat)) < 0.01


@pytest.mark.parametrize("crs", CRS)
@pytest.mark.parametrize(
    "place", [(139.69, 35.69), (-0.12, 51.5), (-74.0, 40.7), (151.2, -33.9), (180, 90), (72.0, 30)]
)
def test_outside_china_nothing_moves(crs, place):
    assert from_wgs84(*place, crs) == place
    assert to_wgs84(*place, crs) == place


@given(lon=st.floats(-180, 180), lat=st.floats(-90, 90))
def test_every_place_on_earth_has_an_answer_near_by(lon, lat):
    for crs in SHIFTED:
        assert metres(to_wgs84(lon, lat, crs), (lon, lat)) < 3000


@pytest.mark.parametrize("crs", CRS)
@pytest.mark.parametrize(
    "pair", [(nan, 30), (111, nan), (inf, 30), (111, -inf), (180.1, 0), (0, 90.1), (1e308, 1e308)]
)
def test_what_is_no_place_on_earth_is_refused(crs, pair):
    with pytest.raises(ValueError, match="not a place"):
        to_wgs84(*pair, crs)
    with pytest.raises(ValueError, match="not a place"):
        from_wgs84(*pair, crs)


def test_an_unknown_crs_is_refused():
    with pytest.raises(ValueError, match="mercator"):
        to_wgs84(111, 30, "mercator")


def test_metres_between_two_points_are_those_of_the_ball():
    # A degree north is 111,195 m everywhere; east, at 60 degrees north, half of it.
    assert metres_between((111, 30), (111, 30.01)) == pytest.approx(1111.95, abs=0.01)
    assert metres_between((111, 60), (111.01, 60)) == pytest.approx(555.97, abs=0.01)
    assert metres_between((111, 30), (111, 30)) == 0
