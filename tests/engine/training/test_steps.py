"""Whole runs with the steps of a GPU, taken on the CPU: the same numbers, and nothing lost.

The GPU is a stand-in: the same processor under another name, ``cpu:0``, with a recorder that
plays back what was recorded.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.config import ModelConfig, TrainConfig
from engine.control import Notice, RunControl
from engine.corpus.corpus import Corpus
from engine.errors import DivergedError
from engine.events import Event
from engine.language_model.history import EpochDone, LossPoint
from engine.network.device import CPU
from engine.training import epoch_estimate, placement
from engine.training.cuda_graphs import gradients, graphs
from engine.training.cuda_graphs import steps as device_steps
from engine.training.cuda_graphs.layout import Planned
from engine.training.cuda_graphs.steps import DeviceSteps
from engine.training.events import EpochEstimated, RunEnded
from engine.training.state import TrainingState, load_state, state_to_bytes
from engine.training.trainer import Trainer
from tests.engine.support.device_runs import (
    CARD,
    RECORDED,
    TRAIN,
    NotRecordable,
    PlayedBack,
    choose_device,
    fill,
)
from tests.engine.support.runs import ScriptedClock, of_type

both_recipes = pytest.mark.parametrize("recipe", ["fast", "tutorial"])


@pytest.fixture(autouse=True)
def recorders(monkeypatch: pytest.MonkeyPatch) -> list[PlayedBack]:
    """The recorders of the card, as they are asked for."""
    made: list[PlayedBack] = []

    def recorder_for(device: torch.device) -> PlayedBack | None:
        if device != CARD:
            return None
        made.append(PlayedBack())
        return made[-1]

    monkeypatch.setattr(placement, "choose_device", choose_device)
    monkeypatch.setattr(graphs, "recorder_for", recorder_for)
    return made


def a_trainer(
    corpus: Corpus, config: TrainConfig, device: str = "auto", dtype: Any = "float64"
) -> Trainer:
    model = ModelConfig(hidden_dim=6, dtype=dtype, device=device)
    return Trainer(corpus, model, config, None, ScriptedClock(0.05))


def ended(trainer: Trainer) -> list[Event]:
    return list(trainer.run(RunControl()))


def losses(events: list[Event]) -> list[float]:
    points = [point.loss for point in of_type(events, LossPoint)]
    return points + [done.training_loss for done in of_type(events, EpochDone)]


def assert_same(mine: TrainingState, other: TrainingState, tolerance: float) -> None:
    """Compare the numbers of two runs at the same place."""
    assert (mine.progress.step, mine.progress.words) == (other.progress.step, other.progress.words)
    for one, two in ((mine.parameters, other.parameters), (mine.optimizer, other.optimizer)):
        assert one.keys() == two.keys()
        for name, value in two.items():
            torch.testing.assert_close(one[name], value, rtol=tolerance, atol=tolerance)


@both_recipes
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-6), ("float32", 1e-3)])
def test_that_a_run_has_the_losses_of_the_ordinary_path(
    corpus: Corpus,
    recorders: list[PlayedBack],
    recipe: str,
    dtype: str,
    tolerance: float,
) -> None:
    there = a_trainer(corpus, TRAIN[recipe], "auto", dtype)
    here = a_trainer(corpus, TRAIN[recipe], "cpu", dtype)

    mine, ordinary = ended(there), ended(here)

    assert recorders[-1].replays > 0
    assert losses(mine) == pytest.approx(losses(ordinary), rel=tolerance)
    assert [type(each) for each in mine] == [type(each) for each in ordinary]
    assert_same(there.state(), here.state(), tolerance)


def assert_as_on_the_cpu(
    trainer: Trainer, corpus: Corpus, config: TrainConfig, tolerance: float
) -> None:
    """Compare the numbers of a run that ended with those of the ordinary path."""
    ordinary = a_trainer(corpus, config, "cpu")
    ended(ordinary)
    assert_same(trainer.state(), ordinary.state(), tolerance)


def states_of(trainer: Trainer) -> Iterator[tuple[TrainingState, Event]]:
    """Yield a copy of the run's state at each event."""
    for event in trainer.run(RunControl()):
        yield trainer.state(), event


@both_recipes
def test_that_a_resumed_run_ends_bit_for_bit_as_one_that_was_not_interrupted(
    corpus: Corpus, recipe: str, tmp_path: Path
) -> None:
    whole = a_trainer(corpus, TRAIN[recipe])
    kept = [state for state, event in states_of(whole) if isinstance(event, LossPoint)]
    half_way = next(state for state in kept if 0 < state.progress.sentences_done < 20)
    (tmp_path / "state").write_bytes(state_to_bytes(half_way))

    resumed = Trainer.resumed(corpus, load_state(tmp_path / "state"), ScriptedClock(0.05))
    ended(resumed)

    assert_same(resumed.state(), whole.state(), 0.0)
    assert resumed.state().progress.best_loss == whole.state().progress.best_loss


@both_recipes
def test_that_a_state_of_the_card_goes_on_on_the_cpu(corpus: Corpus, recipe: str) -> None:
    whole = a_trainer(corpus, TRAIN[recipe], "cpu")
    ended(whole)
    states = states_of(a_trainer(corpus, TRAIN[recipe]))
    state = next(each for each, event in states if each.progress.epoch == 2)
    config = ModelConfig(hidden_dim=6, dtype="float64", device="cpu")
    fields = {name: getattr(state, name) for name in state.__slots__}

    moved = Trainer.resumed(corpus, TrainingState(**fields | {"model_config": config}))
    ended(moved)

    assert_same(moved.state(), whole.state(), 1e-6)


def test_that_fewer_sentences_are_taken_where_a_step_does_not_fit(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(monkeypatch, device_steps, "static_states", lambda U, W, batch, shape: shape.sentences > 2)
    halved = a_trainer(corpus, TRAIN["fast"])
    small = TrainConfig(batch_size=2, epochs=3, **RECORDED)

    events = ended(halved)

    assert "Training goes on with 2 per step." in of_type(events, Notice)[0].text
    assert_as_on_the_cpu(halved, corpus, small, 1e-6)


@both_recipes
def test_that_a_card_without_room_for_one_sentence_is_left_for_the_cpu(
    corpus: Corpus, recipe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(monkeypatch, device_steps, "static_states", lambda *_: True, after=3)
    moved = a_trainer(corpus, TRAIN[recipe])

    events = ended(moved)

    assert moved._place.rnn.device == CPU
    assert "The training goes on on the CPU" in of_type(events, Notice)[-1].text
    assert_as_on_the_cpu(moved, corpus, TRAIN[recipe], 1e-6)


@both_recipes
def test_that_a_text_too_large_for_the_card_is_sent_batch_by_batch(
    corpus: Corpus, recipe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(monkeypatch, device_steps, "EpochTables", lambda *_: True)
    sent = a_trainer(corpus, TRAIN[recipe])

    events = ended(sent)

    (notice,) = of_type(events, Notice)
    assert "no room for the whole text" in notice.text
    assert sent._place.rnn.device == CARD
    assert_as_on_the_cpu(sent, corpus, TRAIN[recipe], 0.0)


def test_that_a_card_that_refuses_recordings_is_named_once_and_trains_on(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        graphs, "recorder_for", lambda device: NotRecordable() if device == CARD else None
    )
    refused = a_trainer(corpus, TRAIN["fast"])

    events = ended(refused)

    (notice,) = of_type(events, Notice)
    assert "CUDA error: operation not permitted" in notice.text
    assert isinstance(events[-1], RunEnded)
    assert_as_on_the_cpu(refused, corpus, TRAIN["fast"], 1e-6)


def test_that_other_errors_come_through(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any) -> None:
        raise RuntimeError("the shapes do not fit")

    monkeypatch.setattr(DeviceSteps, "step", broken)

    with pytest.raises(RuntimeError, match="the shapes do not fit"):
        ended(a_trainer(corpus, TRAIN["fast"]))


@both_recipes
def test_that_an_epoch_is_estimated_with_the_steps_of_the_card(
    corpus: Corpus, recorders: list[PlayedBack], recipe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each word that is played back takes a second, and nothing else does."""
    now = [0.0]
    real = DeviceSteps.step

    def step(self: DeviceSteps) -> Planned:
        planned = real(self)
        now[0] += planned.words
        return planned

    monkeypatch.setattr(DeviceSteps, "step", step)
    monkeypatch.setattr(epoch_estimate, "choose_device", choose_device)
    model = ModelConfig(hidden_dim=6)

    *_, last = epoch_estimate.estimate_epoch(
        corpus, model, TRAIN[recipe], RunControl(), sizes=(18,), clock=lambda: now[0]
    )

    assert isinstance(last, EpochEstimated)
    assert last.estimate.seconds == pytest.approx((corpus.training.words_to_predict,))
    assert sum(each.replays for each in recorders) > 0


@both_recipes
def test_that_a_run_beyond_all_bounds_ends_with_good_parameters(
    corpus: Corpus, recipe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = gradients.static_error_through_time
    calls = [0]

    def broken(*args: Any) -> torch.Tensor:
        calls[0] += 1
        return real(*args) * (torch.nan if calls[0] > 5 else 1.0)

    monkeypatch.setattr(device_steps, "static_error_through_time", broken)
    trainer = a_trainer(corpus, TRAIN[recipe])

    with pytest.raises(DivergedError, match="learning rate"):
        ended(trainer)

    for parameter in trainer._place.rnn.parameters():
        assert torch.isfinite(parameter).all()
