"""What each recipe does where the user chose nothing, and for a text of which size.

The records of what was chosen are in `engine.config`; nothing is trained here.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

from engine.config import TUTORIAL_UNITS, ModelConfig, Recipe, TrainConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What the fast recipe does besides rate, batch size and clipping, all of it decided.

    The defaults are what it did before it had these: so go on the runs of then.
    """

    unigram_start: bool = False
    adam_epsilon: float = 1e-8
    weight_decay: float = 0.0
    input_dropout: float = 0.0
    output_dropout: float = 0.0
    averaging: float = 0.0  # 0: none
    softmax_sample: float = 1.0  # 1: the exact softmax
    label_smoothing: float = 0.0
    min_improvement: float = 0.0  # nats per word and evaluation


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeDefaults:
    """What a recipe uses where the user sets nothing."""

    recipe: Recipe
    learning_rate: float
    batch_size: int  # sentences per step
    clip_norm: float | None  # largest norm of the gradient of the mean loss per word
    input_range: float | None  # U starts uniform in ± this; None = the tutorial's ±1/sqrt(C)
    description: str  # for the user
    hidden_dim: int = TUTORIAL_UNITS
    tuning: Tuning = Tuning()
    reason: str = ""  # why for a text of this size, a sentence for the user


_TUTORIAL = RecipeDefaults(
    recipe="tutorial",
    learning_rate=0.005,
    batch_size=1,
    clip_norm=None,
    input_range=None,
    description="As in the tutorial: one sentence per step, plain gradient descent.",
)
_FORMER_FAST = RecipeDefaults(
    recipe="fast",
    learning_rate=0.003,
    batch_size=16,
    clip_norm=1.0,
    input_range=0.5,
    description="Random mini-batches with the Adam optimiser: the same network, far sooner.",
)
_LARGE_UNITS = 160
# A step's work beside its gradients is the same for any batch: a large text fills larger ones.
_LARGE = replace(
    _FORMER_FAST,
    learning_rate=0.007,
    batch_size=64,
    tuning=Tuning(unigram_start=True, adam_epsilon=1e-5, averaging=0.9995, min_improvement=0.003),
)
_SHRINKING = (
    "A text of this size is soon gone through several times: all numbers shrink a little at each "
    "step (weight decay)."
)
# By the least number of training words: see resources/decisions/0002-recipes.md for the figures.
_FAST: tuple[tuple[int, RecipeDefaults], ...] = (
    (3_000_000, replace(_LARGE, hidden_dim=_LARGE_UNITS)),
    (
        1_000_000,
        replace(
            _LARGE,
            hidden_dim=_LARGE_UNITS,
            tuning=replace(_LARGE.tuning, weight_decay=0.08),
            reason=_SHRINKING,
        ),
    ),
    (
        300_000,
        replace(
            _LARGE,
            learning_rate=0.008,
            tuning=replace(_LARGE.tuning, weight_decay=0.15),
            reason=_SHRINKING,
        ),
    ),
    (
        50_000,
        replace(
            _FORMER_FAST,
            learning_rate=0.015,
            tuning=Tuning(
                unigram_start=True,
                adam_epsilon=3e-4,
                weight_decay=0.1,
                averaging=0.999,
            ),
            reason="In a text of this size most words are rare: they are moved gently, and all "
            "numbers shrink a little at each step (weight decay).",
        ),
    ),
    (
        0,
        replace(
            _FORMER_FAST,
            learning_rate=0.02,
            tuning=Tuning(
                unigram_start=True,
                adam_epsilon=1e-3,
                weight_decay=0.15,
                input_dropout=0.2,
                output_dropout=0.5,
                averaging=0.995,
            ),
            reason="So small a text is soon learned by heart: rare words are moved gently, and "
            "hidden numbers are left out at random (dropout), also where the training loss is "
            "measured.",
        ),
    ),
)
# Each step moves all the numbers that a hidden unit or a score is summed from: the more there are,
# the further it goes. So the rates above are for at most so many, and fall with 1/H beyond.
RATED_AT = TUTORIAL_UNITS
_MUCH_TO_LEARN = (
    f"So large a text has enough to learn for {_LARGE_UNITS} hidden units, and is read sooner 64 "
    "sentences at a time."
)
_WIDE = "With more than 100 hidden units the learning rate is smaller in proportion."
# See resources/decisions/0026-sampled-softmax.md.
SAMPLED_FROM = 4_000  # words of the vocabulary
_SAMPLE = 0.1
_SAMPLED = (
    "With so many words to choose from, a step compares with its own words and a tenth of the "
    "others (sampled softmax), so that it is several times as fast; what is evaluated is exact."
)
_SMOOTHED_BELOW = 300_000  # words of the text, where the vocabulary is as large as that
_SMOOTHING = 0.1
_SMOOTHED = (
    "A tenth of each target is shared by all words (label smoothing), so that less is learned by "
    "heart; no loss that is shown contains it."
)


def recipe_defaults(
    recipe: Recipe,
    words: int | None = None,
    vocabulary: int = 0,
    *,
    hidden_dim: int | None = None,
) -> RecipeDefaults:
    """Return the settings that `recipe` uses by default.

    Parameters
    ----------
    recipe : {"fast", "tutorial"}
    words : int, optional
        To predict in the training text. Without it, what the recipe did before it had settings
        that depend on it.
    vocabulary : int
        C, the words that can be predicted.
    hidden_dim : int, optional
        H, the hidden units, where they were chosen.
    """
    if recipe == "tutorial":
        return _TUTORIAL
    if words is None:
        return _FORMER_FAST
    defaults = next(defaults for least, defaults in _FAST if words >= least)
    if vocabulary < SAMPLED_FROM:  # where steps are dear, more units learn later
        defaults = replace(defaults, hidden_dim=TUTORIAL_UNITS)
    H = hidden_dim or defaults.hidden_dim
    if H > RATED_AT:
        rate = float(f"{defaults.learning_rate * RATED_AT / H:.2g}")
        reason = _MUCH_TO_LEARN if defaults.hidden_dim == H else _WIDE
        defaults = _because(replace(defaults, learning_rate=rate), reason)
    if vocabulary < SAMPLED_FROM:
        return defaults
    tuning = replace(defaults.tuning, softmax_sample=_SAMPLE)
    defaults = _because(replace(defaults, tuning=tuning), _SAMPLED)
    if words >= _SMOOTHED_BELOW:
        return defaults
    tuning = replace(tuning, label_smoothing=_SMOOTHING)
    return _because(replace(defaults, tuning=tuning), _SMOOTHED)


def _because(defaults: RecipeDefaults, reason: str) -> RecipeDefaults:
    return replace(defaults, reason=f"{defaults.reason} {reason}".strip())


def settle_model(config: ModelConfig, recipe: Recipe, words: int, vocabulary: int) -> ModelConfig:
    """Return `config` with the hidden units decided for a text; the numbers are as in `settle`."""
    if config.hidden_dim is not None:
        return config
    return replace(config, hidden_dim=recipe_defaults(recipe, words, vocabulary).hidden_dim)


def unsettled_model(
    config: ModelConfig, recipe: Recipe, words: int, vocabulary: int
) -> ModelConfig:
    """Undo `settle_model`: leave open what it would decide in the same way."""
    left_open = replace(config, hidden_dim=None)
    return left_open if settle_model(left_open, recipe, words, vocabulary) == config else config


def settle(
    config: TrainConfig, words: int, vocabulary: int, *, hidden_dim: int = RATED_AT
) -> TrainConfig:
    """Return `config` with all of the fast recipe decided for a text.

    What was chosen stays; the tutorial's recipe has nothing to decide.

    Parameters
    ----------
    config : TrainConfig
    words : int
        To predict in the training text.
    vocabulary : int
        C, the words that can be predicted.
    hidden_dim : int
        H, the hidden units.
    """
    if config.recipe == "tutorial":
        return config
    defaults = recipe_defaults(config.recipe, words, vocabulary, hidden_dim=hidden_dim)
    own = {field.name: getattr(defaults.tuning, field.name) for field in fields(Tuning)} | {
        "learning_rate": defaults.learning_rate,
        "batch_size": defaults.batch_size,
        "clip_norm": defaults.clip_norm,
    }
    return replace(
        config, **{name: value for name, value in own.items() if getattr(config, name) is None}
    )


def unsettled(
    config: TrainConfig, words: int, vocabulary: int, *, hidden_dim: int = RATED_AT
) -> TrainConfig:
    """Undo `settle`: leave open what it would decide in the same way for the same text."""
    if config.recipe == "tutorial":
        return config
    names = ("learning_rate", "batch_size", "clip_norm", *(each.name for each in fields(Tuning)))
    left_open: dict[str, Any] = dict.fromkeys(names)
    decided = settle(replace(config, **left_open), words, vocabulary, hidden_dim=hidden_dim)
    for name in names:
        if getattr(config, name) != getattr(decided, name):
            del left_open[name]
    return replace(config, **left_open)


def tuning_text(tuning: Tuning) -> str:
    """Return what the fast recipe does besides rate and batches, a sentence; "" for nothing."""
    inputs, outputs = tuning.input_dropout, tuning.output_dropout
    parts = [
        "starts with how common words are" if tuning.unigram_start else "",
        f"Adam's epsilon {tuning.adam_epsilon:g}" if tuning != Tuning() else "",
        f"weight decay {tuning.weight_decay:g}" if tuning.weight_decay else "",
        f"dropout {inputs:g} at the input, {outputs:g} at the output" if inputs + outputs else "",
        f"label smoothing {tuning.label_smoothing:g} (in no loss that is shown)"
        if tuning.label_smoothing
        else "",
        "judged and kept is the mean of the last tenth of the steps, about "
        f"{_reach(tuning):,} at most"
        if tuning.averaging
        else "",
        f"rate halved where an evaluation gains less than {tuning.min_improvement:g} nats"
        if tuning.min_improvement
        else "",
        f"softmax over the batch's words and {tuning.softmax_sample:.3g} of the others while it "
        "trains on the CPU"
        if tuning.softmax_sample < 1.0
        else "",
    ]
    text = "; ".join(filter(None, parts))
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _reach(tuning: Tuning) -> int:
    return round(1.0 / (1.0 - tuning.averaging))


def tuning_of(config: TrainConfig) -> Tuning:
    """Return what the fast recipe does in a run with `config`, as it did before where None."""
    if config.recipe == "tutorial":
        return Tuning()
    chosen = {field.name: getattr(config, field.name) for field in fields(Tuning)}
    return Tuning(**{name: value for name, value in chosen.items() if value is not None})


def fill_in(config: TrainConfig) -> tuple[float, int, float | None]:
    """Return learning rate, batch size and clipping norm, as the recipe had them where None.

    The tutorial's recipe is defined by one sentence per step and no clipping, so
    it ignores the other two settings.
    """
    defaults = recipe_defaults(config.recipe)
    rate = defaults.learning_rate if config.learning_rate is None else config.learning_rate
    if config.recipe == "tutorial":
        return rate, defaults.batch_size, defaults.clip_norm
    batch = defaults.batch_size if config.batch_size is None else config.batch_size
    clip = defaults.clip_norm if config.clip_norm is None else config.clip_norm
    return rate, batch, clip
