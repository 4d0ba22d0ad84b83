"""What pages offer is read once a minute."""

from govgrid.core import memory


def test_it_reads_once_a_minute(monkeypatch):
    now, read = [100.0], []
    monkeypatch.setattr(memory.time, "monotonic", lambda: now[0])
    remembered = memory.Remembered(lambda: read.append(1) or len(read))

    assert [remembered(), remembered()] == [1, 1]
    now[0] += memory.SECONDS + 1
    assert remembered() == 2
