"""What is asked of the person, so that tests can answer in place of the dialogs."""

from pathlib import Path
from typing import Literal, Protocol

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
