"""Choose where the network's numbers live, and say why."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from numpy.typing import NDArray

from engine.config import DeviceRequest
from engine.errors import DeviceError

Result = TypeVar("Result")

CPU = torch.device("cpu")
_NO_ROOM = ("CUDA error: out of memory", "_STATUS_ALLOC_FAILED")  # of the driver and of cuBLAS


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChoice:
    """One device and the reason for it."""

    request: DeviceRequest  # what a `ModelConfig` must say to get it
    name: str  # for the user, such as "CPU (2 threads)"
    reason: str  # a sentence


def choose_device(request: DeviceRequest) -> tuple[torch.device, DeviceChoice]:
    """Return the device for `request`; raise `DeviceError` if it is not there."""
    if request == "cpu":
        return CPU, _cpu(request, "The CPU was chosen.")
    if torch.cuda.is_available():
        name = torch.cuda.get_device_name(0)
        reason = f"{name} was found." if request == "auto" else f"{name} was chosen."
        return torch.device("cuda", 0), DeviceChoice(request=request, name=name, reason=reason)
    if request == "auto":
        return CPU, _cpu(request, f"The CPU is used: {_why_no_gpu()}")
    raise DeviceError(f"No GPU can be used: {_why_no_gpu()} Choose the device 'cpu' or 'auto'.")


def cpu_instead_of(former: DeviceChoice) -> DeviceChoice:
    """Return the CPU for a run that found no room on the device it began with."""
    return _cpu("cpu", f"{former.name} has no memory left for it.")


def list_devices() -> tuple[DeviceChoice, ...]:
    """Return the devices that can be chosen here, 'auto' first."""
    choices = [choose_device("auto")[1], choose_device("cpu")[1]]
    if torch.cuda.is_available():
        choices.append(choose_device("cuda")[1])
    return tuple(choices)


def is_out_of_memory(error: RuntimeError) -> bool:
    """Tell whether PyTorch found no room for a tensor, on a GPU or on the CPU."""
    text = str(error)
    return (
        isinstance(error, torch.OutOfMemoryError)
        or ("DefaultCPUAllocator" in text and "memory" in text)
        or any(sign in text for sign in _NO_ROOM)
    )


def if_it_fits(work: Callable[[], Result]) -> Result | None:
    """Return what `work` returns, or None if there is no memory for it.

    Whoever goes on with less, or elsewhere, does so after this call: while an error is held, so
    is its memory.
    """
    try:
        return work()
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
    return None


def return_unused_memory(device: torch.device) -> None:
    """Give back what PyTorch holds of a GPU's memory without using it."""
    if device.type == "cuda":
        torch.cuda.empty_cache()


def set_precision(device: torch.device, *, allow_tf32: bool) -> None:
    """Let a GPU multiply float32 matrices in TF32 or not; it holds for the whole process.

    TF32 keeps 10 bits of each factor's fraction instead of 23, and adds in float32.
    """
    if device.type == "cuda":
        torch.backends.cuda.matmul.fp32_precision = "tf32" if allow_tf32 else "ieee"


def upload(values: NDArray[Any], device: torch.device) -> torch.Tensor:
    """Return an array as a tensor on `device`, without waiting for a GPU.

    Only from memory that the system may not move can a GPU fetch numbers by itself; PyTorch
    keeps that memory until it has done so.
    """
    here = torch.from_numpy(values)
    if device.type != "cuda":
        return here.to(device)
    return here.pin_memory().to(device, non_blocking=True)


def _cpu(request: DeviceRequest, reason: str) -> DeviceChoice:
    threads = torch.get_num_threads()
    name = f"CPU ({threads} thread{'s' if threads != 1 else ''})"
    return DeviceChoice(request=request, name=name, reason=reason)


def _why_no_gpu() -> str:
    if torch.version.cuda is None and torch.version.hip is None:
        return f"this PyTorch ({torch.__version__}) is built for the CPU only."
    return "PyTorch finds no GPU with a working driver."
