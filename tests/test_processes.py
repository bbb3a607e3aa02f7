"""Work in processes of its own is stopped where it takes too long or too much, and nothing else with it."""

import asyncio
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.model import Unreadable
from pipeline.processes import MOST_MEMORY, Processes


def results(*work, seconds=1.0, size=0):
    async def run():
        with Processes(seconds) as processes:
            return await asyncio.gather(*(processes.run(*piece, size=size) for piece in work), return_exceptions=True)

    return asyncio.run(run())


def test_what_takes_too_long_is_given_up_and_stops_nothing_else():
    began = time.monotonic()
    found = results((time.sleep, 60), (len, b"abc"), (time.sleep, 60), (max, 1, 2), seconds=1.0)
    given_up = Unreadable(cause="takes more than 1 seconds to read, and was given up")
    assert found == [given_up, 3, given_up, 2]
    assert time.monotonic() - began < 20


def test_what_takes_too_much_memory_is_given_up_and_stops_nothing_else():
    found = results((bytearray, 2 * MOST_MEMORY), (len, b"abc"), seconds=20)
    assert found == [Unreadable(cause="takes too much memory to read, and was given up"), 3]


def test_a_process_that_dies_is_told():
    assert results((os.abort,), seconds=20) == [Unreadable(cause="takes too much memory to read, and was given up")]


def test_large_pieces_are_done_one_after_another_each_in_a_process_of_its_own():
    began = time.monotonic()
    found = results((os.getpid,), (time.sleep, 60), (os.getpid,), (time.sleep, 60), size=2**21)
    assert len({os.getpid(), found[0], found[2]}) == 3
    assert found[1] == found[3] == Unreadable(cause="takes more than 1 seconds to read, and was given up")
    assert time.monotonic() - began > 2


def test_a_fault_of_the_work_is_raised():
    [fault] = results((int, "x"), seconds=20)
    assert isinstance(fault, ValueError)


def test_what_a_piece_of_work_prints_goes_nowhere():
    prints = (
        "import asyncio, os; from pipeline.processes import Processes\n"
        "if __name__ == '__main__':\n"
        "    with Processes(9) as few:\n"
        "        print(*[asyncio.run(few.run(os.write, n, b'::set-env name=a::b')) for n in (1, 2)])"
    )
    here = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", prints], env=here, check=True, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("19 19\n", "")


def test_a_folder_for_temporary_files_may_lie_deep(tmp_path, monkeypatch):
    deep = tmp_path / ("deep" * 25)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    assert results((len, b"abc"), seconds=20) == [3]


def test_without_work_there_is_no_process():
    with Processes(1.0):
        assert multiprocessing.active_children() == []
    with pytest.raises(TypeError):
        Processes()
