"""The file of layers: what is no layer is answered, however long."""

import pytest

from tests.factories.grids import build_town, holder


@pytest.mark.parametrize("asked", ["1" * 4400, "9" * 19, "x", "%00"])
def test_a_layer_that_there_is_not_is_404(client, db, asked):
    client.force_login(holder("district_command", area=build_town().district))
    assert client.get(f"/grids/export/layers/csv/?layer={asked}").status_code == 404
