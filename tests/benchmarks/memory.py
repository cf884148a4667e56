"""The most memory that something takes, each measured in a process of its own.

A process is made by a fork server that has PyTorch loaded and nothing else: making
one is cheap, and no measurement sees what another one left behind. Linux tells the
peak of a process and lets it be reset; elsewhere nothing is measured.
"""

import ctypes
import multiprocessing
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TypeVar

import torch

from engine.control import RunControl, StageProgress
from engine.errors import EngineError
from tests.benchmarks.contenders import BATCH_MAKERS, one_sentence_makers
from tests.benchmarks.turns import Setting

_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")  # "5" brings the peak down to the present size
_LOOK_EVERY_S = 0.1
_END_WITHIN_S = 5.0
_WARM_UP_WORD_DIM, _WARM_UP_HIDDEN = 50, 8
_ONCE_MORE_S = 0.2  # a second turn: some memory is only taken then

MAKERS = one_sentence_makers("") | BATCH_MAKERS

_Result = TypeVar("_Result")


def can_measure() -> bool:
    """Tell whether this system names the peak of a process."""
    return _STATUS.is_file() and "VmHWM" in _STATUS.read_text(encoding="ascii")


def peak_bytes() -> int:
    """Return the largest size of this process since it began or since `reset_peak`."""
    return _status_bytes("VmHWM")


def reset_peak() -> None:
    """Give unused memory back to the system and forget the peak so far."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc only
    if trim is not None:
        trim(0)
    if _RESET.exists():
        _RESET.write_text("5", encoding="ascii")


def measure_peaks(
    setting: Setting, control: RunControl
) -> Iterator[StageProgress | tuple[str, float]]:
    """Yield the key of each contender and its peak beyond the parameters, in 10^6 bytes."""
    for number, key in enumerate(MAKERS):
        yield StageProgress(
            stage="Measuring memory", done=number, total=len(MAKERS), unit="contenders"
        )
        peak = in_fresh_process(control, _peak_beyond_parameters, key, setting)
        if peak is None:
            return
        yield key, peak / 1e6


def in_fresh_process(
    control: RunControl, work: Callable[..., _Result], *arguments: object
) -> _Result | None:
    """Return what `work` returns in a process of its own, None after a stop.

    Raises
    ------
    EngineError
        If the process ended without a result.
    """
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = _make_process((theirs, work, arguments))
    process.start()
    theirs.close()
    try:
        while not ours.poll(_LOOK_EVERY_S):
            if not control.proceed():
                return None
        result: _Result = ours.recv()
        return result
    except EOFError as error:
        raise EngineError("A process of the benchmark ended before it had a result.") from error
    finally:
        ours.close()
        process.join(0.0 if control.is_stopped else _END_WITHIN_S)
        if process.is_alive():
            process.terminate()
            process.join()
        process.close()


def _make_process(arguments: tuple[object, ...]) -> BaseProcess:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn").Process(target=_send_result, args=arguments)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context.Process(target=_send_result, args=arguments)


def _send_result(
    connection: "Connection[object, object]",
    work: Callable[..., object],
    arguments: tuple[object, ...],
) -> None:
    connection.send(work(*arguments))
    connection.close()


def _peak_beyond_parameters(key: str, setting: Setting) -> float:
    """Return the bytes that a contender takes at most; runs in its own process."""
    _, make = MAKERS[key]
    bytes_each = 8 if key == "numpy" else 4
    if setting.device == "cuda" and key != "numpy":
        return _cuda_peak(make(setting).rate) - bytes_each * setting.parameters
    # What the libraries load and take for themselves, whatever the size, comes before.
    side = torch.ones(512, 512)
    torch.mm(side, side)
    make(replace(setting, word_dim=_WARM_UP_WORD_DIM, hidden_dim=_WARM_UP_HIDDEN)).rate(0.0)
    before = _status_bytes("VmRSS")
    contender = make(setting)
    reset_peak()  # the random numbers of the first parameters are no part of it
    contender.rate(0.0)
    contender.rate(_ONCE_MORE_S)
    return float(max(0, peak_bytes() - before - bytes_each * setting.parameters))


def _cuda_peak(rate: Callable[[float], float]) -> float:
    torch.cuda.reset_peak_memory_stats()
    rate(0.0)
    rate(_ONCE_MORE_S)
    return float(torch.cuda.max_memory_allocated())


def _status_bytes(name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", _STATUS.read_text(encoding="ascii"), re.MULTILINE)
    if found is None:
        raise EngineError(f"This system does not tell {name} of a process.")
    return 1024 * int(found[1])
