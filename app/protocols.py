"""What jobs need of kept runs and of the person, so that tests can put fakes in their place."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from engine import CorpusConfig, ModelConfig, RunControl, TrainConfig

if TYPE_CHECKING:
    from engine import (
        Corpus,
        DiskUse,
        EmptiedTrash,
        EpochModel,
        Event,
        LanguageModel,
        RunCurve,
        RunInfo,
    )

Which = Literal["last", "best"]
UnsavedAnswer = Literal["save", "discard", "cancel"]


class ModelQuestions(Protocol):
    """The questions that opening and saving a model asks."""

    def ask_open_path(self, folder: str) -> Path | None:
        """Ask which model to open."""

    def ask_save_path(self, suggested: Path) -> Path | None:
        """Ask where the model goes."""

    def ask_unsaved(self) -> UnsavedAnswer:
        """Ask what becomes of an unsaved model."""


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

    def set_tags(self, run_id: str, tags: Sequence[str]) -> None:
        """Keep the tags of a run."""

    def curves(self, run_ids: Sequence[str]) -> "tuple[RunCurve, ...]":
        """Return the evaluated losses of some runs."""

    def disk_use(self) -> "DiskUse":
        """Return how much the runs and the trash take."""

    def empty_trash(self) -> "EmptiedTrash":
        """Delete the deleted runs for good."""

    def duplicate(self, run_id: str, name: str = "") -> "RunInfo":
        """Copy a run."""

    def keep_sentences(self, run_id: str, sentences: Mapping[str, object]) -> None:
        """Keep what was drawn from a run."""

    def sentences(self, run_id: str) -> dict[str, object]:
        """Return what was drawn from a run, as it was kept."""

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


class RunsQuestions(Protocol):
    """The questions about kept runs."""

    def ask_discard(self, name: str) -> bool:
        """Ask whether the run that has ended goes to the trash."""

    def ask_empty_trash(self, count: int, size: int) -> bool:
        """Ask whether the deleted runs are deleted for good."""

    def ask_more_epochs(self, name: str, epochs: int) -> int | None:
        """Ask how many epochs a finished run gets on top."""


class TrainingQuestions(Protocol):
    """The questions that training asks."""

    def ask_replace_unsaved(self) -> bool:
        """Ask whether a new run may replace an unsaved model."""

    def ask_metrics_path(self, suggested: Path) -> Path | None:
        """Ask where the figures go."""

    def ask_plot_path(self, suggested: Path) -> Path | None:
        """Ask where the picture of the curves goes."""
