"""What the window asks of the kept runs: the engine's `RunStore`, or a stand-in in tests.

Training and resuming are jobs of the training runner; all the rest is short work on files,
done in the runner for that. Nothing here knows a widget.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from app.controllers.dataset_jobs import Build
from app.widgets.config_form import TrainingChoices
from engine import (
    CorpusConfig,
    CorpusReady,
    ModelConfig,
    RunControl,
    RunError,
    TrainConfig,
    TrainingStarted,
)

if TYPE_CHECKING:
    from engine import Corpus, EpochModel, Event, LanguageModel, RunInfo

Which = Literal["last", "best"]


class Runs(Protocol):
    """The kept runs, as `engine.RunStore` has them."""

    def new_run_id(self) -> str:
        """Return an id for `train`."""

    def train(
        self,
        corpus: "Corpus",
        corpus_config: CorpusConfig,
        model_config: ModelConfig,
        train_config: TrainConfig,
        control: RunControl,
        *,
        start_from: "LanguageModel | None" = None,
        run_id: str | None = None,
    ) -> "Iterator[Event]":
        """Return the events of a new run, which is kept."""

    def resume(
        self, run_id: str, corpus: "Corpus", control: RunControl, *, epochs: int | None = None
    ) -> "Iterator[Event]":
        """Return the events of a run that goes on exactly."""

    def list(self, *, in_trash: bool = False) -> "tuple[RunInfo, ...]":
        """Return all runs, or the deleted ones, the newest first."""

    def info(self, run_id: str) -> "RunInfo":
        """Return one run."""

    def find_interrupted(self) -> "tuple[RunInfo, ...]":
        """Return the runs that can be recovered, the newest first."""

    def dismiss(self, run_id: str) -> None:
        """Offer an interrupted run no more."""

    def corpus_config(self, run_id: str) -> CorpusConfig:
        """Return what makes the run's corpus."""

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name."""

    def set_note(self, run_id: str, note: str) -> None:
        """Keep a note about a run."""

    def duplicate(self, run_id: str, name: str = "") -> "RunInfo":
        """Copy a run."""

    def open_model(self, run_id: str, which: Which = "last") -> "LanguageModel":
        """Return the run's newest or best model."""

    def epoch_models(self, run_id: str) -> "tuple[EpochModel, ...]":
        """Return which epochs' models a run has kept, the first epoch first."""

    def open_epoch(self, run_id: str, epoch: float) -> "LanguageModel":
        """Return the model that a run was after so many epochs."""

    def delete(self, run_id: str) -> Path:
        """Move a run to the trash."""

    def restore(self, run_id: str) -> "RunInfo":
        """Bring a run back from the trash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusMade:
    """The corpus of a run is ready, and this is what makes it again."""

    corpus: "Corpus"
    config: CorpusConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResumed:
    """A kept run goes on with these settings."""

    model: ModelConfig
    train: TrainConfig


def kept_events(
    runs: Runs,
    corpus: "Corpus",
    config: CorpusConfig,
    choices: TrainingChoices,
    control: RunControl,
    *,
    start_from: "LanguageModel | None",
    run_id: str,
) -> "Iterator[Event | CorpusMade]":
    """Split the corpus anew if that was asked for, then train and keep; runs in the worker."""
    if choices.validation_fraction is not None:
        corpus = corpus.with_validation_fraction(choices.validation_fraction)
        config = replace(config, validation_fraction=choices.validation_fraction, seed=0)
        yield CorpusMade(corpus=corpus, config=config)
    yield from runs.train(
        corpus,
        config,
        choices.model,
        choices.train,
        control,
        start_from=start_from,
        run_id=run_id,
    )


def resumed_events(
    runs: Runs,
    build: Build,
    run_id: str,
    present: "tuple[Corpus, CorpusConfig] | None",
    control: RunControl,
    *,
    epochs: int | None = None,
) -> "Iterator[Event | CorpusMade | RunResumed]":
    """Prepare the run's text again unless it is the `present` one, then go on with the run."""
    config = runs.corpus_config(run_id)
    corpus = present[0] if present is not None and _is_same(present[1], config) else None
    if corpus is None:
        for event in build(config, control):
            if isinstance(event, CorpusReady):
                corpus = event.corpus
                yield CorpusMade(corpus=corpus, config=config)
            else:
                yield event
    if corpus is not None:  # not stopped meanwhile
        for event in runs.resume(run_id, corpus, control, epochs=epochs):
            yield event
            if isinstance(event, TrainingStarted):
                yield from _settings_of(runs, run_id)


def _settings_of(runs: Runs, run_id: str) -> Iterator[RunResumed]:
    """Read what holds from now on; a run whose settings cannot be read goes on without."""
    with suppress(RunError):
        info = runs.info(run_id)
        yield RunResumed(model=info.model_config, train=info.train_config)


def _is_same(one: CorpusConfig, other: CorpusConfig) -> bool:
    """Tell whether both make the same corpus; the file itself is checked by the engine."""
    return _absolute(one) == _absolute(other)


def _absolute(config: CorpusConfig) -> CorpusConfig:
    return replace(config, path=config.path.absolute(), processes=None)
