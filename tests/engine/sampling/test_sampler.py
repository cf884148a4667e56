"""Drawing sentences."""

import itertools
import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch

from engine.config import SampleConfig
from engine.control import Notice, RunControl
from engine.language_model.model import LanguageModel
from engine.language_model.results import SentenceGenerated, SentenceGrowing
from engine.network.reference import RNNNumpy
from engine.network.rnn import RNN
from engine.sampling import sampler
from engine.sampling.sampler import MAX_TRIES, generate, invert
from engine.scoring.scorer import score
from tests.engine.support.models import model_of, tiny_model


def sentences(model: LanguageModel, **settings: object) -> list[SentenceGenerated]:
    config = SampleConfig(**settings)  # type: ignore[arg-type]
    events = list(generate(model, config, RunControl()))
    return [event for event in events if isinstance(event, SentenceGenerated)]


def exact_probabilities(
    model: LanguageModel, *, max_length: int, min_length: int, temperature: float
) -> dict[tuple[str, ...], float]:
    """Return the probability of every sentence that can be drawn, by the reference network."""
    U, V, W = model.rnn.parameters_as_numpy()
    reference = RNNNumpy.from_parameters(U, V, W)
    vocabulary = model.vocabulary
    drawable = [*range(2, len(vocabulary) - 1)]
    found = {}
    for length in range(min_length, max_length + 1):
        for ids in itertools.product(drawable, repeat=length):
            o, _ = reference.forward_propagation([vocabulary.start_id, *ids])
            powered = o ** (1.0 / temperature)
            powered[:, [vocabulary.start_id, vocabulary.unknown_id]] = 0.0
            p = powered / powered.sum(axis=1, keepdims=True)
            words = math.prod(p[t, word] for t, word in enumerate(ids))
            end = p[length, vocabulary.end_id] if length < max_length else 1.0  # ended or cut
            found[tuple(vocabulary.words[word] for word in ids)] = words * end
    total = sum(found.values())
    return {words: probability / total for words, probability in found.items()}


@pytest.mark.parametrize(("min_length", "temperature"), [(0, 1.0), (2, 1.0), (1, 0.6)])
def test_that_sentences_come_as_often_as_their_probability_says(
    min_length: int, temperature: float
) -> None:
    model = tiny_model(("a", "b"), scale=0.8, tokenizer="whitespace")
    expected = exact_probabilities(
        model, max_length=3, min_length=min_length, temperature=temperature
    )
    count = 6000

    drawn = sentences(
        model,
        count=count,
        min_length=min_length,
        max_length=3,
        temperature=temperature,
        seed=1,
    )

    seen = Counter(sentence.words for sentence in drawn)
    assert seen.keys() <= expected.keys()
    chi_square = sum((seen[w] - count * p) ** 2 / (count * p) for w, p in expected.items())
    freedom = len(expected) - 1
    # Wilson and Hilferty's approximation of the chi-square quantile
    spread = 2 / (9 * freedom)
    limit = freedom * (1 - spread + 3.09 * math.sqrt(spread)) ** 3
    assert chi_square < limit


def test_that_the_same_seed_gives_the_same_sentences_for_any_count() -> None:
    model = tiny_model(dtype="float32")

    many = sentences(model, count=300, min_length=3, seed=5)

    for count in (1, 2, 7, 40):
        assert sentences(model, count=count, min_length=3, seed=5) == many[:count]
    assert [sentence.number for sentence in many] == list(range(1, 301))
    assert sentences(model, count=40, min_length=3, seed=6) != many[:40]
    assert len({sentence.words for sentence in many}) > 100


@pytest.mark.parametrize("block", [1, 7, 300])
def test_that_how_many_a_device_draws_at_once_changes_no_sentence(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    model = tiny_model(dtype="float64")
    usual = sentences(model, count=60, min_length=3, seed=5)

    monkeypatch.setattr(sampler, "_FIRST_BLOCKS", {})
    monkeypatch.setattr(sampler, "_BLOCK", block)

    changed = sentences(model, count=60, min_length=3, seed=5)
    assert [each.text for each in changed] == [each.text for each in usual]
    assert [each.log_probability for each in changed] == pytest.approx(
        [each.log_probability for each in usual], rel=1e-12
    )


def test_that_a_fresh_seed_is_named_and_repeats_the_batch() -> None:
    model = tiny_model()

    drawn = sentences(model, count=3, min_length=1)

    assert sentences(model, count=3, min_length=1, seed=drawn[0].seed) == drawn


def test_that_unknown_token_and_sentence_start_are_never_drawn() -> None:
    model = tiny_model()
    U, V, W = model.rnn.parameters_as_numpy()
    V[[0, -1]] = 200.0 * np.abs(V[[0, -1]])  # whatever the state, these two tend to win
    eager = model_of(np.abs(U), V, np.abs(W))

    drawn = sentences(eager, count=200, min_length=0, seed=0)

    words = {word for sentence in drawn for word in sentence.words}
    assert words == {"the", "cat", "sat", ".", "naïve"}
    assert all(math.isfinite(sentence.log_probability) for sentence in drawn)


@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_that_a_sentence_carries_the_probability_that_the_scorer_gives(temperature: float) -> None:
    model = tiny_model()

    for sentence in sentences(model, count=30, min_length=2, seed=3, temperature=temperature):
        words = None if sentence.is_readable else sentence.words
        event = next(score(model, sentence.text, words=words))
        scored = event.score  # type: ignore[union-attr]
        without_end = math.fsum(word.log_probability for word in scored.words[:-1])
        expected = without_end if sentence.is_cut else scored.log_probability
        assert sentence.log_probability == pytest.approx(expected, abs=1e-9)


def test_that_lengths_keep_within_their_limits() -> None:
    drawn = sentences(tiny_model(), count=200, min_length=4, max_length=6, seed=0)

    assert {len(sentence.words) for sentence in drawn} == {4, 5, 6}
    assert all(len(sentence.words) == 6 for sentence in drawn if sentence.is_cut)
    assert any(sentence.is_cut for sentence in drawn)
    assert any(len(sentence.words) == 6 and not sentence.is_cut for sentence in drawn)


def ender() -> LanguageModel:
    """Return a model that says nothing: with positive states SENTENCE_END always wins."""
    U, V, W = tiny_model().rnn.parameters_as_numpy()
    V[1] = 50.0
    return model_of(np.abs(U), V, np.abs(W))


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many sentences each step of the network was of."""
    sizes: list[int] = []
    advance = RNN.advance

    def counted(rnn: RNN, words: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
        sizes.append(len(words))
        return advance(rnn, words, state)

    monkeypatch.setattr(RNN, "advance", counted)
    return sizes


@pytest.mark.parametrize(
    ("count", "tried", "rest"),
    [(100, 32, " The other 68 were not tried."), (32, 32, ""), (2, 2, ""), (1, 1, "")],
)
@pytest.mark.parametrize(
    ("temperature", "or_that"), [(1.0, ""), (1.0 + 1e-9, " or the temperature")]
)
def test_that_a_model_that_always_ends_gives_a_notice_instead_of_hanging(
    count: int, tried: int, rest: str, temperature: float, or_that: str, steps: list[int]
) -> None:
    config = SampleConfig(count=count, seed=0, temperature=temperature)

    events = list(generate(ender(), config, RunControl()))

    (notice,) = events
    assert isinstance(notice, Notice)
    assert notice.text == (
        f"{tried} of {tried} sentences were left out, because {MAX_TRIES} draws in a row ended "
        f"before 7 words.{rest} Lower the minimum length{or_that}, or train longer."
    )
    blocks = [1] if tried == 1 else [1, 31]
    assert steps == [size for size in blocks for _ in range(MAX_TRIES)]


def test_that_the_first_sentence_comes_without_waiting_for_others(steps: list[int]) -> None:
    drawing = generate(tiny_model(), SampleConfig(count=500, seed=0), RunControl())

    next(drawing)
    assert set(steps) == {1}
    steps.clear()
    next(drawing)

    assert max(steps) == 31


def test_that_sentences_that_are_done_are_left_out_of_a_step_once_they_are_an_eighth(
    steps: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampler, "_FIRST_BLOCKS", {})

    drawn = sentences(tiny_model(), count=128, min_length=0, max_length=30, seed=5)

    lengths = [len(each.words) for each in drawn]  # one step more finds the end
    growing = [sum(length >= step for length in lengths) for step in range(max(lengths) + 1)]
    assert len(steps) == len(growing)
    for before, rows, left in zip([128, *steps], steps, growing, strict=False):
        is_full = 8 * left > 7 * before
        assert rows == (before if is_full else left)
    assert min(steps) < 16


def test_that_nothing_more_is_written_out_after_a_stop() -> None:
    control = RunControl()
    events = []

    for event in generate(tiny_model(), SampleConfig(count=100, seed=0), control):
        events.append(event)
        if len(events) == 5:
            control.stop()

    assert len(events) == 5


def test_that_an_almost_frozen_model_always_takes_the_most_probable_word() -> None:
    drawn = sentences(tiny_model(), count=20, min_length=0, temperature=1e-12, seed=0)

    assert len({sentence.words for sentence in drawn}) == 1


def test_that_an_untrained_network_can_be_heard() -> None:
    drawn = sentences(tiny_model(scale=0.0), count=50, min_length=7, seed=0)

    assert len(drawn) == 50
    assert all(len(sentence.words) >= 7 for sentence in drawn)


@pytest.mark.parametrize(
    "way",
    [{}, {"top_p": 0.9}, {"ladder": (0.5, 1.0, 2.0)}, {"beams": 20}],
    ids=str,
)
def test_that_no_word_is_drawn_after_a_stop(
    way: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    control, advance = RunControl(), RNN.advance
    steps: list[int] = []

    def stopping(rnn: RNN, words: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
        steps.append(len(words))
        if len(steps) == 4:
            control.stop()
        return advance(rnn, words, state)

    monkeypatch.setattr(RNN, "advance", stopping)
    config = SampleConfig(count=1000, min_length=6, max_length=8, seed=0, **way)

    events = list(generate(tiny_model(), config, control, each_word=True))

    assert len(steps) == 4
    assert {type(event) for event in events} <= {SentenceGrowing}
    assert len(events) < 4


@pytest.mark.parametrize("uniform", [0.0, 0.25, 0.5, 1.0 - 2.0**-53])
def test_that_no_uniform_number_picks_a_word_of_probability_zero(uniform: float) -> None:
    p = torch.zeros(1, 384)
    p[0, 70], p[0, 71], p[0, 330] = 0.1, 0.3, 1e-30
    in_blocks = p.view(1, 2, 3, 64).transpose(0, 1)  # (K, B, n, cell)

    words, totals = invert(in_blocks, torch.tensor([uniform], dtype=torch.float64))

    word = int(words)
    assert totals.item() == pytest.approx(0.4)

    assert word == (70 if uniform < 0.25 else 71 if uniform < 1.0 - 2.0**-53 else word)
    assert p[0, word] > 0.0


def test_that_every_seed_has_sentences_of_its_own_and_is_named() -> None:
    seeds = (0, 1, 2, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, (1 << 64) - 1)

    drawn = [sentences(tiny_model(), count=5, min_length=1, seed=seed) for seed in seeds]

    assert len({tuple(each.text for each in five) for five in drawn}) == len(seeds)
    assert [{each.seed for each in five} for five in drawn] == [{seed} for seed in seeds]


def test_that_a_ladder_hands_notices_on() -> None:
    events = list(generate(ender(), SampleConfig(ladder=(1.0,), seed=0), RunControl()))

    assert [type(event) for event in events] == [Notice]
