"""The points of the curve are of about as many words each, and carry on over an epoch's end."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.config import ModelConfig, TrainConfig
from engine.control import RunControl
from engine.corpus.corpus import Corpus
from engine.language_model.history import EpochDone, LossPoint
from engine.training import steps
from engine.training.state import load_state, state_to_bytes
from engine.training.trainer import Trainer
from tests.engine.support.runs import ScriptedClock, animal_corpus, of_type, run

STEP_S = 0.1


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return animal_corpus(tmp_path_factory.mktemp("corpus"), documents=40, validation_fraction=0.2)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ScriptedClock:
    """Return a clock by which a step takes a tenth of a second, and nothing else any time."""
    clock = ScriptedClock()
    original = steps.EpochSteps.step

    def step(self: Any) -> Any:
        clock.now_s += STEP_S
        return original(self)

    monkeypatch.setattr(steps.EpochSteps, "step", step)
    return clock


def per_point(points: list[LossPoint]) -> list[int]:
    return np.diff([0, *(point.step for point in points)]).tolist()


@pytest.mark.parametrize("batch_size", [1, 2, 5, 9])
def test_that_no_point_is_of_far_fewer_steps_than_the_others(
    corpus: Corpus, clock: ScriptedClock, batch_size: int
) -> None:
    points = of_type(run(corpus, clock=clock, epochs=4, batch_size=batch_size), LossPoint)

    counts = per_point(points)
    assert len(counts) >= 4
    assert min(counts[:-1]) * 2 >= max(counts[:-1])
    assert points[-1].epoch == pytest.approx(4.0)  # nothing of the end is missing


@pytest.mark.parametrize("batch_size", [1, 2, 3, 4, 5])
def test_that_the_end_of_all_is_no_needle(
    corpus: Corpus, clock: ScriptedClock, monkeypatch: pytest.MonkeyPatch, batch_size: int
) -> None:
    timed = steps.EpochSteps.step
    after = [(0.0, 0)]  # each step of the one epoch: summed loss, words

    def step(self: Any) -> Any:
        words, sentences = timed(self)
        after.append((float(self.loss_sum), after[-1][1] + words))
        return words, sentences

    monkeypatch.setattr(steps.EpochSteps, "step", step)
    points = of_type(run(corpus, clock=clock, epochs=1, batch_size=batch_size), LossPoint)

    *_, before, first, last = (0, *(point.step for point in points))
    is_short = 2 * (last - first) < first - before
    began = before if is_short else first  # with the interval before, it is no shorter than others
    losses, words = np.diff([after[began], after[last]], axis=0)[0]
    assert points[-1].loss == pytest.approx(losses / words)


def test_that_what_an_epoch_ends_with_is_in_the_next_point(
    corpus: Corpus, clock: ScriptedClock
) -> None:
    events = run(corpus, clock=clock, epochs=3, batch_size=2)

    epochs = [done for done in of_type(events, EpochDone) if done.step]
    points = of_type(events, LossPoint)
    assert sum(per_point(points)) == epochs[-1].step
    assert epochs[0].step not in {point.step for point in points}


def test_that_a_run_stopped_between_two_epochs_forgets_nothing_of_its_last_steps(
    corpus: Corpus, clock: ScriptedClock, tmp_path: Path
) -> None:
    model = ModelConfig(hidden_dim=4, device="cpu", dtype="float64")
    whole = Trainer(corpus, model, TrainConfig(epochs=2, batch_size=2), clock=clock)
    path = tmp_path / "state"
    for event in whole.run(RunControl()):
        if isinstance(event, EpochDone) and event.epoch == 1.0:
            path.write_bytes(state_to_bytes(whole.state()))
    state = load_state(path)
    tail = state.progress

    forgotten = replace(state, progress=replace(tail, tail_loss=0.0, tail_words=0))
    with_tail, without = (
        of_type(list(Trainer.resumed(corpus, each, clock).run(RunControl())), LossPoint)[0]
        for each in (state, forgotten)
    )

    assert tail.tail_words > 0
    assert with_tail.step == without.step
    words = (tail.tail_loss - with_tail.loss * tail.tail_words) / (with_tail.loss - without.loss)
    assert words > 0
    assert words == pytest.approx(round(words), rel=1e-6)


def test_that_a_resumed_run_knows_how_sure_a_rise_is_and_keeps_it(
    corpus: Corpus, tmp_path: Path
) -> None:
    model, config = ModelConfig(hidden_dim=6, device="cpu"), TrainConfig(epochs=4, batch_size=8)
    whole = Trainer(corpus, model, config)
    path = tmp_path / "state"
    expected = {}
    for event in whole.run(RunControl()):
        if isinstance(event, EpochDone):
            expected[event.epoch] = event.change_error
            if event.epoch == 2.0:
                path.write_bytes(state_to_bytes(whole.state()))

    resumed = Trainer.resumed(corpus, load_state(path))
    events = list(resumed.run(RunControl()))
    path.write_bytes(state_to_bytes(resumed.state()))

    found = {done.epoch: done.change_error for done in of_type(events, EpochDone)}
    assert found == pytest.approx({epoch: expected[epoch] for epoch in (3.0, 4.0)}, rel=1e-5)
    assert all(found.values())
    kept = [done.change_error for done in load_state(path).history.evaluations]
    assert kept[0] is None
    assert kept[1:] == pytest.approx(list(expected.values())[1:], rel=1e-5)
