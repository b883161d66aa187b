"""Workers: each makes one report after another; one that dies is a failure of the report that it was making."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from arkit.errors import ArkitError, ReportError

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

Job = TypeVar("Job")
Made = TypeVar("Made")
Work = Callable[[Any], Any]
Prepare = Callable[[], None]

OBJECTS_BETWEEN_COLLECTIONS: Final = 50_000
"""A report makes many objects that live until it is written; to look through them every 700 costs a tenth of it."""

THREADS_OF_POLARS: Final = "POLARS_MAX_THREADS"


@dataclass(frozen=True)
class Failure:
    """Why a job failed, in one sentence."""

    reason: str


@dataclass(frozen=True)
class _Worker:
    process: BaseProcess
    line: Connection


class Workers:
    """Worker processes that prepare themselves while the run is still reading, then take jobs.

    They are started as new processes, not forked: the threads of Polars do not survive a fork, and it is the same on
    every system. One that has died is replaced when there is another job.
    """

    def __init__(self, count: int, *, prepare: Prepare | None = None) -> None:
        self.count = count
        self.prepare = prepare
        self.idle = [_started(count, prepare) for _ in range(count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.idle:
            worker.process.kill()

    def each(self, work: Callable[[Job], Made], jobs: Iterable[Job]) -> Iterator[tuple[Job, Made | Failure]]:
        """Yield each job with what was made of it, in the order in which they are finished.

        Jobs are taken one by one, when a worker is free.
        """
        waiting, running = iter(jobs), dict[Any, tuple[_Worker, Job]]()
        try:
            while True:
                while len(running) < self.count and (job := next(waiting, None)) is not None:
                    worker = self._given(work, job)
                    running[worker.line] = worker, job
                if not running:
                    return
                for line in wait(list(running)):
                    worker, job = running.pop(line)
                    yield job, self._answer_of(worker)
        finally:
            for worker, _ in running.values():
                worker.process.kill()

    def _given(self, work: Work, job: object) -> _Worker:
        """Give a job to a worker that is free and alive; one that dies before it has read the job has no answer."""
        while self.idle:
            worker = self.idle.pop()
            if worker.process.is_alive():
                break
        else:
            worker = _started(self.count, self.prepare)
        with suppress(BrokenPipeError):
            worker.line.send((work, job))
        return worker

    def _answer_of(self, worker: _Worker) -> Any:
        """What a worker answered; one that died without an answer is a failure."""
        try:
            answer = worker.line.recv()
        except (EOFError, OSError):  # which of them depends on the system, and on when it died
            worker.process.join()
            return Failure(str(_death(worker.process.exitcode)))
        self.idle.append(worker)
        return answer


def _started(count: int, prepare: Prepare | None) -> _Worker:
    """Start one of some workers, which share the processors."""
    context = multiprocessing.get_context("spawn")
    line, theirs = context.Pipe()
    # Polars takes a thread for each processor in every worker unless
    # told otherwise, and they would stand in each other's way.
    threads = max((os.cpu_count() or 1) // count, 1)
    process = context.Process(target=_serve, args=(theirs, threads), daemon=True)
    process.start()
    # With its end open here as well, the death of a worker would never be seen as the end of the line.
    theirs.close()
    line.send(prepare)
    return _Worker(process, line)


def _death(code: int | None) -> ReportError:
    if code is not None and code < 0:
        return ReportError(f"Its worker was killed ({signal.Signals(-code).name}); most often memory ran out.")
    return ReportError(f"Its worker ended without a result (exit code {code}).")


def _serve(line: Connection, threads: int) -> None:
    """Do one job after another, until the run that asks for them has ended."""
    os.environ.setdefault(THREADS_OF_POLARS, str(threads))
    threading.Thread(target=_end_with_the_run, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run is interrupted, and ends its workers
    with suppress(EOFError):
        if (prepare := line.recv()) is not None:
            prepare()
    gc.freeze()  # what was imported is never thrown away, and need not be looked through for it
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    with suppress(EOFError):
        while True:
            work, job = line.recv()
            answer = _made(work, job)
            try:
                line.send(answer)
            except Exception as error:  # what cannot be sent is no answer, but the run waits for one
                line.send(_unexpected(error))


def _made(work: Work, job: object) -> object:
    """What was made of a job, or why it failed."""
    try:
        return work(job)
    except ArkitError as error:
        return Failure(str(error))
    except BaseException as error:  # a person gets a sentence, and the other reports are made
        return _unexpected(error)


def _unexpected(error: BaseException) -> Failure:
    reason = ReportError(f"Unexpected {type(error).__name__}: {' '.join(str(error).split()) or 'no reason given'}.")
    return Failure(str(reason))


def _end_with_the_run() -> None:
    """End at once when the run is killed, so that nothing is published while the next one is at work."""
    run = multiprocessing.parent_process()
    if run is not None:
        run.join()
        os._exit(1)
