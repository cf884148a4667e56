"""What the training form asks of the engine, loaded when it is first used."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine import CorpusSummary, RecipeDefaults


def defaults_of_engine(recipe: str) -> "RecipeDefaults":
    """Return what a recipe takes where nothing is chosen."""
    from engine import recipe_defaults

    return recipe_defaults("tutorial" if recipe == "tutorial" else "fast")


def entropy_of_engine(summary: "CorpusSummary") -> float | None:
    """Return the true entropy of the sample comments, None for any other text."""
    from engine import sample_entropy

    return sample_entropy(summary.digest)
