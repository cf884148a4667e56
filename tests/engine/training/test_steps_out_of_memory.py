"""A GPU that is full, in every place where that can be found out: the run goes on on the CPU.

The GPU is a stand-in: the same processor under another name, ``cpu:0``, whose memory is
full when a test says so.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.config import CorpusConfig, ModelConfig, TrainConfig
from engine.control import Notice, RunControl
from engine.corpus.corpus import Corpus
from engine.errors import DeviceError
from engine.events import Event
from engine.language_model.history import EpochDone, LossPoint
from engine.network.batching import Batch
from engine.network.device import CPU, is_out_of_memory
from engine.network.rnn import RNN
from engine.runs.store import RunStore
from engine.training import evaluation, placement
from engine.training import steps as steps_module
from engine.training.events import RunEnded, TrainingStarted
from engine.training.state import TrainingState
from engine.training.trainer import Trainer
from tests.engine.support.device_runs import CARD, FULL, RECORDED, TRAIN, choose_device, fill
from tests.engine.support.runs import of_type


@pytest.fixture(autouse=True)
def a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement, "choose_device", choose_device)


def model(device: Any = "auto") -> ModelConfig:
    return ModelConfig(hidden_dim=6, dtype="float64", device=device)


def train(corpus: Corpus, config: TrainConfig, device: str = "auto") -> tuple[Trainer, list[Event]]:
    trainer = Trainer(corpus, model(device), config)
    return trainer, list(trainer.run(RunControl()))


def on_the_card(rnn: RNN, *_args: Any, **_kwargs: Any) -> bool:
    return rnn.device == CARD


def same(one: TrainingState, other: TrainingState) -> bool:
    tensors = ((one.parameters, other.parameters), (one.best, other.best))
    return all(
        mine.keys() == theirs.keys() and all(mine[name].equal(theirs[name]) for name in mine)
        for mine, theirs in (*tensors, (one.optimizer, other.optimizer))
    )


def losses(events: list[Event]) -> list[tuple[float, float]]:
    return [(done.training_loss, done.validation_loss) for done in of_type(events, EpochDone)]


@pytest.mark.parametrize("recipe", ["fast", "tutorial"])
@pytest.mark.parametrize("steps", [0, 1, 13, 40])
def test_that_a_run_whose_card_is_full_ends_as_one_on_the_cpu(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, recipe: str, steps: int
) -> None:
    alone = (
        TRAIN[recipe] if recipe == "tutorial" else TrainConfig(batch_size=1, epochs=3, **RECORDED)
    )
    whole, expected = train(corpus, alone, "cpu")
    step = "write_gradients" if recipe == "fast" else "descend"
    fill(monkeypatch, RNN, step, on_the_card, after=steps)

    trainer, events = train(corpus, alone)

    assert trainer._place.rnn.device == CPU
    assert same(trainer.state(), whole.state())
    assert losses(events) == losses(expected)
    (notice,) = of_type(events, Notice)
    assert notice.severity == "warning"
    assert notice.device is not None
    assert notice.device.startswith("CPU (")
    assert "Fast Card has no memory left for a step on a single sentence." in notice.text
    assert "goes on on the CPU from the same place" in notice.text


def test_that_the_batch_is_halved_first_and_whole_again_on_the_cpu(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(monkeypatch, RNN, "write_gradients", on_the_card, after=2)

    trainer, events = train(corpus, TRAIN["fast"])

    texts = [notice.text for notice in of_type(events, Notice)]
    assert [text.split()[-3:] for text in texts[:2]] == [
        ["2", "per", "step."],
        ["1", "per", "step."],
    ]
    assert "on the CPU" in texts[2]
    assert len(texts) == 3
    assert trainer.state().progress.batch_size == 4
    assert events[-1].epoch == 3.0


def test_that_a_batch_that_does_not_fit_is_halved_and_the_run_goes_on(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_too_much(_rnn: RNN, batch: Batch, *_args: Any, **_kwargs: Any) -> bool:
        return batch.sentences > 5

    fill(monkeypatch, RNN, "write_gradients", is_too_much)

    trainer, events = train(corpus, replace(TRAIN["fast"], batch_size=16), "cpu")

    notices = of_type(events, Notice)
    assert [notice.text.split()[3] for notice in notices] == ["16", "8"]
    assert "Training goes on with 4 per step." in notices[-1].text
    assert isinstance(events[-1], RunEnded)
    assert events[-1].epoch == 3.0
    assert trainer.state().progress.batch_size == 4


def test_that_a_step_that_found_no_memory_half_way_changes_nothing(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = train(corpus, TRAIN["tutorial"], "cpu")
    fill(monkeypatch, rnn_module(), "error_through_time", lambda d_s, *_: is_card(), after=7)
    trainer = Trainer(corpus, model(), TRAIN["tutorial"])

    def is_card() -> bool:
        return trainer._place.rnn.device == CARD

    list(trainer.run(RunControl()))

    assert trainer._place.rnn.device == CPU
    assert same(trainer.state(), whole.state())


def rnn_module() -> Any:
    from engine.network import rnn

    return rnn


def test_that_adam_without_memory_for_its_first_step_takes_it_on_the_cpu(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = TrainConfig(batch_size=1, epochs=1, **RECORDED)
    whole, _ = train(corpus, config, "cpu")
    real, made = torch.zeros_like, [0]

    def zeros_like(like: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        made[0] += 1
        if made[0] == 6:  # three gradients, the first parameter's two means, then no more
            raise FULL
        return real(like, *args, **kwargs)

    monkeypatch.setattr(torch, "zeros_like", zeros_like)
    trainer, _ = train(corpus, config)

    assert trainer._place.rnn.device == CPU
    assert same(trainer.state(), whole.state())


@pytest.mark.parametrize("recipe", ["fast", "tutorial"])
@pytest.mark.parametrize("calls", [0, 1, 2])
def test_that_an_evaluation_goes_on_with_fewer_words_and_then_on_the_cpu(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, recipe: str, calls: int
) -> None:
    whole, expected = train(corpus, TRAIN[recipe], "cpu")
    fill(monkeypatch, RNN, "word_losses", on_the_card, after=calls)

    trainer, events = train(corpus, TRAIN[recipe])

    assert trainer._place.rnn.device == CPU
    for name in ("U_by_word", "V", "W"):
        assert trainer.state().parameters[name].equal(whole.state().parameters[name])
    for mine, theirs in zip(losses(events), losses(expected), strict=True):
        assert mine == pytest.approx(theirs, rel=1e-12)
    fewer, moved = of_type(events, Notice)
    assert "did not fit into the memory. It goes on with fewer" in fewer.text
    assert fewer.severity == "info"
    assert "Fast Card has no memory left for a single sentence" in moved.text


def test_that_an_evaluation_with_room_for_a_few_sentences_stays_on_the_card(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, expected = train(corpus, TRAIN["fast"], "cpu")
    most: list[int] = []

    def is_too_much(_rnn: RNN, batch: Batch) -> bool:
        most.append(batch.sentences)
        return batch.sentences > 3

    fill(monkeypatch, RNN, "word_losses", is_too_much)

    trainer, events = train(corpus, TRAIN["fast"])

    assert trainer._place.rnn.device == CARD
    for mine, theirs in zip(losses(events), losses(expected), strict=True):
        assert mine == pytest.approx(theirs, rel=1e-12)
    assert {2, 3} & set(most)
    assert all("with fewer at a time" in notice.text for notice in of_type(events, Notice))


@pytest.mark.parametrize("part", ["make_network", "ClippedAdam"])
def test_that_a_network_that_does_not_fit_begins_on_the_cpu(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    whole, _ = train(corpus, TRAIN["fast"], "cpu")
    is_full = on_the_card if part == "ClippedAdam" else lambda *args: args[3] == CARD
    owner = steps_module if part == "ClippedAdam" else placement
    fill(monkeypatch, owner, part, is_full)

    trainer, events = train(corpus, TRAIN["fast"])

    started, notice = events[:2]
    assert isinstance(started, TrainingStarted)
    assert started.device.startswith("CPU")
    assert started.device_reason == "Fast Card has no memory left for it."
    assert isinstance(notice, Notice)
    assert notice.text.startswith("Fast Card has no memory left for the network. The training")
    assert same(trainer.state(), whole.state())


def test_that_who_chose_the_card_is_told_so(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(monkeypatch, RNN, "descend", on_the_card)

    _, events = train(corpus, TRAIN["tutorial"], "cuda")

    (notice,) = of_type(events, Notice)
    assert notice.text.startswith("You chose Fast Card, but it has no memory left for a step")
    assert isinstance(events[-1], RunEnded)


@pytest.mark.parametrize("recipe", ["fast", "tutorial"])
def test_that_a_run_that_moved_is_resumed(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, recipe: str
) -> None:
    monkeypatch.setattr("engine.training.trainer._POINT_EVERY_S", 0.0)
    alone = (
        TRAIN[recipe] if recipe == "tutorial" else TrainConfig(batch_size=1, epochs=3, **RECORDED)
    )
    whole, _ = train(corpus, alone, "cpu")
    fill(
        monkeypatch, RNN, "write_gradients" if recipe == "fast" else "descend", on_the_card, after=9
    )
    store, control = RunStore(tmp_path / "data"), RunControl()
    csv = CorpusConfig(path=Path(corpus.summary.path))
    for event in store.train(corpus, csv, model(), alone, control):
        if isinstance(event, LossPoint) and event.step == 20:
            control.stop()
    (run,) = store.list()
    assert 0.0 < run.epoch < 1.0

    events = list(store.resume(run.run_id, corpus, RunControl()))

    assert isinstance(events[-1], RunEnded)
    last = store.open_model(run.run_id)
    assert last.step == whole.state().progress.step
    assert last.rnn.V.equal(whole.state().model("last").rnn.V)


@pytest.mark.parametrize("what", ["parameters", "optimizer"])
def test_that_a_state_that_does_not_fit_is_resumed_on_the_cpu(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    control = RunControl()
    first = Trainer(corpus, model("cpu"), TRAIN["fast"])
    for event in first.run(control):
        if isinstance(event, EpochDone) and event.epoch == 2:
            control.stop()
    if what == "parameters":
        fill(monkeypatch, placement, "load_parameters", lambda rnn, _: rnn.device == CARD)
    else:
        fill(
            monkeypatch,
            steps_module.ClippedAdam,
            "load_state_tensors",
            lambda own, _: on_the_card(own._rnn),
        )
    state = first.state()
    state = TrainingState(
        **{name: getattr(state, name) for name in state.__slots__} | {"model_config": model()}
    )

    second = Trainer.resumed(corpus, state)
    events = list(second.run(RunControl()))

    assert second._place.rnn.device == CPU
    assert (
        "Fast Card has no memory left for the state of the run." in of_type(events, Notice)[0].text
    )
    whole, _ = train(corpus, TRAIN["fast"], "cpu")
    assert same(second.state(), whole.state())


def test_that_a_full_computer_says_what_to_do(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(monkeypatch, steps_module, "batch_from_flat", lambda *_: True)

    with pytest.raises(DeviceError, match="The computer has no memory left for a step on a single"):
        train(corpus, TRAIN["fast"])


def test_that_a_full_computer_is_told_in_an_evaluation_and_at_the_start(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(monkeypatch, evaluation, "batch_from_flat", lambda *_: True)
    with pytest.raises(DeviceError, match="no memory left for a single sentence"):
        train(corpus, TRAIN["fast"])

    fill(monkeypatch, placement, "make_network", lambda *_: True)
    with pytest.raises(DeviceError, match="The computer has no memory left for the network"):
        train(corpus, TRAIN["fast"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CUDA error: out of memory\nCUDA kernel errors might be reported later.", True),
        ("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", True),
        ("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to", True),
        ("CUDA error: an illegal memory access was encountered", False),
        ("mat1 and mat2 shapes cannot be multiplied", False),
    ],
)
def test_that_a_full_memory_is_told_from_other_errors(text: str, expected: bool) -> None:
    assert is_out_of_memory(RuntimeError(text)) == expected
