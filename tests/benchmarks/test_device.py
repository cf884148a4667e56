"""The benchmark of a GPU's steps, with the steps taken on the CPU: what it measures."""

import pytest
import torch

from engine.control import RunControl
from engine.training.cuda_graphs import graphs
from engine.training.cuda_graphs.graphs import EagerRecorder, Step
from tests.benchmarks import all_parts
from tests.benchmarks import device as benchmark_device
from tests.benchmarks.all_parts import BenchmarkConfig, run_benchmark
from tests.benchmarks.device import gradient_errors, measure_device_steps, records_steps
from tests.benchmarks.report import table_lines
from tests.benchmarks.rows import BenchmarkRow, Machine
from tests.benchmarks.turns import Setting
from tests.engine.support.device_runs import PlayedBack
from tests.engine.support.runs import StopsAfter

TINY = Setting(word_dim=60, hidden_dim=5, device="cpu")


@pytest.fixture
def recorders(monkeypatch: pytest.MonkeyPatch) -> list[PlayedBack]:
    """The recorders of the stand-in GPU, as they are asked for; its epochs are short."""
    made: list[PlayedBack] = []

    def recorder_for(device: torch.device) -> PlayedBack:
        assert device == torch.device("cpu")
        made.append(PlayedBack())
        return made[-1]

    monkeypatch.setattr(graphs, "recorder_for", recorder_for)
    monkeypatch.setattr(benchmark_device, "_QUICK_SENTENCES", 70)
    monkeypatch.setattr(benchmark_device, "_SENTENCES", 90)
    return made


def rows_of(setting: Setting, control: RunControl | None = None) -> list[BenchmarkRow]:
    items = measure_device_steps(
        setting,
        RunControl() if control is None else control,
        rounds=2,
        with_epochs=True,
        is_quick=True,
        has_targets=True,
        is_exact=True,
    )
    return [item for item in items if isinstance(item, BenchmarkRow)]


def test_that_whole_epochs_of_each_kind_are_timed(recorders: list[PlayedBack]) -> None:
    rows = {row.name: row for row in rows_of(TINY)}

    for kind, most_s in (("one sentence", 5.0), ("32", 0.25), ("256", 0.25), ("1024", 0.25)):
        timed = rows[f"an epoch of 70 sentences, {kind} per step, recorded"]
        assert timed.value is not None
        assert timed.value.rounds == 2
        assert timed.value.low > 0.0
        assert timed.target is not None
        assert (timed.target.bound, timed.target.is_least) == (most_s, False)
    steps = sum(each.runs + each.replays for each in recorders)
    assert steps == 2 + (2 + 2) * (70 + 3 + 1 + 1), "compared twice; untimed and timed epochs"


@pytest.mark.usefixtures("recorders")
def test_that_the_error_of_the_gradients_is_told_and_small() -> None:
    exactness = rows_of(TINY)[0]

    assert exactness.name.startswith("gradients of 32, recorded: largest relative error")
    assert exactness.value is not None
    assert 0.0 < exactness.value.median < 1e-5
    assert exactness.is_met


@pytest.mark.usefixtures("recorders")
def test_that_a_small_error_is_more_than_zeros_in_the_table() -> None:
    lines = table_lines(rows_of(TINY))

    (line,) = [line for line in lines if "recorded: largest" in line]
    assert "e-0" in line.split("|")[3]
    assert "<= 1.0e-04" in line


def test_that_wrong_gradients_are_noticed() -> None:
    class Twice(EagerRecorder):
        """A recorder whose recordings do something else than what was recorded."""

        def record(self, step: Step) -> Step:
            def replay() -> None:
                step()
                for each in kept:
                    each.mul_(1.001)

            return replay

    kept: list[torch.Tensor] = []
    with pytest.MonkeyPatch.context() as patch:
        real = benchmark_device._KeepGradients.gradients

        def gradients(self: benchmark_device._KeepGradients) -> tuple[torch.Tensor, ...]:
            kept[:] = real(self)
            return real(self)

        patch.setattr(benchmark_device._KeepGradients, "gradients", gradients)
        errors = gradient_errors(TINY, Twice())

    assert all(error == pytest.approx(1e-3, rel=0.1) for error in errors)


@pytest.mark.usefixtures("recorders")
def test_that_a_stop_ends_the_epochs() -> None:
    control = StopsAfter(3)

    assert len(rows_of(TINY, control)) == 1
    assert control.is_stopped


def test_that_a_cpu_records_nothing() -> None:
    assert not records_steps(TINY)


@pytest.mark.usefixtures("recorders")
def test_that_the_command_has_the_rows_and_judges_full_precision_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(all_parts, "measure_training", lambda *_, **__: ())  # of every contender
    config = BenchmarkConfig(
        word_dim=60,
        hidden_dims=(5, 6),
        rounds=1,
        turn_s=0.0,
        is_quick=True,
        allow_tf32=True,
        parts=("training",),
    )

    events = list(run_benchmark(config, RunControl()))

    machine = next(event for event in events if isinstance(event, Machine))
    all_rows = [event for event in events if isinstance(event, BenchmarkRow)]
    rows = {row.name: row for row in all_rows}
    compared = next(row for name, row in rows.items() if "recorded: largest" in name)
    assert machine.device.endswith(", TF32")
    assert compared.target is None
    assert rows["an epoch of 70 sentences, 32 per step, recorded"].target is None, "not 8000 words"
    sizes = [row.hidden_dim for row in all_rows if "sentences, 32 per step, recorded" in row.name]
    assert sizes == [5], "epochs are timed for one size"
