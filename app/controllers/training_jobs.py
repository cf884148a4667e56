"""What the training tab asks: of the person, and of the engine, loaded when it is first used."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from engine import CorpusSummary, RecipeDefaults


class Dialogs(Protocol):
    """The questions that the tab asks."""

    def ask_replace_unsaved(self) -> bool:
        """Ask whether a new run may replace an unsaved model."""

    def ask_metrics_path(self, suggested: Path) -> Path | None:
        """Ask where the figures go."""


def defaults_of_engine(recipe: str) -> "RecipeDefaults":
    """Return what a recipe takes where nothing is chosen."""
    from engine import recipe_defaults

    return recipe_defaults("tutorial" if recipe == "tutorial" else "fast")


def entropy_of_engine(summary: "CorpusSummary") -> float | None:
    """Return the true entropy of the sample comments, None for any other text."""
    from engine import sample_entropy

    return sample_entropy(summary.digest)
