"""Start words, certain choices, ladders and growing sentences."""

from dataclasses import replace
from typing import Any

import pytest

from engine.config import SampleConfig
from engine.control import Notice, RunControl
from engine.errors import ConfigError
from engine.language_model.model import LanguageModel
from engine.language_model.results import SentenceGenerated, SentenceGrowing
from engine.sampling.sampler import generate
from engine.scoring.scorer import score
from tests.engine.support.models import tiny_model


def events_of(model: LanguageModel, **settings: Any) -> list[Any]:
    return list(generate(model, SampleConfig(**settings), RunControl()))


def sentences(model: LanguageModel, **settings: Any) -> list[SentenceGenerated]:
    return [e for e in events_of(model, **settings) if isinstance(e, SentenceGenerated)]


@pytest.mark.parametrize("start", ["The cat", ("the", "cat")])
def test_that_sentences_go_on_from_their_start(start: Any) -> None:
    model = tiny_model()

    drawn = sentences(model, start=start, count=200, min_length=4, max_length=12, seed=1)

    assert all(each.words[:2] == ("the", "cat") for each in drawn)
    assert all(each.text.startswith("The cat" if each.is_readable else "the cat") for each in drawn)
    assert {len(each.words) for each in drawn} == set(range(4, 13))
    assert len({each.words for each in drawn}) > 20
    for each in drawn:
        scored = next(iter(score(model, each.text, words=each.words))).score
        begun = sum(word.log_probability for word in scored.words[:2])
        whole = sum(word.log_probability for word in scored.words[: len(each.words)])
        assert each.started_with == 2
        assert each.start_log_probability == pytest.approx(begun)
        assert each.log_probability == pytest.approx(
            whole if each.is_cut else scored.log_probability
        )


def test_that_an_unknown_start_word_is_named_first_and_kept_as_typed() -> None:
    events = events_of(tiny_model(), start="the zebra", count=1, min_length=3, seed=0)

    assert isinstance(events[0], Notice)
    assert "“zebra” is not a word of the model's vocabulary" in events[0].text
    assert events[0].unknown_words == ("zebra",)
    assert events[1].words[:2] == ("the", "zebra")


def test_that_a_start_may_be_the_whole_sentence() -> None:
    drawn = sentences(tiny_model(), start="the cat", count=60, min_length=0, max_length=2, seed=0)

    assert {each.words for each in drawn} == {("the", "cat")}
    assert {each.is_cut for each in drawn} == {True, False}


def test_that_a_start_longer_than_the_shortest_sentence_may_end_at_once() -> None:
    drawn = sentences(tiny_model(), start="the cat", count=60, min_length=1, seed=0)

    assert ("the", "cat") in {each.words for each in drawn}


def test_that_a_start_longer_than_a_sentence_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"begin with 3 words, and the longest may only have 2"):
        events_of(tiny_model(), start="the cat sat", min_length=0, max_length=2)


@pytest.mark.parametrize("filters", [{}, {"top_p": 0.9}, {"repetition_penalty": 1.2}], ids=str)
def test_that_one_seed_gives_one_text_for_any_count(filters: dict[str, Any]) -> None:
    model = tiny_model(dtype="float32")
    settings = {"start": "the", "min_length": 3, "seed": 5, **filters}

    many = sentences(model, count=200, **settings)

    for count in (1, 2, 40):
        assert sentences(model, count=count, **settings) == many[:count]


@pytest.mark.parametrize("certain", [{"temperature": 0.0}, {"top_k": 1}], ids=str)
def test_that_a_certain_choice_is_the_most_probable_word_each_time(
    certain: dict[str, Any],
) -> None:
    model = tiny_model()

    note, only = events_of(model, count=2, min_length=4, max_length=9, **certain)

    assert isinstance(note, Notice)
    ids = [0]
    for word in only.words:
        o, _ = model.rnn.forward_propagation(ids)
        end = [1] if len(ids) <= 4 else []
        best = next(k for k in (-o[-1]).argsort() if k not in (0, 7, *end))
        assert word == model.vocabulary.words[best]
        ids.append(best)
    assert len(only.words) >= 4


def test_that_a_ladder_gives_what_each_temperature_gives_alone() -> None:
    model, rungs = tiny_model(), (0.0, 0.5, 1.0, 2.0)

    drawn = sentences(model, ladder=rungs, min_length=2, seed=8)

    assert [each.settings.temperature for each in drawn] == list(rungs)
    assert [each.number for each in drawn] == [1, 2, 3, 4]
    for each in drawn:
        (alone,) = sentences(
            model, temperature=each.settings.temperature, count=1, min_length=2, seed=8
        )
        assert replace(alone, number=each.number) == each
        (again,) = generate(model, each.settings, RunControl())
        assert isinstance(again, SentenceGenerated)
        assert again.words == each.words


def test_that_the_stored_settings_make_the_same_sentence_again() -> None:
    model = tiny_model()
    wanted = sentences(model, count=5, start="the", top_p=0.8, min_length=2)[-1]

    again = list(generate(model, wanted.settings, RunControl()))[-1]

    assert again == wanted


def test_that_a_sentence_is_seen_growing_word_by_word() -> None:
    config = SampleConfig(count=3, min_length=0, start="the", seed=2)

    events = list(generate(tiny_model(), config, RunControl(), each_word=True))

    done = [e for e in events if isinstance(e, SentenceGenerated)]
    assert done == sentences(tiny_model(), count=3, min_length=0, start="the", seed=2)
    growing = [e.words for e in events if isinstance(e, SentenceGrowing) and e.number == 1]
    assert growing == [done[0].words[: k + 2] for k in range(len(growing))]
    assert [e.number for e in events] == sorted(e.number for e in events)


def test_that_a_ladder_grows_rung_by_rung() -> None:
    config = SampleConfig(ladder=(0.5, 2.0), min_length=4, seed=2)

    events = list(generate(tiny_model(), config, RunControl(), each_word=True))

    growing = [e.number for e in events if isinstance(e, SentenceGrowing)]
    assert set(growing) == {1, 2}
    assert [e.number for e in events] == sorted(e.number for e in events)
