"""What the training tab says, word for word where it matters."""

import dataclasses
import math

from app.session import RunState
from app.training.texts import (
    describe_empty_plot,
    describe_split,
    describe_state,
    ended_line,
    epoch_line,
    obstacle_to_continuing,
    references,
    share_of_documents,
    started_lines,
)
from engine import RunEnded
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
    assert "overfitting" in describe_split(fake_corpus(held_out=0).summary)


def test_that_the_loss_of_a_sample_says_how_sure_it_is() -> None:
    done = dataclasses.replace(epoch_done(3, 6.25), is_sample=True, standard_error=0.0312)

    assert ", of a sample: ± 0.031, the best so far" in epoch_line(done)


def test_that_a_time_limit_is_named_as_the_reason() -> None:
    assert ended_line(ended("time limit")).startswith("Training ended at its time limit after 2")


def test_that_the_references_frame_the_curve() -> None:
    nothing, everything = references(8000, 3.9)

    assert (nothing.loss, everything.loss) == (math.log(8000), 3.9)
    assert nothing.text == "knows nothing: ln 8,000 = 8.987"
    assert everything.text == "no model can go below: 3.900"
    assert len(references(8000, None)) == 1


def test_that_a_fitting_model_has_no_obstacle() -> None:
    assert obstacle_to_continuing(fake_model(), fake_corpus()) is None
    assert obstacle_to_continuing(None, fake_corpus()) is not None
    assert obstacle_to_continuing(fake_model(), None) is not None


def test_that_the_share_of_no_corpus_is_unknown() -> None:
    assert share_of_documents(None) is None
    assert share_of_documents(fake_corpus(held_out=50).summary) == 0.05


def test_that_the_end_after_one_epoch_is_not_in_epochs() -> None:
    line = ended_line(RunEnded(reason="finished", epoch=1.0, step=1, elapsed_s=2.0))

    assert line == "Training is finished after 1 epoch, 1 step, 2 s."
