"""Record a training step once and play it again: CUDA graphs, and a stand-in without them.

A step is a function without arguments or result: what it reads and writes lies in tensors
that stay where they are. This module decides when a step is recorded; it knows nothing of
what the step computes. All of CUDA that recording needs is in `CudaRecorder`.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from typing import Protocol

import torch

Step = Callable[[], None]

_MOST_GRAPHS = 256  # of about 300 nodes each; the one that was not used for longest goes first
_STEPS_A_MARK = 16
_MARKS_AHEAD = 4


class Recorder(Protocol):
    """How a step is run and recorded on one device."""

    def run(self, step: Step) -> None:
        """Run `step` once, in a way that prepares the device for recording it."""

    def record(self, step: Step) -> Step:
        """Return what repeats `step`, without running it; RuntimeError if that is not possible."""

    def pace(self) -> None:
        """Wait, after a step, if the device is far behind."""


class EagerRecorder:
    """Record nothing: the step itself is what repeats it. For a CPU, in tests."""

    def run(self, step: Step) -> None:
        """Run `step`."""
        step()

    def record(self, step: Step) -> Step:
        """Return `step`."""
        return step

    def pace(self) -> None:
        """Do nothing: the step is done."""


class CudaRecorder:
    """Record steps as CUDA graphs.

    All graphs share one pool of memory: they run one after another, and no tensor made in a
    step is used after it.

    Parameters
    ----------
    device : torch.device

    Notes
    -----
    A GPU takes orders for a thousand recordings in advance, which can be seconds of work that
    no stop could end. So the host waits for what it ordered about 64 steps ago, while the GPU
    still has the steps since then.

    References
    ----------
    PyTorch, "CUDA semantics", section "CUDA Graphs".
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._pool = torch.cuda.graph_pool_handle()
        self._steps = 0
        self._marks: deque[torch.cuda.Event] = deque()

    def run(self, step: Step) -> None:
        """Run `step` on the stream of the recordings: the libraries take their memory there."""
        current = torch.cuda.current_stream(self._device)
        self._stream.wait_stream(current)
        try:
            with torch.cuda.stream(self._stream):
                step()
        finally:
            current.wait_stream(self._stream)

    def record(self, step: Step) -> Step:
        """Return the replay of a graph of `step`; nothing is computed meanwhile."""
        current = torch.cuda.current_stream(self._device)
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(
                graph,
                pool=self._pool,
                stream=self._stream,
                # Other threads may use the GPU meanwhile, as long as this one does not wait for it.
                capture_error_mode="thread_local",
            ):
                step()
        finally:
            torch.cuda.set_stream(current)  # a failing capture leaves its own stream behind
        return graph.replay

    def pace(self) -> None:
        """Wait for the end of an earlier step, if there are many after it."""
        self._steps += 1
        if self._steps % _STEPS_A_MARK:
            return
        if len(self._marks) == _MARKS_AHEAD:
            self._marks.popleft().synchronize()
        mark = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
        mark.record(torch.cuda.current_stream(self._device))
        self._marks.append(mark)


class StepGraphs:
    """Run steps of many shapes: the first of a shape as it is, the second one recorded.

    A step is never run for nothing: what would only warm up the device is a real step, and
    a shape that comes once is never recorded.

    Parameters
    ----------
    recorder : Recorder
    most : int
        Recordings that are kept.

    Attributes
    ----------
    problem : str
        Why nothing is recorded any more; "" while all is well.
    """

    def __init__(self, recorder: Recorder, most: int = _MOST_GRAPHS) -> None:
        self._recorder, self._most = recorder, most
        self._recorded: OrderedDict[Hashable, Step] = OrderedDict()
        self._seen: set[Hashable] = set()
        self.problem = ""

    def __len__(self) -> int:
        return len(self._recorded)

    def run(self, shape: Hashable, step: Step) -> None:
        """Run `step`, or what was recorded of an earlier step of the same shape."""
        recorded = self._recorded.get(shape)
        if recorded is None and shape in self._seen and not self.problem:
            recorded = self._record(shape, step)
        if recorded is None:
            self._recorder.run(step)
            self._seen.add(shape)
        else:
            self._recorded.move_to_end(shape)
            recorded()
        self._recorder.pace()

    def run_once(self, step: Step) -> None:
        """Run a step that is too large to be recorded."""
        self._recorder.run(step)

    def forget(self) -> None:
        """Give all recordings and their memory back."""
        self._recorded.clear()
        self._seen.clear()

    def _record(self, shape: Hashable, step: Step) -> Step | None:
        try:
            recorded = self._recorder.record(step)
        except RuntimeError as error:
            self.forget()
            self.problem = str(error).partition("\n")[0]
            return None
        self._recorded[shape] = recorded
        if len(self._recorded) > self._most:
            oldest, _ = self._recorded.popitem(last=False)
            self._seen.discard(oldest)
        return recorded


def recorder_for(device: torch.device) -> Recorder | None:
    """Return how steps are recorded on `device`; None where it is not worth while."""
    return CudaRecorder(device) if device.type == "cuda" else None
