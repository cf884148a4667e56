"""Keep small tensor work on one CPU thread.

PyTorch divides even a small product among its threads and then waits for the last
one. For the many small products of a recurrence, the waiting costs as much as the
work; where another program or the window needs a core, it costs far more, since the
thread that is waited for does not run.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import torch

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def on_one_thread(work: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Let `work` use one CPU thread, and give the threads back after it."""

    @wraps(work)
    def alone(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        threads = torch.get_num_threads()
        if threads == 1:
            return work(*args, **kwargs)
        torch.set_num_threads(1)
        try:
            return work(*args, **kwargs)
        finally:
            torch.set_num_threads(threads)

    return alone
