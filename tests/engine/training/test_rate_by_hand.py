"""A learning rate that is set while a run goes on."""

from pathlib import Path

import torch

from engine.config import CorpusConfig, ModelConfig, TrainConfig
from engine.control import RunControl
from engine.corpus.sample_comments import sample_comments_path
from engine.language_model.history import EpochDone, LossPoint, RateHalved
from engine.training.events import SnapshotPublished
from engine.training.state import load_state, state_to_bytes
from engine.training.trainer import Trainer, train
from tests.engine.support.corpora import corpus_of
from tests.engine.support.runs import animal_corpus


def test_that_a_rate_set_by_hand_holds_from_the_next_step_and_is_in_the_history() -> None:
    corpus = corpus_of(CorpusConfig(path=sample_comments_path(), vocabulary_size=100))
    control = RunControl()
    control.request_rate(0.0005)

    events = list(
        train(
            corpus,
            ModelConfig(hidden_dim=4, device="cpu"),
            TrainConfig(epochs=1, learning_rate=0.002),
            control,
        )
    )

    changed = next(event for event in events if isinstance(event, RateHalved))
    assert (changed.step, changed.learning_rate) == (0, 0.0005)
    assert {event.learning_rate for event in events if isinstance(event, LossPoint)} == {0.0005}
    *_, last = (event for event in events if isinstance(event, SnapshotPublished))
    assert last.model.history.halvings[0].reason == "It was set by hand."


def test_that_a_run_with_a_rate_set_by_hand_is_resumed_exactly(tmp_path: Path) -> None:
    corpus = animal_corpus(tmp_path)
    model, config = ModelConfig(hidden_dim=4, device="cpu"), TrainConfig(epochs=3, batch_size=8)
    control, whole = RunControl(), Trainer(corpus, model, config)
    path = tmp_path / "state"
    for event in whole.run(control):
        if isinstance(event, EpochDone) and event.epoch == 1.0:
            control.request_rate(0.0005)
        if isinstance(event, EpochDone) and event.epoch == 2.0:
            path.write_bytes(state_to_bytes(whole.state()))

    resumed = Trainer.resumed(corpus, load_state(path))
    events = list(resumed.run(RunControl()))

    rates = {event.learning_rate for event in events if isinstance(event, LossPoint)}
    assert rates == {0.0005}
    (kept,) = [each for each in resumed.state().history.halvings if "by hand" in each.reason]
    assert (kept.epoch, kept.learning_rate) == (1.0, 0.0005)
    mine, theirs = resumed.state().parameters, whole.state().parameters
    assert all(torch.equal(mine[name], theirs[name]) for name in theirs)
