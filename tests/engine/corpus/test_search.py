"""Sentences are found by their words, by an unknown one, and by their side of the split."""

from pathlib import Path

import pytest

from engine.control import RunControl
from engine.corpus.corpus import Corpus
from engine.corpus.search import find_sentences
from tests.engine.support.corpora import prepare, write_rows

TEXTS = ["The cat sat.", "A dog sat.", "The cat ran.", "Cat the.", "Don't sit."]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus, _ = prepare(
        write_rows(tmp_path / "a.csv", TEXTS * 4), validation_fraction=0.25, min_count=1
    )
    return corpus


def found(corpus: Corpus, text: str = "", **wanted: bool) -> list[int]:
    numbers = find_sentences(corpus, text, **wanted)
    assert numbers is not None
    return list(numbers)


@pytest.mark.parametrize("at_once", [1, 4, 1000])
@pytest.mark.parametrize(
    ("text", "first"),
    [("cat", [0, 2, 3]), ("CAT", [0, 2, 3]), ("the cat", [0, 2]), ("don't", [4]), ("zebra", [])],
)
def test_that_sentences_are_found_by_their_words(
    text: str, first: list[int], at_once: int, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.corpus.counting.ranking._WORDS_AT_ONCE", at_once)

    assert found(corpus, text) == [5 * k + number for k in range(4) for number in first]


def test_that_words_do_not_reach_into_the_next_sentence(corpus: Corpus) -> None:
    assert found(corpus, ". a") == []


def test_that_nothing_asked_for_is_all(corpus: Corpus) -> None:
    assert found(corpus) == list(range(20))


def test_that_only_held_out_or_unknown_sentences_are_found(corpus: Corpus) -> None:
    held_out = [k for k in range(20) if corpus.sentence_view(k).is_validation]
    small = corpus.with_vocabulary_size(6)
    unknown = [
        k for k in range(20) if not all(token.is_known for token in small.sentence_view(k).tokens)
    ]

    assert found(corpus, only_held_out=True) == held_out != []
    assert found(small, only_unknown=True) == unknown != []


def test_that_a_stop_finds_nothing(corpus: Corpus) -> None:
    control = RunControl()
    control.stop()

    assert find_sentences(corpus, "cat", control=control) is None
