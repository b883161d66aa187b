"""Workers: each makes one report and ends, so that what breaks in one, or kills it, is a failure of that one alone."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from arkit.errors import ArkitError

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

Job = TypeVar("Job")
Made = TypeVar("Made")

WARM: Final = "arkit.run.warm"
THREADS_OF_POLARS: Final = "POLARS_MAX_THREADS"


@dataclass(frozen=True)
class Failure:
    """Why a job failed, in one sentence."""

    reason: str


@dataclass(frozen=True)
class _Worker(Generic[Job]):
    job: Job
    process: BaseProcess
    answer: Connection


class Workers:
    """Workers that stand ready: forked from a process that has imported everything, where the system can fork.

    That process is started at once, so that it is ready when the first job is. It never asks Polars for anything
    (forking a process with Polars' threads can hang), which rules out forking this one.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        can_fork = "forkserver" in multiprocessing.get_all_start_methods()
        self.context: Any = multiprocessing.get_context("forkserver" if can_fork else "spawn")
        if can_fork:
            self.context.set_forkserver_preload([WARM])
            from multiprocessing.forkserver import ensure_running

            ensure_running()

    def each(self, work: Callable[[Job], Made], jobs: Iterable[Job]) -> Iterator[tuple[Job, Made | Failure]]:
        """Yield each job with what was made of it, in the order in which they are finished.

        Jobs are taken one by one, when a worker is free.
        """
        waiting, running = iter(jobs), dict[int, _Worker[Job]]()
        try:
            while True:
                while len(running) < self.count and (job := next(waiting, None)) is not None:
                    worker = self._started(work, job)
                    running[worker.process.sentinel] = worker
                if not running:
                    return
                for ended in wait([worker.answer for worker in running.values()]):
                    worker = next(found for found in running.values() if found.answer is ended)
                    del running[worker.process.sentinel]
                    yield worker.job, _answer_of(worker)
        finally:
            for worker in running.values():
                worker.process.kill()

    def _started(self, work: Callable[[Job], Made], job: Job) -> _Worker[Job]:
        answer, theirs = self.context.Pipe(duplex=False)
        threads = max((os.cpu_count() or 1) // self.count, 1)
        process = self.context.Process(target=_work, args=(work, job, theirs, threads), daemon=True)
        process.start()
        theirs.close()
        return _Worker(job, process, answer)


def _answer_of(worker: _Worker[Job]) -> Any:
    """Return what a worker answered; one that died without a word is a failure."""
    try:
        answer = worker.answer.recv()
    except EOFError:
        worker.process.join()
        return Failure(_death(worker.process.exitcode))
    worker.process.join()
    return answer


def _death(code: int | None) -> str:
    if code is not None and code < 0:
        return f"Its worker was killed ({signal.Signals(-code).name}); most often memory ran out."
    return f"Its worker ended without a result (exit code {code})."


def _work(work: Callable[[Job], Made], job: Job, answer: Connection, threads: int) -> None:
    """Do a job and answer what was made, or why it failed; end when the run that asked for it has ended."""
    os.environ.setdefault(THREADS_OF_POLARS, str(threads))
    threading.Thread(target=_end_with_the_run, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run is interrupted, and ends its workers
    try:
        made: Made | Failure = work(job)
    except ArkitError as error:
        made = Failure(str(error))
    except Exception as error:  # a person gets a sentence, and the others their reports
        made = Failure(f"Unexpected {type(error).__name__}: {' '.join(str(error).split()) or 'no reason given'}.")
    answer.send(made)
    answer.close()


def _end_with_the_run() -> None:
    """End at once when the run is killed, so that nothing is published behind the back of the next one."""
    run = multiprocessing.parent_process()
    if run is not None:
        run.join()
        os._exit(1)
