"""The records of a trained model."""

from array import array
from dataclasses import replace

import numpy as np
import pytest

from engine.config import TrainConfig
from engine.control import Notice
from engine.language_model.history import HistoryRecorder, LossPoint, TrainingHistory
from tests.engine.support.models import WORDS, tiny_history, tiny_model


def a_point(step: int) -> LossPoint:
    return LossPoint(
        step=step,
        epoch=step / 10,
        loss=5.0,
        learning_rate=0.1,
        words_per_s=1.0,
        elapsed_s=2.0,
        time_left_s=None,
    )


def test_that_a_snapshot_does_not_change_when_more_events_come() -> None:
    recorder = HistoryRecorder()
    recorder.add(a_point(1))

    snapshot = recorder.snapshot()
    recorder.add(a_point(2))

    assert snapshot.steps == array("q", [1])
    assert recorder.snapshot().steps == array("q", [1, 2])


def test_that_a_continued_run_keeps_its_earlier_history() -> None:
    before = tiny_history()
    recorder = HistoryRecorder(before)

    recorder.add(a_point(9))
    recorder.add(Notice(text="nothing to record"))

    after = recorder.snapshot()
    assert list(after.steps) == [1, 3, 9]
    assert after.evaluations == before.evaluations
    assert after.halvings == before.halvings
    assert len(before) == 2


def test_that_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        TrainingHistory(steps=array("q", [1]))


def test_that_a_plot_reads_the_columns_without_a_copy() -> None:
    history = tiny_history()

    losses = np.asarray(history.losses)

    assert losses.tolist() == [2.0, 1.9]
    assert not losses.flags.owndata


def test_that_a_model_describes_itself_in_a_sentence() -> None:
    model = tiny_model()

    assert model.parameters == 2 * 4 * 8 + 4 * 4
    assert model.title == "cats.csv, 4 hidden units, epoch 1"
    assert model.description == (
        "A network of 4 hidden units and 8 words (80 parameters), trained for 1 epoch "
        "(3 steps) on cats.csv; its loss on held-out text is 2.100 nats per word."
    )


def test_that_the_fast_recipe_is_described_by_its_best_loss() -> None:
    """It goes back to the best parameters when the loss rises."""
    model = tiny_model()
    first, second = model.history.evaluations
    later = replace(second, epoch=2, validation_loss=2.4)
    history = replace(model.history, evaluations=(first, second, later))

    fast = replace(model, train_config=TrainConfig(recipe="fast"), history=history)
    tutorial = replace(model, train_config=TrainConfig(recipe="tutorial"), history=history)

    assert "its loss on held-out text is 2.100 nats per word at its best." in fast.description
    assert "its loss on held-out text is 2.400 nats per word." in tutorial.description


def test_that_a_network_and_a_vocabulary_of_different_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="8 words"):
        replace(tiny_model(), vocabulary=tiny_model((*WORDS, "more")).vocabulary)


def test_that_a_figure_within_an_epoch_is_not_told_as_the_loss() -> None:
    model = tiny_model()
    *_, last = model.history.evaluations
    interim = replace(last, validation_loss=0.1, is_sample=True, is_interim=True)
    history = replace(model.history, evaluations=(*model.history.evaluations, interim))

    assert replace(model, history=history).description == model.description
