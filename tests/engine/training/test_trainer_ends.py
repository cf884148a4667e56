"""How a training run ends, is interrupted, is repeated, and is gone on with."""

from itertools import pairwise

import numpy as np
import pytest

from engine.config import TrainConfig
from engine.control import RunControl
from engine.corpus.corpus import Corpus
from engine.errors import DivergedError
from engine.events import Event
from engine.language_model.history import EpochDone, LossPoint
from engine.language_model.model import LanguageModel
from engine.training.events import SnapshotPublished
from engine.training.trainer import Trainer
from tests.engine.support.runs import (
    PausedOnce,
    ScriptedClock,
    StopsAfter,
    loss_of,
    of_type,
    parameters_of,
    run,
)


@pytest.mark.parametrize("recipe", ["fast", "tutorial"])
def test_that_a_stop_between_two_batches_keeps_what_was_learned(
    corpus: Corpus, recipe: str
) -> None:
    control = RunControl()

    def stop_at_step_5(event: Event) -> None:
        if isinstance(event, LossPoint) and event.step == 5:
            control.stop()

    events = run(
        corpus,
        control=control,
        clock=ScriptedClock(1.0),
        on_event=stop_at_step_5,
        recipe=recipe,
        batch_size=2,
    )

    last, ended = events[-2:]
    assert (ended.reason, ended.step) == ("stopped", 5)
    assert 0.0 < ended.epoch < 1.0
    assert isinstance(last, SnapshotPublished)
    assert (last.step, last.model.step, last.model.epoch) == (5, 5, ended.epoch)
    assert loss_of(last.model.rnn, corpus) < of_type(events, EpochDone)[0].training_loss
    assert len(of_type(events, EpochDone)) == 1


@pytest.mark.parametrize("calls", [1, 2, 3, 10, 30, 60])
def test_that_a_stop_at_any_moment_publishes_and_ends(corpus: Corpus, calls: int) -> None:
    events = run(corpus, control=StopsAfter(calls), recipe="tutorial", epochs=50)

    assert isinstance(events[-2], SnapshotPublished)
    assert events[-1].reason == "stopped"
    assert events[-1].step == events[-2].model.step < 60


def test_that_paused_time_is_not_counted(undivided: Corpus) -> None:
    clock = ScriptedClock()
    control = PausedOnce(clock, 3600.0)

    events = run(undivided, control=control, clock=clock, epochs=2, time_limit_s=60.0)

    assert events[-1].reason == "finished"
    assert events[-1].elapsed_s == 0.0


def test_that_a_model_is_trained_further_with_its_counts_and_history(corpus: Corpus) -> None:
    first = of_type(run(corpus, epochs=2), SnapshotPublished)[-1].model

    events = run(corpus, epochs=1, start_from=first)

    last = of_type(events, SnapshotPublished)[-1].model
    assert not [done for done in of_type(events, EpochDone) if done.epoch == 0]
    assert (last.epoch, last.step) == (3, first.step + (first.step // 2))
    assert last.history.evaluations[:3] == first.history.evaluations
    assert last.history.losses[: len(first.history)] == first.history.losses
    assert len(last.history) > len(first.history)
    assert last.history.elapsed_s[-1] >= first.history.elapsed_s[-1]


def stopped_within_an_epoch(corpus: Corpus) -> LanguageModel:
    events = run(corpus, batch_size=1, epochs=4, control=StopsAfter(50))
    model: LanguageModel = of_type(events, SnapshotPublished)[-1].model
    assert model.epoch % 1.0
    return model


def test_that_the_epochs_of_a_model_stopped_within_one_go_on_from_there(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.trainer._POINT_EVERY_S", 0.0)
    first = stopped_within_an_epoch(corpus)

    events = run(corpus, batch_size=1, epochs=2, start_from=first)

    history = of_type(events, SnapshotPublished)[-1].model.history
    assert all(before < after for before, after in pairwise(history.epochs))
    assert all(before < after for before, after in pairwise(history.steps))
    epochs = [done.epoch for done in of_type(events, EpochDone)]
    assert epochs == pytest.approx([first.epoch + 1.0, first.epoch + 2.0])
    assert events[-1].epoch == pytest.approx(first.epoch + 2.0)
    points = of_type(events, LossPoint)
    assert points[0].epoch == pytest.approx(first.epoch + 1 / len(corpus.training))
    assert points[-1].time_left_s == 0.0


def test_that_such_a_run_is_resumed_at_the_same_epoch(corpus: Corpus) -> None:
    first = stopped_within_an_epoch(corpus)
    config = TrainConfig(batch_size=1, epochs=2)
    whole = Trainer(corpus, first.model_config, config, first)
    list(whole.run(RunControl()))
    part = Trainer(corpus, first.model_config, config, first)
    list(part.run(StopsAfter(20)))

    state = part.state()
    rest = Trainer.resumed(corpus, state)
    list(rest.run(RunControl()))

    assert state.epochs_done > first.epoch
    assert rest.state().epochs_done == whole.state().epochs_done
    assert rest.state().parameters["V"].equal(whole.state().parameters["V"])


def test_that_the_model_that_is_trained_further_stays_as_it_is(corpus: Corpus) -> None:
    first = of_type(run(corpus, epochs=1), SnapshotPublished)[-1]
    before = parameters_of(first)

    events = run(corpus, epochs=1, start_from=first.model)

    assert parameters_of(first) == before
    assert parameters_of(of_type(events, SnapshotPublished)[0]) == before
    assert parameters_of(of_type(events, SnapshotPublished)[-1]) != before


def test_that_a_snapshot_does_not_change_as_training_goes_on(undivided: Corpus) -> None:
    seen: list[list[bytes]] = []

    def remember(event: Event) -> None:
        if isinstance(event, SnapshotPublished):
            seen.append(parameters_of(event))

    events = run(undivided, recipe="tutorial", epochs=3, on_event=remember)

    assert [parameters_of(event) for event in of_type(events, SnapshotPublished)] == seen
    assert len({tuple(each) for each in seen}) == 4  # at the start and after each epoch


@pytest.mark.parametrize("recipe", ["fast", "tutorial"])
def test_that_the_same_seeds_give_the_same_run_to_the_last_bit(corpus: Corpus, recipe: str) -> None:
    settings = {"recipe": recipe, "epochs": 3, "batch_size": 4, "seed": 5}
    one, two = (
        run(corpus, model={"dtype": "float32"}, **settings, clock=ScriptedClock(0.01))
        for _ in range(2)
    )

    assert [e for e in one if not isinstance(e, SnapshotPublished)] == [
        e for e in two if not isinstance(e, SnapshotPublished)
    ]
    assert parameters_of(one[-2]) == parameters_of(two[-2])


def test_that_another_seed_gives_another_order_of_the_sentences(corpus: Corpus) -> None:
    one, two = (run(corpus, epochs=1, batch_size=4, seed=seed) for seed in (0, 1))

    assert parameters_of(one[2]) == parameters_of(two[2])
    assert parameters_of(one[-2]) != parameters_of(two[-2])


@pytest.mark.parametrize(
    ("recipe", "batch_size"),
    [("tutorial", 1), ("fast", 4), ("fast", 1000)],
    ids=["in a step of the tutorial's", "in a step", "in an evaluation"],
)
def test_that_a_run_that_diverges_names_its_rate_and_leaves_a_good_model(
    corpus: Corpus, recipe: str, batch_size: int
) -> None:
    snapshots: list[SnapshotPublished] = []

    def remember(event: Event) -> None:
        if isinstance(event, SnapshotPublished):
            snapshots.append(event)

    with pytest.raises(DivergedError, match=r"learning rate 1e\+38 .* such as 0\.00[35]\."):
        run(
            corpus,
            model={"dtype": "float32"},
            recipe=recipe,
            batch_size=batch_size,
            learning_rate=1e38,
            on_event=remember,
        )

    assert snapshots
    for each in snapshots[-1].model.rnn.parameters_as_numpy():
        assert np.isfinite(each).all()
