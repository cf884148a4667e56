"""What the training tab says, word for word where it matters."""

import dataclasses
import math

import pytest

from app.session import CurrentRun, RunState
from app.training.plot.loss_history import LossHistory
from app.training.texts import (
    ENDED_EARLY,
    TOO_EARLY,
    describe_corpus,
    describe_empty_plot,
    describe_state,
    ended_line,
    epoch_line,
    more_training,
    obstacle_to_training_on,
    references,
    started_lines,
    verdict,
)
from engine import EpochDone, RunEnded
from tests.app.support.training_fakes import ended, epoch_done, fake_corpus, fake_model, started


def test_that_every_state_is_put_in_words() -> None:
    for state in RunState:
        assert describe_state(state, is_form_valid=True)
        assert describe_empty_plot(state, is_form_valid=True)


def test_that_the_untrained_loss_is_named_as_such() -> None:
    assert epoch_line(epoch_done(0, 8.99)) == (
        "Before training: loss 8.987 (perplexity 8,000), held-out loss 8.990 (perplexity 8,020)."
    )


def test_that_without_held_out_text_none_is_claimed() -> None:
    line = epoch_line(epoch_done(3, None, is_best=False))
    _, _, text = started_lines(
        dataclasses.replace(started(), validation_sentences=0), is_continued=False
    )

    assert line == "Epoch 3: training loss 5.000 (perplexity 148); 12,300 words/s."
    assert "nothing held out" in text
    assert describe_corpus(fake_corpus(held_out=0).summary).endswith("nothing held out")


def test_that_the_loss_of_a_sample_says_how_sure_it_is() -> None:
    done = dataclasses.replace(epoch_done(3, 6.25), is_sample=True, standard_error=0.0312)

    assert ", of a sample: ± 0.031, the best so far" in epoch_line(done)


def test_that_a_time_limit_is_named_as_the_reason() -> None:
    assert ended_line(ended("time limit")).startswith("Training ended at its time limit after 2")


def test_that_the_references_frame_the_curve() -> None:
    nothing, everything = references(8000, 3.9)

    assert (nothing.loss, everything.loss) == (math.log(8000), 3.9)
    assert nothing.text == "uniform guess: ln 8,000 = 8.987"
    assert everything.text == "lower bound: no model goes below 3.900 on held-out text"
    assert len(references(8000, None)) == 1


def test_that_a_fitting_model_has_no_obstacle() -> None:
    assert obstacle_to_training_on(fake_model(), fake_corpus()) == ""
    assert obstacle_to_training_on(fake_model(), None) != ""
    assert "different words" in obstacle_to_training_on(fake_model(500), fake_corpus())


@pytest.mark.parametrize(
    ("epoch", "wanted", "text", "epochs"),
    [
        (10.0, 0, "Train 10 more epochs", 20),
        (10.0, 1, "Train 1 more epoch", 11),
        (3.25, 0, "Train 6.8 more epochs", None),
        (3.25, 4, "Train 4 more epochs", 7),
        (14.0, 3, "Train 3 more epochs", 17),  # began from another model
    ],
)
def test_that_training_further_counts_from_where_the_run_is(
    epoch: float, wanted: int, text: str, epochs: int | None
) -> None:
    model = fake_model(points=3)
    model.epoch = epoch

    more = more_training(model, CurrentRun(run_id="1"), None, wanted)

    assert (more.text, more.epochs, more.is_possible) == (text, epochs, True)
    assert "at learning rate 0.002" in more.tip


def test_that_a_converged_run_says_why_it_goes_no_further() -> None:
    run = CurrentRun(run_id="1", has_converged=True)

    more = more_training(fake_model(points=3), run, None, 0)

    assert not more.is_possible
    assert "halved until" in more.tip


def test_that_a_run_that_learned_nothing_is_not_gone_on_with() -> None:
    more = more_training(fake_model(), CurrentRun(run_id="1"), None, 0)

    assert not more.is_possible
    assert "Nothing was learned" in more.tip


def test_that_the_end_after_one_epoch_is_not_in_epochs() -> None:
    line = ended_line(RunEnded(reason="finished", epoch=1.0, step=1, elapsed_s=2.0))

    assert line == "Training is finished after 1 epoch, 1 step, 2 s."


def history_of(*evaluations: EpochDone) -> LossHistory:
    history = LossHistory()
    for done in evaluations:
        history.add_epoch(done)
    return history


def evaluated(epoch: int, held_out: float, training: float, error: float | None) -> EpochDone:
    done = epoch_done(epoch, held_out)
    return dataclasses.replace(done, training_loss=training, change_error=error)


def test_that_a_falling_held_out_loss_is_called_improving() -> None:
    history = history_of(evaluated(0, 8.4, 8.4, None), evaluated(1, 6.9, 7.0, 0.02))

    assert verdict(history) == "Still improving: the held-out loss fell from 8.400 to 6.900."


def test_that_memorising_is_said_with_its_reason() -> None:
    history = history_of(
        evaluated(0, 8.4, 8.4, None),
        evaluated(4, 6.26, 4.4, 0.02),
        evaluated(5, 6.28, 3.65, 0.008),
    )

    assert verdict(history) == (
        "Best at epoch 4, memorising since: held-out rose from 6.26 to 6.28 while training "
        "fell to 3.65."
    )


@pytest.mark.parametrize("error", [0.011, None])
def test_that_a_rise_that_may_be_chance_is_not_called_memorising(error: float | None) -> None:
    history = history_of(
        evaluated(0, 8.4, 8.4, None),
        evaluated(4, 6.26, 4.4, 0.02),
        evaluated(5, 6.28, 3.65, error),
    )

    assert "memorising" not in verdict(history)
    assert "Best at epoch 4" in verdict(history)


def looked_at(epoch: float, held_out: float, error: float) -> EpochDone:
    """A look at a sample within an epoch, and how sure its change is."""
    return dataclasses.replace(
        epoch_done(1, held_out),
        epoch=epoch,
        step=round(1000 * epoch),
        is_sample=True,
        is_interim=True,
        standard_error=0.05,
        change_error=error,
    )


@pytest.mark.parametrize(
    ("held_out", "told"),
    [
        (5.9, "Still improving: on a sample of the held-out text the loss fell from 6.000 to 5.9"),
        (5.99, "No clear change on a sample of the held-out text since epoch 0.2"),
        (6.30, "No clear change on a sample of the held-out text since epoch 0.2"),
    ],
)
def test_that_samples_tell_whether_a_long_epoch_helps(held_out: float, told: str) -> None:
    start = dataclasses.replace(evaluated(0, 8.4, 8.4, None), is_sample=True)
    history = history_of(start, looked_at(0.2, 6.0, 0.1), looked_at(0.4, held_out, 0.02))

    assert verdict(history).startswith(told)


def test_that_the_whole_text_is_believed_before_a_sample() -> None:
    evaluations = (
        dataclasses.replace(evaluated(0, 8.4, 8.4, None), is_sample=True),
        looked_at(0.5, 6.20, 0.1),
        evaluated(4, 6.26, 4.4, 0.02),
        evaluated(5, 6.28, 3.65, 0.008),
        looked_at(5.5, 6.21, 0.01),
    )

    assert "memorising since" in verdict(history_of(*evaluations))


def test_that_nothing_is_said_before_a_trained_evaluation() -> None:
    untrained = history_of(evaluated(0, 8.4, 8.4, None))
    assert verdict(untrained, has_ended=True) == ENDED_EARLY
    assert verdict(history_of()) == ""
    assert verdict(history_of(evaluated(0, 8.4, 8.4, None))) == TOO_EARLY


def test_that_without_held_out_text_no_memorising_can_be_told() -> None:
    history = history_of(epoch_done(0, None), epoch_done(1, None))

    assert "cannot show memorising" in verdict(history)
