"""A loss that explodes, finite or not: the run stops, and the last good parameters stay."""

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.config import CorpusConfig, ModelConfig, TrainConfig
from engine.control import RunControl
from engine.corpus.corpus import Corpus
from engine.errors import DivergedError
from engine.events import Event
from engine.language_model.history import EpochDone
from engine.language_model.model import LanguageModel
from engine.network.rnn import RNN
from engine.runs.store import RunStore
from engine.training.events import RunEnded, SnapshotPublished, TrainingStarted
from engine.training.optimizers import PlainSgd
from engine.training.progress import Progress, first_progress
from engine.training.schedule import Schedule
from engine.training.state import load_state
from engine.training.trainer import Trainer
from tests.engine.support.runs import loss_of, of_type, run

KNOWS_NOTHING = math.log(18)
MODEL = ModelConfig(hidden_dim=6, device="cpu")
RECIPES = ("tutorial", "fast")


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "data")


def explode(
    store: RunStore, corpus: Corpus, config: TrainConfig
) -> tuple[str, list[Event], DivergedError | None]:
    """Train a kept run; return its id, its events and how it diverged."""
    run_id, events = store.new_run_id(), []
    csv = CorpusConfig(path=Path(corpus.summary.path))
    try:
        for event in store.train(corpus, csv, MODEL, config, RunControl(), run_id=run_id):
            events.append(event)
    except DivergedError as error:
        return run_id, events, error
    return run_id, events, None


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("clip_norm", [None, 1e30])
@pytest.mark.parametrize("rate", [1.0, 10.0, 1000.0, 1e6, 1e38])
def test_that_an_explosion_leaves_a_good_model_in_every_file(
    store: RunStore, corpus: Corpus, recipe: Any, rate: float, clip_norm: float | None
) -> None:
    config = TrainConfig(recipe=recipe, learning_rate=rate, clip_norm=clip_norm, epochs=4)

    run_id, events, error = explode(store, corpus, config)

    assert (error is not None) or rate == 1.0
    folder = store.runs / run_id
    models = [store.open_model(run_id, "last"), store.open_model(run_id, "best")]
    if error is not None:
        models.append(of_type(events, SnapshotPublished)[-1].model)
        models.append(load_state(folder / "state.safetensors").model())
    for model in models:
        # no worse than the best evaluation, up to rounding and to what was evaluated
        assert loss_of(model.rnn, corpus) < 1.1 * KNOWS_NOTHING or rate == 1.0
        assert loss_of(model.rnn, corpus) < 5.0 * KNOWS_NOTHING


@pytest.mark.parametrize("recipe", RECIPES)
def test_that_a_finite_explosion_is_told_with_the_rate_and_one_to_try(
    corpus: Corpus, recipe: str
) -> None:
    with pytest.raises(DivergedError) as diverged:
        run(corpus, recipe=recipe, learning_rate=10.0, epochs=20)

    text = str(diverged.value)
    assert "nats per word, where a uniform guess costs 2.89" in text
    assert "The learning rate 10 is too high. Nothing was learned before. Start again" in text
    assert text.endswith(f"such as {0.005 if recipe == 'tutorial' else 0.003}.")


def begun_with(learning_rate: float) -> Progress:
    return first_progress(TrainConfig(learning_rate=learning_rate), None)


@pytest.mark.parametrize(("kept_step", "told"), [(0, "Nothing was learned"), (7, "are kept")])
def test_that_only_what_was_learned_is_said_to_be_kept(kept_step: int, told: str) -> None:
    rnn = RNN(18, 5)
    schedule = Schedule("tutorial", rnn, PlainSgd(rnn, 10.0), begun_with(10.0))

    error = schedule.divergence(9, DivergedError("It rose."), kept_step=kept_step)

    assert told in str(error)


def test_that_a_rate_near_the_usual_one_is_followed_by_a_tenth_of_it() -> None:
    schedule = a_schedule(learning_rate=0.01)

    assert schedule.next_rate == pytest.approx(0.001)


def a_schedule(learning_rate: float = 0.005, words: int = 18) -> Schedule:
    rnn = RNN(words, 4)
    return Schedule("tutorial", rnn, PlainSgd(rnn, learning_rate), begun_with(learning_rate))


@pytest.mark.parametrize("words", [4, 18, 8000])
def test_that_five_times_the_loss_of_knowing_nothing_is_too_much(words: int) -> None:
    schedule, knows_nothing = a_schedule(words=words), math.log(words)

    assert schedule.require_usable(4.99 * knows_nothing, 1000) == 4.99 * knows_nothing
    with pytest.raises(DivergedError, match="where a uniform guess costs"):
        schedule.require_usable(5.01 * knows_nothing, 1000)


@pytest.mark.parametrize(
    ("loss", "text"),
    [(48.321, "48.32"), (98_996.3, "99,000"), (141_482.8, "141,000"), (2e6, "more than a million")],
)
def test_that_an_exploded_loss_is_told_as_people_write_it(loss: float, text: str) -> None:
    with pytest.raises(DivergedError, match=f"The loss rose to {text} nats per word,"):
        a_schedule().require_usable(loss, 1000)


def test_that_a_few_surprising_words_are_no_divergence() -> None:
    schedule = a_schedule()

    assert schedule.require_usable(50.0, 99) == 50.0
    for loss, words in ((50.0, 100), (150.0, 1)):
        with pytest.raises(DivergedError):
            schedule.require_usable(loss, words)
    with pytest.raises(DivergedError):
        schedule.require_usable(math.nan, 1)


def overconfident(corpus: Corpus) -> LanguageModel:
    """Return an untrained model that is sure of nonsense: far worse than knowing nothing."""
    model = of_type(run(corpus, epochs=1), SnapshotPublished)[0].model
    model.rnn.V.mul_(200.0)
    assert loss_of(model.rnn, corpus) > 6.0 * KNOWS_NOTHING
    return LanguageModel(
        rnn=model.rnn,
        vocabulary=model.vocabulary,
        model_config=model.model_config,
        train_config=model.train_config,
        summary=model.summary,
    )


def test_that_a_bad_model_that_was_imported_can_be_trained(corpus: Corpus) -> None:
    model = overconfident(corpus)

    events = run(corpus, start_from=model, batch_size=2, epochs=5)

    losses = [done.training_loss for done in of_type(events, EpochDone)]
    assert losses[0] > 6.0 * KNOWS_NOTHING
    assert losses[-1] < losses[0]
    assert isinstance(events[-1], RunEnded)


@pytest.mark.parametrize("recipe", RECIPES)
def test_that_a_diverged_run_goes_on_from_its_best_with_a_lower_rate(
    store: RunStore, corpus: Corpus, recipe: Any
) -> None:
    config = TrainConfig(recipe=recipe, learning_rate=10.0, batch_size=4, epochs=8)
    run_id, _, error = explode(store, corpus, config)
    assert error is not None
    assert store.info(run_id).can_resume

    events = list(store.resume(run_id, corpus, RunControl()))

    rate = of_type(events, TrainingStarted)[0].learning_rate
    assert rate == (0.005 if recipe == "tutorial" else 0.003)
    assert store.info(run_id).train_config.learning_rate == rate
    assert isinstance(events[-1], RunEnded)
    assert events[-1].epoch == 8.0
    model = store.open_model(run_id)
    assert loss_of(model.rnn, corpus) < KNOWS_NOTHING
    assert all(before <= after for before, after in pairwise(model.history.epochs))
    assert all(before < after for before, after in pairwise(model.history.steps))


def explode_after_epoch_two(trainer: Trainer) -> None:
    for event in trainer.run(RunControl()):
        if isinstance(event, SnapshotPublished) and event.epoch == 2.0:
            trainer._place.optimizer.learning_rate = 1000.0


def test_that_what_an_explosion_destroyed_is_taken_back(corpus: Corpus) -> None:
    trainer = Trainer(corpus, MODEL, TrainConfig(recipe="tutorial", epochs=6))

    with pytest.raises(DivergedError):
        explode_after_epoch_two(trainer)

    state = trainer.state()
    assert trainer.can_start_over
    assert state.epochs_done == 2.0
    assert state.progress.learning_rate == 0.005
    assert all(state.parameters[name].equal(state.best[name]) for name in state.best)
    assert loss_of(state.model().rnn, corpus) == pytest.approx(state.progress.best_loss, rel=0.2)
    assert max(state.history.epochs) <= 2.0


def test_that_an_explosion_just_before_a_stop_is_found(corpus: Corpus) -> None:
    control = RunControl()
    config = TrainConfig(recipe="tutorial", learning_rate=1000.0, epochs=6)
    trainer = Trainer(corpus, MODEL, config, clock=lambda: 0.0)  # no point is ever due
    take_step, steps = trainer._place.steps.step, iter(range(1, 100))

    def stop_after_five(*args: Any) -> Any:
        if next(steps) == 5:
            control.stop()
        return take_step(*args)

    trainer._place.steps.step = stop_after_five  # type: ignore[method-assign]
    with pytest.raises(DivergedError, match=r"stopped at step 5\. The loss rose to"):
        list(trainer.run(control))

    assert loss_of(trainer.state().model().rnn, corpus) < 1.1 * KNOWS_NOTHING


def evaluated(loss: float, error: float | None = None) -> EpochDone:
    return EpochDone(
        epoch=1.0,
        step=1,
        training_loss=loss,
        validation_loss=loss,
        learning_rate=0.1,
        words_per_s=1.0,
        elapsed_s=1.0,
        is_best=False,
        is_sample=error is not None,
        standard_error=error,
    )


@pytest.mark.parametrize(
    ("first", "second", "is_best", "is_halved"),
    [
        ((3.0, None), (2.99, None), True, False),
        ((3.0, None), (3.01, None), False, True),
        ((3.0, 0.1), (2.99, 0.1), True, False),  # the same sentences
        ((3.0, 0.1), (3.01, 0.1), False, True),
        ((3.0, None), (2.9, 0.1), False, False),  # may be chance
        ((3.0, None), (2.7, 0.1), True, False),
        ((3.0, None), (3.1, 0.1), False, False),
        ((3.0, None), (3.3, 0.1), False, True),
        ((3.0, 0.1), (3.1, None), True, False),  # the whole text is believed
        ((3.0, 0.1), (3.3, None), False, True),
    ],
)
def test_that_a_sample_and_the_whole_text_are_told_apart_from_chance(
    first: tuple[float, float | None],
    second: tuple[float, float | None],
    is_best: bool,
    is_halved: bool,
) -> None:
    rnn = RNN(18, 6)
    schedule = Schedule("tutorial", rnn, PlainSgd(rnn, 0.1), first_progress(TrainConfig(), None))
    schedule.adjust(schedule.judged(evaluated(*first)))

    done = schedule.judged(evaluated(*second))

    assert done.is_best is is_best
    assert (schedule.adjust(done) is not None) is is_halved


@pytest.mark.parametrize(
    ("recipe", "second", "is_halved"),
    [
        ("fast", (2.97, None), False),
        ("fast", (2.995, None), True),  # too little, though better: what was learned stays
        ("fast", (2.995, 0.1), False),  # a sample tells nothing of so little
        ("tutorial", (2.995, None), False),
    ],
)
def test_that_the_fast_recipe_halves_its_rate_where_an_evaluation_gains_too_little(
    recipe: Any, second: tuple[float, float | None], is_halved: bool
) -> None:
    rnn = RNN(18, 6)
    optimizer = PlainSgd(rnn, 0.1)
    progress = first_progress(TrainConfig(), None)
    schedule = Schedule(recipe, rnn, optimizer, progress, min_improvement=0.01)
    schedule.adjust(schedule.judged(evaluated(3.0)))
    before = rnn.copy()

    halved = schedule.adjust(schedule.judged(evaluated(*second)))

    assert (halved is not None) is is_halved
    assert optimizer.learning_rate == (0.05 if is_halved else 0.1)
    assert schedule.previous_loss == second[0]
    assert all(map(torch.equal, rnn.parameters(), before.parameters()))
    if halved is not None:
        assert halved.reason == "The evaluated loss fell by only 0.0050, to 2.9950."
