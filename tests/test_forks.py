"""Work that other processes do: its results in order, its faults told, and none of it outlives who asked for it."""

import os
import time

import pytest

from pipeline.errors import PublishError
from pipeline.publish.ground.forks import Work, mapped, processes


def test_results_come_in_the_order_of_the_work_from_other_processes():
    found = mapped(_told, range(11), 2)
    assert [number for number, _ in found] == list(range(11))
    if processes(11, 2) > 1:
        assert os.getpid() not in {process for _, process in found}


def test_little_work_is_done_here_when_it_is_asked_for():
    assert Work(_told, [1], 2).results() == [(1, os.getpid())]
    assert Work(_told, [], 1).results() == []


def test_what_the_work_raises_is_raised_here():
    with pytest.raises(PublishError, match="no such font"):
        mapped(_refused, range(8), 2)


def test_a_process_that_dies_is_told():
    if processes(8, 2) == 1:
        pytest.skip("there is one processor, or a thread of another test still runs, so this process would die")
    with pytest.raises(PublishError, match="was stopped"):
        mapped(_dying, range(8), 2)


def test_work_that_nobody_waits_for_is_stopped(tmp_path):
    if processes(8, 2) == 1:
        pytest.skip("there is one processor, or a thread of another test still runs, so nothing is done beside")
    work = Work(_late, [tmp_path / str(number) for number in range(8)], 2)
    work.stop()
    time.sleep(0.5)
    assert not [*tmp_path.iterdir()]


def _told(number):
    return number, os.getpid()


def _refused(_number):
    raise PublishError("no such font")


def _dying(_number):
    os._exit(1)


def _late(path):
    time.sleep(0.3)
    path.touch()
