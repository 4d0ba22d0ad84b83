"""What privacy's tests share."""

import time

import pytest


@pytest.fixture
def benchmark_seconds():
    """How long a call took."""

    def measure(call):
        start = time.perf_counter()
        call()
        return time.perf_counter() - start

    return measure
