# SPDX-License-Identifier: Apache-2.0
"""Runs tasks side by side in processes, and tells how far they have come."""

import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from functools import partial
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from typing import Final, TypeVar

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")
Work = Callable[[_Task, Callable[[float], None]], _Result]

_TICK: Final = 0.2
"""Seconds between two looks at the progress."""

_told: "SimpleQueue[tuple[int, float]] | None" = None
"""In a worker: where progress is told."""


def side_by_side(
    work: "Work[_Task, _Result]",
    tasks: Sequence[_Task],
    *,
    processes: int | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> list[_Result]:
    """Return what ``work`` makes of each task, in their order; ``progress`` is told the share that is done.

    ``work`` must be a function of a module. With one process it runs in this one.
    """
    processes = min(processes or os.cpu_count() or 1, len(tasks))
    shares = [0.0] * len(tasks)

    def told(place: int, share: float) -> None:
        shares[place] = share
        progress(sum(shares) / len(shares))

    if processes <= 1:
        results = []
        for place, task in enumerate(tasks):
            results.append(work(task, partial(told, place)))
            told(place, 1.0)
        return results
    context = get_context()
    queue: SimpleQueue[tuple[int, float]] = context.SimpleQueue()
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(queue,)) as pool:
        futures = [pool.submit(_work, work, place, task) for place, task in enumerate(tasks)]
        open_futures = set(futures)
        try:
            while open_futures:
                _, open_futures = wait(open_futures, timeout=_TICK, return_when=FIRST_COMPLETED)
                while not queue.empty():
                    told(*queue.get())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in context.active_children() if hasattr(context, "active_children") else ():
                process.terminate()
            raise
        return [future.result() for future in futures]


def _begin(queue: "SimpleQueue[tuple[int, float]]") -> None:
    global _told
    _told = queue
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers


def _work(work: "Work[_Task, _Result]", place: int, task: _Task) -> _Result:
    def progress(share: float) -> None:
        if _told is not None:
            _told.put((place, share))

    result = work(task, progress)
    progress(1.0)
    return result
