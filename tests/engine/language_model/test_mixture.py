"""A network and a table that predict together: sums, the weight, and every way to ask."""

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.config import ModelConfig, SampleConfig
from engine.control import RunControl, result_of
from engine.corpus.corpus import Corpus
from engine.errors import ConfigError, ModelFileError
from engine.language_model.checkpoint import model_to_bytes
from engine.language_model.counted_text import count_table, fit_mixture, split_as_trained
from engine.language_model.formats import write_model
from engine.language_model.mixture import Mixture
from engine.language_model.model import LanguageModel
from engine.language_model.results import SentenceGenerated
from engine.network.rnn import RNN
from engine.sampling.next_words import next_words
from engine.sampling.sampler import generate
from engine.scoring.replacement import best_replacement
from engine.scoring.scorer import score
from engine.scoring.text_scores import score_texts
from tests.benchmarks.data import synthetic_corpus
from tests.engine.support.models import tiny_model

TYPED = "w3 w4 w3"


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return synthetic_corpus(300, 40).with_validation_fraction(0.2)


def untrained(corpus: Corpus) -> LanguageModel:
    return replace(
        tiny_model(),
        rnn=RNN(len(corpus.vocabulary), 5, dtype="float64"),
        vocabulary=corpus.vocabulary,
        reading=corpus.reading,
        model_config=ModelConfig(hidden_dim=5, dtype="float64"),
        summary=corpus.summary,
    )


@pytest.fixture(scope="module")
def model(corpus: Corpus) -> LanguageModel:
    return untrained(corpus)


@pytest.fixture(scope="module")
def mixed(corpus: Corpus, model: LanguageModel) -> LanguageModel:
    mixture = result_of(fit_mixture(model, corpus, RunControl()))
    assert mixture is not None
    return replace(model, mixture=replace(mixture, weight=0.4))


def word_of(model: LanguageModel, number: int) -> str:
    return model.vocabulary.words[number]


def test_that_the_weight_is_the_best_on_one_half_and_judged_on_the_other(
    corpus: Corpus, model: LanguageModel
) -> None:
    mixture = result_of(fit_mixture(model, corpus, RunControl()))

    assert mixture is not None
    assert mixture.loss < mixture.table_loss < mixture.network_loss
    assert mixture.network_loss == pytest.approx(math.log(len(corpus.vocabulary)), abs=0.3)
    assert mixture.fitted_words + mixture.judged_words == corpus.validation.words_to_predict
    assert f"{mixture.weight:.0%}".replace("%", " %") in mixture.description


def test_that_the_weight_balances_two_that_are_right_in_turns(
    corpus: Corpus, model: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_turns(_rnn: object, _table: object, half: object) -> Iterator[tuple[object, object]]:
        yield np.array([0.8, 0.8, 0.8, 0.1]), np.array([0.1, 0.1, 0.1, 0.8])

    monkeypatch.setattr("engine.language_model.counted_text._true_words", in_turns)
    mixture = result_of(fit_mixture(model, corpus, RunControl()))

    assert mixture is not None
    # 3 · 0.7 / (0.1 + 0.7 w) = 0.7 / (0.8 - 0.7 w)
    assert mixture.weight == pytest.approx(2.3 / 2.8, abs=1e-6)


def test_that_all_ways_to_ask_a_mixture_agree_and_name_it(mixed: LanguageModel) -> None:
    assert isinstance(mixed.mixture, Mixture)
    a, b = word_of(mixed, 5), word_of(mixed, 9)
    following = next_words(mixed, SampleConfig(start=(a,)), 100)
    of_network = next_words(replace(mixed, mixture=None), SampleConfig(start=(a,)), 100)
    of_table = mixed.mixture.table.next_word([0, 5])
    network = {each.word: each.probability for each in of_network.words}
    expected = {
        word: 0.4 * network[word] + 0.6 * of_table[number]
        for number, word in enumerate(mixed.vocabulary.words)
    }

    assert {each.word: each.probability for each in following.words} == pytest.approx(expected)
    assert math.fsum(expected.values()) == pytest.approx(1.0)
    (event,) = score(mixed, "", words=[a, b])
    scored = event.score
    assert scored.words[1].probability == pytest.approx(expected[b])
    assert scored.words[1].rank == next(e.rank for e in following.words if e.word == b)
    (at_once,) = score_texts(mixed, [(a, b)])
    assert at_once.log_probability == pytest.approx(scored.log_probability)
    drawn = [
        each
        for settings in (
            SampleConfig(count=3, seed=1, start=(a, b), min_length=0),
            SampleConfig(count=2, beams=8, start=(a, b), min_length=0),
        )
        for each in generate(mixed, settings, RunControl())
        if isinstance(each, SentenceGenerated)
    ]
    assert len(drawn) == 5
    for each in drawn:
        (event,) = score(mixed, each.text, words=each.words)
        if not each.is_cut:
            assert event.score.log_probability == pytest.approx(each.log_probability)
    names = {each.mixture for each in (*drawn, scored, following)}
    assert names == {"a mixture of 40 % network and 60 % table of word triples"}
    assert not of_network.mixture


def test_that_a_better_word_is_looked_for_in_the_mixture(mixed: LanguageModel) -> None:
    words = [word_of(mixed, number) for number in (5, 30, 9)]

    *_, found = best_replacement(mixed, words, RunControl())

    changed = found.text  # type: ignore[union-attr]
    assert found.place is not None  # type: ignore[union-attr]
    words[found.place] = found.word  # type: ignore[union-attr]
    (event,) = score(mixed, changed, words=words)
    assert event.score.log_probability == pytest.approx(found.log_probability)  # type: ignore[union-attr]


def test_that_a_score_has_that_of_the_table_beside_it(corpus: Corpus, model: LanguageModel) -> None:
    table = result_of(count_table(model, corpus, RunControl()))
    assert table is not None
    typed = [word_of(model, 5), "never-seen", word_of(model, 9)]

    (event,) = score(model, "", words=typed, table=table)

    beside, unknown = event.score.table, model.vocabulary.unknown_id
    assert beside is not None
    framed = [0, 5, unknown, 9, 1]
    expected = sum(math.log(table.next_word(framed[:t])[framed[t]]) for t in range(1, 5))
    assert beside.log_probability == pytest.approx(expected)
    assert beside.perplexity == pytest.approx(math.exp(-expected / 4))
    assert beside.bits_per_word == pytest.approx(-expected / 4 / math.log(2))
    assert beside.name == "a table of word triples"


@pytest.mark.parametrize("former", [{}, {"validation_fraction": None, "split_seed": None}])
@pytest.mark.parametrize("seed", [0, 3])
def test_that_the_model_s_own_text_is_divided_as_it_was(
    seed: int, former: dict[str, None], corpus: Corpus, model: LanguageModel
) -> None:
    divided = corpus.with_validation_fraction(0.2, seed)
    elsewhere = corpus.with_validation_fraction(0.3, seed=5)
    model = replace(model, summary=replace(divided.summary, **former))

    found = split_as_trained(model, elsewhere)

    if former and seed:
        assert found is None  # a file of before does not tell this seed: nothing is guessed
        return
    assert found is not None
    assert (found.is_validation == divided.is_validation).all()
    other = replace(model, summary=replace(model.summary, digest="another text"))
    assert split_as_trained(other, elsewhere) is elsewhere
    unknown = replace(model, summary=replace(model.summary, validation_words=1))
    assert split_as_trained(unknown, elsewhere) is None


def test_that_nothing_held_out_and_a_file_are_refused_in_words(
    corpus: Corpus, model: LanguageModel, mixed: LanguageModel, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="no held-out text"):
        result_of(fit_mixture(model, corpus.with_validation_fraction(0.0), RunControl()))
    for ending in (".safetensors", ".npz", ".vec"):
        with pytest.raises(ModelFileError, match="A mixture is not written"):
            write_model(mixed, tmp_path / f"model{ending}")
    with pytest.raises(ModelFileError, match="A mixture is not written"):
        model_to_bytes(mixed)
    assert not list(tmp_path.iterdir())


def test_that_a_stop_ends_the_fitting_without_a_mixture(
    corpus: Corpus, model: LanguageModel
) -> None:
    for last in range(2, 5):
        control = RunControl()
        fitting = fit_mixture(model, corpus, control)
        for _ in range(last):
            next(fitting)
        control.stop()
        assert result_of(fitting) is None
