"""Workers: what breaks in one is a failure of that one alone, and nothing outlives the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from arkit.errors import ReportError
from arkit.run.workers import Failure, Workers


def whose(_: str) -> int:
    return os.getpid()


def work(job: str) -> object:
    if job == "refused":
        raise ReportError("It is refused.")
    if job == "broken":
        raise ZeroDivisionError("division\nby zero")
    if job == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if job == "gone":
        os._exit(3)
    if job == "exits":
        threading.Thread(target=time.sleep, args=(30,)).start()  # would keep the worker, and the run, waiting
        sys.exit(4)
    return (lambda: job) if job == "cannot be sent" else job.upper()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_each_job_ends_in_its_own_way() -> None:
    jobs = ["one", "refused", "broken", "killed", "gone", "exits", "cannot be sent", "two"]
    with Workers(2) as workers:
        made = dict(workers.each(work, jobs))
    unsent = made.pop("cannot be sent")
    assert isinstance(unsent, Failure)
    assert "ickle" in unsent.reason
    assert made == {
        "one": "ONE",
        "two": "TWO",
        "refused": Failure("It is refused."),
        "broken": Failure("Unexpected ZeroDivisionError: division by zero."),
        "killed": Failure("Its worker was killed (SIGKILL); most often memory ran out."),
        "gone": Failure("Its worker ended without a result (exit code 3)."),
        "exits": Failure("Unexpected SystemExit: 4."),
    }


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_worker_that_dies_before_it_has_read_its_job_is_a_failure_and_the_others_are_made() -> None:
    with Workers(2) as workers:
        starting = [worker.process.pid for worker in workers.idle]
        answers = workers.each(work, ["a", "b", "c", "d"])
        threading.Timer(0.2, lambda: [os.kill(pid or 0, signal.SIGKILL) for pid in starting]).start()
        made = dict(answers)
    killed = Failure("Its worker was killed (SIGKILL); most often memory ran out.")
    assert made == {"a": killed, "b": killed, "c": "C", "d": "D"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_worker_that_dies_while_it_has_no_job_is_replaced() -> None:
    with Workers(1) as workers:
        assert list(workers.each(work, ["a"])) == [("a", "A")]
        [worker] = workers.idle
        worker.process.kill()
        worker.process.join()
        assert list(workers.each(work, ["b"])) == [("b", "B")]


def test_jobs_are_taken_when_a_worker_is_free() -> None:
    taken: list[str] = []

    def jobs() -> object:
        for name in ("a", "b", "c", "d"):
            taken.append(name)
            yield name

    with Workers(1) as workers:
        answers = workers.each(work, jobs())  # type: ignore[arg-type]
        assert next(answers) == ("a", "A")
        assert taken == ["a"]
        assert len(list(answers)) == 3


def test_a_worker_does_one_job_after_another_and_ends_when_it_is_not_needed() -> None:
    with Workers(1) as workers:
        [pid] = {pid for _, pid in workers.each(whose, ["a", "b", "c"])}
    assert pid != os.getpid()
    wait_until(lambda: not alive(int(pid)))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_worker_ends_with_its_run(tmp_path: Path, root: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from arkit.run.workers import Workers\n"
        "def wait(job):\n"
        "    Path(job).write_text(str(os.getpid()))\n"
        "    time.sleep(60)\n"
        "if __name__ == '__main__':\n"
        "    list(Workers(1).each(wait, sys.argv[1:]))\n"
    )
    pid = tmp_path / "pid"
    run = subprocess.Popen(
        [sys.executable, str(script), str(pid)], cwd=root, env={**os.environ, "PYTHONPATH": str(root)}
    )
    wait_until(lambda: pid.exists() and pid.read_text() != "")
    run.kill()
    run.wait()
    wait_until(lambda: not alive(int(pid.read_text())))


def wait_until(done: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
