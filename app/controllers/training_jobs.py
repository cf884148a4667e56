"""What the training tab asks of the engine: its functions, loaded when they are first used.

The job of a run is made here and drained in a worker; nothing here knows a widget.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from app.widgets.config_form import TrainingChoices
from engine import CorpusReady, ModelConfig, RunControl, TrainConfig

if TYPE_CHECKING:
    from engine import Corpus, CorpusSummary, Event, LanguageModel, RecipeDefaults


class Train(Protocol):
    """The engine's `train`."""

    def __call__(
        self,
        corpus: "Corpus",
        model_config: ModelConfig,
        train_config: TrainConfig,
        control: RunControl,
        *,
        start_from: "LanguageModel | None" = None,
    ) -> "Iterator[Event]":
        """Return the events of a run."""


def train_with_engine(
    corpus: "Corpus",
    model_config: ModelConfig,
    train_config: TrainConfig,
    control: RunControl,
    *,
    start_from: "LanguageModel | None" = None,
) -> "Iterator[Event]":
    """Train; called in the worker, so that PyTorch is loaded there."""
    from engine import train

    return train(corpus, model_config, train_config, control, start_from=start_from)


def defaults_of_engine(recipe: str) -> "RecipeDefaults":
    """Return what a recipe takes where nothing is chosen."""
    from engine import recipe_defaults

    return recipe_defaults("tutorial" if recipe == "tutorial" else "fast")


def entropy_of_engine(summary: "CorpusSummary") -> float | None:
    """Return the true entropy of the sample comments, None for any other text."""
    from engine import sample_entropy

    return sample_entropy(summary.digest)


def training_events(
    train: Train,
    corpus: "Corpus",
    choices: TrainingChoices,
    control: RunControl,
    start_from: "LanguageModel | None",
) -> "Iterator[Event]":
    """Split the corpus anew if that was asked for, then train; runs in the worker."""
    if choices.validation_fraction is not None:
        corpus = corpus.with_validation_fraction(choices.validation_fraction)
        yield CorpusReady(corpus=corpus)
    yield from train(corpus, choices.model, choices.train, control, start_from=start_from)
