"""Beam search against every sentence of a tiny vocabulary."""

import itertools
import math

import pytest

from engine.config import SampleConfig
from engine.control import Notice, RunControl
from engine.language_model.model import LanguageModel
from engine.language_model.results import SentenceGenerated
from engine.network.reference import RNNNumpy
from engine.sampling.sampler import generate
from engine.scoring.scorer import score
from tests.engine.support.models import tiny_model


def all_sentences(model: LanguageModel, longest: int) -> dict[tuple[int, ...], float]:
    """Return ln P of every sentence of up to `longest` of all C - 2 words, UNKNOWN_TOKEN too."""
    U, V, W = model.rnn.parameters_as_numpy()
    reference, C = RNNNumpy.from_parameters(U, V, W), len(model.vocabulary)
    found = {}
    for length in range(longest + 1):
        for ids in itertools.product(range(2, C), repeat=length):
            o, _ = reference.forward_propagation([0, *ids])
            found[ids] = sum(math.log(o[t, word]) for t, word in enumerate((*ids, 1)))
    return found


def beam(model: LanguageModel, **settings: object) -> list[SentenceGenerated]:
    config = SampleConfig(**settings)  # type: ignore[arg-type]
    return [e for e in generate(model, config, RunControl()) if isinstance(e, SentenceGenerated)]


@pytest.mark.parametrize("seed", range(4))
def test_that_wide_beams_find_what_an_exhaustive_search_finds(seed: int) -> None:
    model = tiny_model(("a", "b", "c"), seed=seed)
    unknown = model.vocabulary.unknown_id
    every = {w: p for w, p in all_sentences(model, 4).items() if w and unknown not in w}
    best = sorted(every, key=lambda ids: -every[ids])[:5]

    found = beam(model, beams=81, count=5, min_length=1, max_length=4)

    words = model.vocabulary.words
    assert [each.words for each in found] == [tuple(words[k] for k in ids) for ids in best]
    assert [each.log_probability for each in found] == pytest.approx([every[ids] for ids in best])


@pytest.mark.parametrize("scores_at_once", [1, 20])
def test_that_beams_scored_in_parts_find_the_same_sentences(
    scores_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tiny_model()
    together = beam(model, beams=40, count=8, min_length=2, max_length=5)

    monkeypatch.setattr("engine.sampling.beam.SCORES_AT_ONCE", scores_at_once)
    in_parts = beam(model, beams=40, count=8, min_length=2, max_length=5)

    assert [each.words for each in in_parts] == [each.words for each in together]
    assert [each.log_probability for each in in_parts] == pytest.approx(
        [each.log_probability for each in together]
    )


def test_that_all_sentences_and_the_rest_sum_to_one() -> None:
    model = tiny_model(("a", "b"), scale=0.7)
    U, V, W = model.rnn.parameters_as_numpy()
    reference = RNNNumpy.from_parameters(U, V, W)

    total = rest = 0.0
    for length in range(5):
        for ids in itertools.product(range(2, 5), repeat=length):  # 4 = UNKNOWN_TOKEN
            total += score_of(model, ids)
            o, _ = reference.forward_propagation([0, *ids])
            begun = math.prod(o[t, word] for t, word in enumerate(ids))
            rest += begun * (o[4, :].sum() - o[4, 1] if length == 4 else o[length, 0])

    assert 0.05 < rest < 0.95
    assert total + rest == pytest.approx(1.0, abs=1e-9)


def score_of(model: LanguageModel, ids: tuple[int, ...]) -> float:
    """Return the scorer's probability; UNKNOWN_TOKEN as typed is no word of the vocabulary."""
    text = " ".join(model.vocabulary.words[word] for word in ids)
    return next(iter(score(model, text))).score.probability


def test_that_beams_do_at_least_as_well_as_the_greedy_sentence() -> None:
    for seed in range(8):
        model = tiny_model(seed=seed)
        settings = {"count": 1, "min_length": 3, "max_length": 20, "start": "the"}
        (greedy,) = beam(model, temperature=0.0, **settings)

        (best,) = beam(model, beams=50, **settings)

        assert best.log_probability >= greedy.log_probability - 1e-9
        assert best.words[0] == "the"
        assert best.started_with == 1


def test_that_fewer_sentences_than_asked_for_are_explained() -> None:
    config = SampleConfig(beams=1, count=10, min_length=0, max_length=3)

    events = list(generate(tiny_model(), config, RunControl()))

    assert isinstance(events[-1], Notice)
    assert events[-1].text.startswith(f"Only {len(events) - 1} of 10 sentences were found with 1")


def test_that_a_stopped_search_yields_nothing() -> None:
    control = RunControl()
    control.stop()

    assert list(generate(tiny_model(), SampleConfig(beams=4), control)) == []
