"""Named settings of the sampler: three that come with the program, and one's own.

A preset says how words are chosen, never what is begun with, how many or how long.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from engine import FILTERS, ConfigError, SampleConfig


@dataclass(frozen=True, slots=True)
class Preset:
    """A name and how words are chosen under it; of `settings` only the filters count."""

    name: str
    settings: SampleConfig
    tip: str = ""

    def applied_to(self, settings: SampleConfig) -> SampleConfig:
        """Return `settings` with this preset's way to choose words."""
        return replace(settings, **filters_of(self.settings))

    def fits(self, settings: SampleConfig) -> bool:
        """Tell whether `settings` choose words as this preset does."""
        return filters_of(self.settings) == filters_of(settings)


PRESETS = (
    Preset(
        "As learned",
        SampleConfig(),
        "The model's own probabilities: temperature 1, every word that it knows",
    ),
    Preset(
        "Careful",
        SampleConfig(temperature=0.7, top_p=0.9, repetition_penalty=1.1),
        "Likely words, few repetitions: reads best, says little that is new",
    ),
    Preset(
        "Wild",
        SampleConfig(temperature=1.3, min_p=0.02),
        "Unlikely words often, but not the most unlikely: surprising, and rarely correct",
    ),
)


def thrown(dice: Random) -> Preset:
    """Return a preset by chance: a temperature, at most one cut, at most one thing said twice."""
    cuts: tuple[dict[str, Any], ...] = (
        {},
        {"top_k": dice.choice((5, 10, 20, 40, 100))},
        {"top_p": dice.choice((0.5, 0.7, 0.8, 0.9, 0.95))},
        {"min_p": dice.choice((0.02, 0.05, 0.1, 0.2))},
    )
    repeats: tuple[dict[str, Any], ...] = (
        {},
        {"repetition_penalty": dice.choice((1.1, 1.2, 1.3, 1.5))},
        {"no_repeat_ngram": dice.choice((2, 3, 4))},
    )
    temperature = dice.randrange(8, 33) / 20  # 0.4 to 1.6
    chosen = {"temperature": temperature, **dice.choice(cuts), **dice.choice(repeats)}
    return Preset("", SampleConfig(**chosen))


def filters_of(settings: SampleConfig) -> dict[str, Any]:
    """Return how `settings` choose words, by name."""
    return {name: getattr(settings, name) for name in FILTERS}


def filters_text(settings: SampleConfig) -> str:
    """Name the filters that are not those of the model as learned, such as "top-k 40"."""
    parts = []
    if settings.top_k is not None:
        parts.append(f"top-k {settings.top_k:,}")
    if settings.top_p < 1.0:
        parts.append(f"top-p {settings.top_p:g}")
    if settings.min_p > 0.0:
        parts.append(f"min-p {settings.min_p:g}")
    if settings.repetition_penalty > 1.0:
        parts.append(f"repetition {settings.repetition_penalty:g}")
    if settings.no_repeat_ngram:
        parts.append(f"no {settings.no_repeat_ngram} words twice")
    return "  ·  ".join(parts)


def presets_as_texts(presets: Sequence[Preset]) -> tuple[str, ...]:
    """Return one's own presets as the settings keep them."""
    return tuple(
        json.dumps({"name": each.name, "settings": each.settings.to_json()}) for each in presets
    )


def presets_from_texts(texts: Sequence[str]) -> tuple[Preset, ...]:
    """Return the presets that were kept; a damaged one is left out."""
    presets = []
    for text in texts:
        try:
            values = json.loads(text)
            presets.append(Preset(str(values["name"]), SampleConfig.from_json(values["settings"])))
        except (ValueError, KeyError, TypeError, ConfigError):
            continue
    return tuple(presets)
