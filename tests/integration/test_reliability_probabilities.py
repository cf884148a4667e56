"""Generated sentences have finite probabilities, and every step's probabilities sum to 1."""

import math
from collections.abc import Iterator

import numpy as np

from engine.config import SampleConfig
from engine.control import RunControl
from engine.language_model.model import LanguageModel
from engine.language_model.results import SentenceGenerated
from engine.sampling.sampler import generate
from engine.scoring.scorer import score
from tests.engine.support.models import tiny_model
from tests.integration.scale import SEED, Report, long_test, scaled

pytestmark = long_test

SUM_TOLERANCE = 1e-6
WORDS = tuple(f"w{number}" for number in range(1997))


def models() -> dict[str, LanguageModel]:
    """Return networks of many sizes, from one that knows nothing to one far too sure."""
    return {
        "small, float64": tiny_model(seed=SEED),
        "small, float32": tiny_model(dtype="float32", seed=SEED),
        "knows nothing": tiny_model(WORDS, hidden_dim=20, dtype="float32", scale=1e-4),
        "2,000 words": tiny_model(WORDS, hidden_dim=50, dtype="float32", scale=0.5),
        "far too sure": tiny_model(WORDS, hidden_dim=50, dtype="float32", scale=8.0),
        "absurd": tiny_model(hidden_dim=50, dtype="float32", scale=1e4),
    }


def sentences(model: LanguageModel, count: int, temperature: float) -> Iterator[SentenceGenerated]:
    config = SampleConfig(
        count=count, min_length=0, max_length=30, temperature=temperature, seed=SEED
    )
    for event in generate(model, config, RunControl()):
        if isinstance(event, SentenceGenerated):
            yield event


def worst_sum(model: LanguageModel, words: tuple[str, ...]) -> float:
    """Return how far the probabilities of any step are from a sum of 1."""
    o, _ = model.rnn.forward_propagation([model.vocabulary.start_id, *encode(model, words)])
    return float(np.abs(o.astype(np.float64).sum(axis=1) - 1.0).max())


def encode(model: LanguageModel, words: tuple[str, ...]) -> list[int]:
    return model.vocabulary.encode(words)


def test_that_generated_sentences_have_probabilities(report: Report) -> None:
    count = scaled(6, 560)
    drawn, worst = 0, 0.0

    for name, model in models().items():
        for temperature in (0.3, 1.0, 3.0):
            for sentence in sentences(model, count, temperature):
                drawn += 1
                worst = max(worst, worst_sum(model, sentence.words))
                scored = scored_log_probability(model, sentence)
                assert math.isfinite(sentence.log_probability), name
                assert sentence.log_probability <= 0.0, name
                assert math.isfinite(scored), name

    assert drawn == count * 3 * len(models())
    assert worst <= SUM_TOLERANCE
    report(
        f"probabilities: {drawn:,} generated sentences of {len(models())} networks, "
        f"all finite; the probabilities of each step sum to 1 within {worst:.0e}"
    )


def scored_log_probability(model: LanguageModel, sentence: SentenceGenerated) -> float:
    (event,) = score(model, " ".join(sentence.words))
    return event.score.log_probability  # type: ignore[union-attr, no-any-return]
