"""What the vocabulary page says, in words and figures."""

import math
from typing import TYPE_CHECKING

from app.shared.figure_grid import Figure
from app.shared.formatting import counted, format_count, format_duration, format_percent

if TYPE_CHECKING:
    from engine import EpochEstimate, ModelConfig, TrainConfig, VocabularyBudget, VocabularyCost

ADVISED_SHARE = 0.05  # of the words that an advised vocabulary may leave out
CURVE_POINTS = 120
_RECIPES = {"fast": "the fast recipe", "tutorial": "the tutorial's recipe"}


def epoch_text(seconds: float | None) -> str:
    """Return the time of an epoch, short ones with a decimal."""
    if seconds is None or seconds >= 10.0:
        return format_duration(seconds)
    return f"{seconds:.1f} s" if seconds >= 0.1 else "< 0.1 s"


def curve_sizes(smallest: int, largest: int) -> list[int]:
    """Return sizes from `smallest` to `largest`, evenly spread on a logarithmic axis."""
    ratio = largest / smallest
    steps = range(CURVE_POINTS)
    return sorted({round(smallest * ratio ** (step / (CURVE_POINTS - 1))) for step in steps})


def cost_figures(cost: "VocabularyCost", seconds: float | None) -> tuple[Figure, ...]:
    """Return the figures of one vocabulary size in reading order."""
    return (
        Figure(
            name="vocabulary",
            value=format_count(cost.vocabulary_size),
            meaning="Words that the network knows, the three special tokens included",
            role="vocabulary_size",
        ),
        Figure(
            name="unknown words",
            value=format_percent(cost.unknown_share),
            meaning="Share of all words that the network would read as UNKNOWN_TOKEN",
            role="unknown_share",
        ),
        Figure(
            name="sentences touched",
            value=format_percent(cost.touched_share),
            meaning="Share of the sentences with at least one unknown word",
            role="touched_share",
        ),
        Figure(
            name="parameters",
            value=format_count(cost.parameters),
            meaning="Numbers that the network learns: 2 × hidden size × vocabulary "
            "+ hidden size squared",
            role="parameters",
        ),
        Figure(
            name="one epoch",
            value=epoch_text(seconds),
            meaning="About how long one pass over the text takes on this machine"
            + ("" if seconds is not None else ": not measured yet"),
            role="epoch_time",
        ),
    )


def cost_cells(cost: "VocabularyCost", seconds: float | None) -> tuple[str, ...]:
    """Return the row of one vocabulary size."""
    return tuple(figure.value for figure in cost_figures(cost, seconds))


def note_text(model: "ModelConfig", train: "TrainConfig", *, is_in_use: bool) -> str:
    """Tell with which settings the costs were worked out, and whether the size is in use."""
    recipe = _RECIPES.get(train.recipe, train.recipe)
    use = " The prepared corpus has this size." if is_in_use else ""
    units = counted(model.hidden_dim, "hidden unit")
    return f"With {units} and {recipe}, as on the Training tab.{use}"


def advice_text(budget: "VocabularyBudget") -> str:
    """Name the vocabulary that knows nearly all of the text."""
    size = budget.smallest_size(ADVISED_SHARE)
    rounded = min(math.ceil(size / 100) * 100 if size > 1000 else size, budget.largest_size)
    return (
        f"{format_count(rounded)} words are enough to know {1.0 - ADVISED_SHARE:.0%} of the text; "
        f"it has {counted(budget.different_words, 'different word')}."
    ).replace("%", " %")


def estimate_text(estimate: "EpochEstimate | None") -> str:
    """Tell how the time of an epoch was found."""
    if estimate is None:
        return ""
    *others, last = (format_count(size) for size in estimate.sizes)
    sizes = f"{', '.join(others)} and {last}" if others else last
    return (
        f"Measured on {estimate.device} with {sizes} words: {counted(estimate.steps, 'step')} "
        f"of {counted(estimate.batch_size, 'sentence')} an epoch."
    )
