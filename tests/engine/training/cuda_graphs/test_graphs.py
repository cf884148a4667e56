"""When steps are recorded and played again; the recorder of CUDA is given a made-up CUDA."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch

from engine.training.cuda_graphs.graphs import CudaRecorder, EagerRecorder, StepGraphs, recorder_for
from tests.engine.support.device_runs import NotRecordable, PlayedBack


def test_that_the_first_step_of_a_shape_is_taken_and_the_second_recorded() -> None:
    recorder, taken = PlayedBack(), []
    graphs = StepGraphs(recorder)

    for number in range(4):
        graphs.run("shape", lambda number=number: taken.append(number))

    assert taken == [0, 1, 1, 1], "a recording repeats the step that was recorded"
    assert (recorder.runs, recorder.recordings, recorder.replays) == (1, 1, 3)


def test_that_shapes_that_come_once_are_not_recorded() -> None:
    recorder, taken = PlayedBack(), []
    graphs = StepGraphs(recorder)

    for shape in range(5):
        graphs.run(shape, lambda shape=shape: taken.append(shape))

    assert taken == [0, 1, 2, 3, 4]
    assert recorder.recordings == len(graphs) == 0


def test_that_the_recording_that_was_not_played_for_longest_goes_first() -> None:
    recorder = PlayedBack()
    graphs = StepGraphs(recorder, most=2)
    for shape in "aabbacc":  # b is the oldest when c comes
        graphs.run(shape, lambda: None)
    assert recorder.recordings == 3

    graphs.run("a", lambda: None)
    assert recorder.recordings == 3

    graphs.run("b", lambda: None)
    graphs.run("b", lambda: None)
    assert (recorder.recordings, len(graphs)) == (4, 2)


def test_that_a_refused_recording_ends_all_recording_and_loses_no_step() -> None:
    taken: list[str] = []
    graphs = StepGraphs(NotRecordable())

    for shape in "aabbb":
        graphs.run(shape, lambda shape=shape: taken.append(shape))

    assert taken == ["a", "a", "b", "b", "b"]
    assert graphs.problem == "CUDA error: operation not permitted"


def test_that_a_step_that_fails_is_told_and_can_be_tried_again() -> None:
    graphs = StepGraphs(EagerRecorder())

    def fail() -> None:
        raise RuntimeError("no memory")

    with pytest.raises(RuntimeError, match="no memory"):
        graphs.run("a", fail)
    graphs.run("a", lambda: None)

    assert len(graphs) == 0, "only a step that was taken prepares a recording"


def test_that_nothing_is_recorded_on_a_cpu() -> None:
    assert recorder_for(torch.device("cpu")) is None


class MadeUpCuda:
    """What `CudaRecorder` calls of torch.cuda, with a log."""

    def __init__(self, *, is_refusing: bool) -> None:
        self.log: list[str] = []
        self.current = "main"
        self._is_refusing = is_refusing

    def install(self, patch: pytest.MonkeyPatch) -> None:
        for name in (
            "Stream",
            "CUDAGraph",
            "Event",
            "graph",
            "stream",
            "current_stream",
            "set_stream",
        ):
            patch.setattr(torch.cuda, name, getattr(self, name))
        patch.setattr(torch.cuda, "graph_pool_handle", lambda: "pool")

    def Stream(self, device: Any) -> Any:
        return _Stream(self, "side")

    def CUDAGraph(self) -> Any:
        return _Graph(self)

    def Event(self, *, blocking: bool) -> Any:
        assert blocking
        return _Event(self)

    def current_stream(self, device: Any = None) -> Any:
        return _Stream(self, self.current)

    def set_stream(self, stream: Any) -> None:
        self.current = stream.name

    @contextmanager
    def stream(self, stream: Any) -> Iterator[None]:
        before, self.current = self.current, stream.name
        yield
        self.current = before

    @contextmanager
    def graph(self, graph: Any, *, pool: Any, stream: Any, capture_error_mode: str) -> Iterator:
        assert (pool, capture_error_mode) == ("pool", "thread_local")
        before, self.current = self.current, stream.name
        self.log.append("capture")
        yield
        if self._is_refusing:  # the real one too leaves its stream behind then
            raise RuntimeError("capture was invalidated")
        self.current = before


class _Stream:
    def __init__(self, cuda: MadeUpCuda, name: str) -> None:
        self._cuda, self.name = cuda, name

    def wait_stream(self, other: "_Stream") -> None:
        self._cuda.log.append(f"{self.name} waits for {other.name}")


class _Graph:
    def __init__(self, cuda: MadeUpCuda) -> None:
        self._cuda = cuda

    def replay(self) -> None:
        self._cuda.log.append(f"replay on {self._cuda.current}")


class _Event:
    def __init__(self, cuda: MadeUpCuda) -> None:
        self._cuda = cuda

    def record(self, stream: _Stream) -> None:
        self.number = sum(line == f"replay on {stream.name}" for line in self._cuda.log)

    def synchronize(self) -> None:
        self._cuda.log.append(f"wait for replay {self.number}")


def test_that_steps_are_prepared_and_recorded_on_one_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cuda = MadeUpCuda(is_refusing=False)
    cuda.install(monkeypatch)
    graphs = StepGraphs(CudaRecorder(torch.device("cuda", 0)))

    for _ in range(3):
        graphs.run("a", lambda: cuda.log.append(f"step on {cuda.current}"))

    assert cuda.log == [
        "side waits for main",
        "step on side",
        "main waits for side",
        "capture",
        "step on side",
        "replay on main",
        "replay on main",
    ]


def test_that_a_failed_capture_leaves_the_stream_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cuda = MadeUpCuda(is_refusing=True)
    cuda.install(monkeypatch)
    graphs = StepGraphs(CudaRecorder(torch.device("cuda", 0)))

    for _ in range(2):
        graphs.run("a", lambda: None)

    assert cuda.current == "main"
    assert graphs.problem == "capture was invalidated"


def test_that_the_host_is_never_far_ahead_of_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    cuda = MadeUpCuda(is_refusing=False)
    cuda.install(monkeypatch)
    graphs = StepGraphs(CudaRecorder(torch.device("cuda", 0)))

    for _ in range(200):
        graphs.run("a", lambda: None)

    ahead = []
    for line in cuda.log:
        if line.startswith("wait"):
            ahead.append(cuda.log[: cuda.log.index(line)].count("replay on main"))
            ahead[-1] -= int(line.split()[-1])
    assert len(ahead) == 200 // 16 - 4
    assert set(ahead) == {64}
