"""The recipes' own settings, and what the user's do to them."""

import subprocess
import sys

import pytest

from engine.config import TrainConfig
from engine.recipes import fill_in, recipe_defaults


def test_that_the_tutorials_recipe_is_the_tutorials() -> None:
    defaults = recipe_defaults("tutorial")

    assert (defaults.learning_rate, defaults.batch_size, defaults.clip_norm) == (0.005, 1, None)


@pytest.mark.parametrize("recipe", ["fast", "tutorial"])
def test_that_a_recipe_describes_itself_in_a_sentence(recipe: str) -> None:
    defaults = recipe_defaults(recipe)

    assert defaults.recipe == recipe
    assert defaults.description.endswith(".")


@pytest.mark.parametrize("recipe", ["fast", "tutorial"])
def test_that_a_recipe_fills_in_what_the_user_left_open(recipe: str) -> None:
    defaults = recipe_defaults(recipe)

    assert fill_in(TrainConfig(recipe=recipe)) == (
        defaults.learning_rate,
        defaults.batch_size,
        defaults.clip_norm,
    )


def test_that_the_users_settings_come_first() -> None:
    config = TrainConfig(recipe="fast", learning_rate=0.25, batch_size=3, clip_norm=7.0)

    assert fill_in(config) == (0.25, 3, 7.0)


def test_that_the_tutorials_recipe_stays_at_one_sentence_without_clipping() -> None:
    config = TrainConfig(recipe="tutorial", learning_rate=0.25, batch_size=3, clip_norm=7.0)

    assert fill_in(config) == (0.25, 1, None)


def test_that_the_defaults_can_be_shown_without_pytorch() -> None:
    code = "import sys, engine.config; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
