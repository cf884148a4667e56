"""The probability of a sentence."""

import math

import numpy as np
import pytest

from engine.control import RunControl
from engine.language_model.model import LanguageModel
from engine.language_model.results import SentenceScore
from engine.network.reference import RNNNumpy
from engine.scoring.scorer import score
from tests.engine.support.models import model_of, tiny_model


def score_of(model: LanguageModel, text: str) -> SentenceScore:
    (event,) = score(model, text)
    return event.score  # type: ignore[union-attr]


def test_that_each_word_has_the_probability_of_the_reference_network() -> None:
    model = tiny_model(hidden_dim=6)
    reference = RNNNumpy.from_parameters(*model.rnn.parameters_as_numpy())
    y = [2, 3, 4, 5, 1]  # the cat sat . SENTENCE_END
    o, _ = reference.forward_propagation([0, 2, 3, 4, 5])

    scored = score_of(model, "The cat sat.")

    expected = [o[t, word] for t, word in enumerate(y)]
    assert [word.probability for word in scored.words] == pytest.approx(expected, abs=1e-10)
    assert [word.rank for word in scored.words] == [
        1 + int((o[t] > o[t, word]).sum()) for t, word in enumerate(y)
    ]
    assert scored.log_probability == pytest.approx(np.log(expected).sum(), abs=1e-10)
    likeliest = [
        [(model.vocabulary.words[k], pytest.approx(o[t, k])) for k in np.argsort(-o[t])[:3]]
        for t in range(len(y))
    ]
    assert [list(word.expected) for word in scored.words] == likeliest


@pytest.mark.parametrize("seed", range(5))
def test_that_the_probabilities_of_large_scores_sum_to_one(seed: int) -> None:
    letters = tuple("abcdefghijklmnopqrstuvwxyz")
    random = np.random.default_rng(seed)
    shapes = ((60, 29), (1, 60), (60, 60))
    U, common, W = (20.0 * random.standard_normal(shape) for shape in shapes)
    V = common + 0.1 * random.standard_normal((29, 60))  # all scores are large, none prevails
    model = model_of(U, V, W, letters, dtype="float32")

    log_sum = [score_of(model, f"b {letter}").words[1].log_probability for letter in letters]
    ended, unknown = score_of(model, "b").words[1], score_of(model, "b ω").words[1]

    started = model.rnn.forward_propagation([0, 3])[0][1, 0]
    rest = ended.probability + unknown.probability + float(started)
    assert math.fsum(map(math.exp, log_sum)) + rest == pytest.approx(
        1.0, abs=4e-6
    )  # 1e-5 in float32


def test_that_the_figures_of_a_sentence_follow_from_its_words() -> None:
    scored = score_of(tiny_model(), "the cat sat on the naïve cat .")
    n = len(scored.words)
    total = math.fsum(word.log_probability for word in scored.words)

    assert scored.log_probability == total
    assert scored.probability == pytest.approx(math.prod(w.probability for w in scored.words))
    assert scored.perplexity == pytest.approx(math.exp(-total / n))
    assert scored.bits_per_word == pytest.approx(sum(word.bits for word in scored.words) / n)


def test_that_the_probabilities_of_all_next_words_sum_to_one() -> None:
    model = tiny_model()
    words = [*model.vocabulary.words[2:-1], "zebra"]  # the last is unknown

    after_the = [score_of(model, f"the {word}").words[1].probability for word in words]
    ended = score_of(model, "the").words[1].probability
    starts_again = math.exp(
        float(
            model.rnn.logits(model.rnn.hidden_states([0, 2]))
            .double()
            .log_softmax(1)[1, model.vocabulary.start_id]
        )
    )

    assert sum(after_the) + ended + starts_again == pytest.approx(1.0, abs=1e-12)


def test_that_unknown_words_are_named_once_and_marked() -> None:
    scored = score_of(tiny_model(), "Zebras sat. zebras yawned")

    assert scored.unknown_words == ("zebras", "sat.", "yawned")
    assert [word.is_known for word in scored.words] == [False, False, False, False, True]


def test_that_an_empty_text_has_the_probability_of_ending_at_once() -> None:
    scored = score_of(tiny_model(), "  \n ")

    (end,) = scored.words
    assert (end.word, end.shown, end.is_known) == ("SENTENCE_END", "end of sentence", True)
    assert scored.log_probability == end.log_probability


def test_that_a_typed_special_token_is_an_unknown_word() -> None:
    scored = score_of(tiny_model(), "SENTENCE_END UNKNOWN_TOKEN")

    assert scored.unknown_words == ("sentence_end", "unknown_token")
    assert scored.words[0].shown == "sentence_end"


def test_that_a_very_long_text_keeps_a_finite_logarithm() -> None:
    scored = score_of(tiny_model(), "the cat " * 2000)

    assert len(scored.words) == 4001
    assert math.isfinite(scored.log_probability)
    assert scored.probability == 0.0  # too small for a float: only the logarithm tells
    assert math.isfinite(scored.perplexity)


def test_that_an_impossible_word_gives_an_infinite_perplexity_and_no_error() -> None:
    model = tiny_model()
    U, V, W = model.rnn.parameters_as_numpy()
    sure = model_of(np.abs(U) + 5.0, 1000.0 * np.sign(V), np.abs(W))

    for text in ("", "the", "zebra"):
        scored = score_of(sure, text)
        assert scored.log_probability <= 0.0
        assert scored.perplexity >= 1.0


def test_that_a_stop_ends_the_scoring_without_a_score() -> None:
    control = RunControl()
    control.stop()

    assert list(score(tiny_model(), "the cat", control)) == []


def test_that_two_sentences_are_two_with_a_total() -> None:
    model = tiny_model()

    both = score_of(model, "The cat sat. The mat.")

    first, second = score_of(model, "The cat sat."), score_of(model, "The mat.")
    assert [part.text for part in both.parts] == ["The cat sat.", "The mat."]
    assert [part.log_probability for part in both.parts] == [
        first.log_probability,
        second.log_probability,
    ]
    assert [(part.first_word, part.word_count) for part in both.parts] == [(0, 5), (5, 4)]
    assert both.log_probability == pytest.approx(first.log_probability + second.log_probability)
    assert both.words == (*first.words, *second.words)


def test_that_a_score_is_given_without_the_unknown_words_too() -> None:
    scored = score_of(tiny_model(), "the zebra sat .")

    known = [word.log_probability for word in scored.words if word.is_known]
    assert scored.unknown_words == ("zebra",)
    assert scored.known_log_probability == pytest.approx(math.fsum(known))
    assert scored.known_perplexity == pytest.approx(math.exp(-math.fsum(known) / 4))


def test_that_words_are_scored_as_they_are_where_they_are_given() -> None:
    words = ("the", ".", "cat")
    [event] = score(tiny_model(), "the . cat", words=words)

    scored = event.score  # type: ignore[union-attr]
    assert tuple(word.word for word in scored.words[:-1]) == words
    assert scored.are_words_given
    assert len(scored.parts) == 1
