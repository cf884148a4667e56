"""A learning rate that is set while a run goes on."""

from engine.config import CorpusConfig, ModelConfig, TrainConfig
from engine.control import RunControl
from engine.corpus.build import build_corpus
from engine.corpus.corpus import CorpusReady
from engine.corpus.sample_comments import sample_comments_path
from engine.language_model.history import LossPoint, RateHalved
from engine.training.events import SnapshotPublished
from engine.training.trainer import train


def test_that_a_rate_set_by_hand_holds_from_the_next_step_and_is_in_the_history() -> None:
    *_, ready = build_corpus(
        CorpusConfig(path=sample_comments_path(), vocabulary_size=100), RunControl()
    )
    assert isinstance(ready, CorpusReady)
    control = RunControl()
    control.request_rate(0.0005)

    events = list(
        train(
            ready.corpus,
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
