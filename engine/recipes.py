"""The training recipes and their default settings; plain numbers, no PyTorch."""

from dataclasses import dataclass

from engine.config import Recipe, TrainConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeDefaults:
    """What a recipe uses where the user sets nothing."""

    recipe: Recipe
    learning_rate: float
    batch_size: int  # sentences a step
    clip_norm: float | None  # largest norm of the gradient of the mean loss
    input_range: float | None  # U starts uniform in ± this; None = the tutorial's ±1/sqrt(C)
    description: str  # for the user


_DEFAULTS: dict[Recipe, RecipeDefaults] = {
    "fast": RecipeDefaults(
        recipe="fast",
        learning_rate=0.003,
        batch_size=16,
        clip_norm=1.0,
        input_range=0.5,
        description="Random mini-batches with the Adam optimiser: the same network, far sooner.",
    ),
    "tutorial": RecipeDefaults(
        recipe="tutorial",
        learning_rate=0.005,
        batch_size=1,
        clip_norm=None,
        input_range=None,
        description="As in the tutorial: one sentence a step, plain gradient descent.",
    ),
}


def recipe_defaults(recipe: Recipe) -> RecipeDefaults:
    """Return the settings that `recipe` uses by default."""
    return _DEFAULTS[recipe]


def fill_in(config: TrainConfig) -> tuple[float, int, float | None]:
    """Return learning rate, batch size and clipping norm, the recipe's own where None.

    The tutorial's recipe is defined by one sentence a step and no clipping, so
    it ignores the other two settings.
    """
    defaults = recipe_defaults(config.recipe)
    rate = defaults.learning_rate if config.learning_rate is None else config.learning_rate
    if config.recipe == "tutorial":
        return rate, defaults.batch_size, defaults.clip_norm
    batch = defaults.batch_size if config.batch_size is None else config.batch_size
    clip = defaults.clip_norm if config.clip_norm is None else config.clip_norm
    return rate, batch, clip
