"""The numbering of words is the tutorial's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import CorpusError
from engine.tokenization.vocabulary import SENTENCE_END, SENTENCE_START, UNKNOWN_TOKEN, Vocabulary


def test_that_ids_are_those_of_the_tutorial() -> None:
    vocabulary = Vocabulary.from_words(["the", "cat"], [5, 2])

    assert vocabulary.words == (SENTENCE_START, SENTENCE_END, "the", "cat", UNKNOWN_TOKEN)
    assert vocabulary.counts == (0, 0, 5, 2, 0)
    assert (vocabulary.start_id, vocabulary.end_id, vocabulary.unknown_id) == (0, 1, 4)
    assert len(vocabulary) == 5
    assert "cat" in vocabulary
    assert "dog" not in vocabulary


def test_that_unknown_words_become_the_last_id() -> None:
    vocabulary = Vocabulary.from_words(["the", "cat"], [5, 2])

    assert vocabulary.encode(["the", "dog", "cat", SENTENCE_END]) == [2, 4, 3, 1]
    assert vocabulary.decode([0, 3, 4, 1]) == [SENTENCE_START, "cat", UNKNOWN_TOKEN, SENTENCE_END]


@given(words=st.lists(st.text(min_size=1).map(str.lower), min_size=1, unique=True))
def test_that_known_words_come_back(words: list[str]) -> None:
    vocabulary = Vocabulary.from_words(words, [1] * len(words))

    assert vocabulary.decode(vocabulary.encode(words)) == words


@pytest.mark.parametrize(
    ("words", "counts", "sentence"),
    [
        ([], [], "at least one word"),
        (["a", "a"], [2, 1], "names a word twice"),
        (["a", UNKNOWN_TOKEN], [2, 1], "names a word twice"),
        (["a"], [2, 1], "1 words but 2 counts"),
    ],
)
def test_that_a_damaged_word_list_is_refused(
    words: list[str], counts: list[int], sentence: str
) -> None:
    with pytest.raises(CorpusError, match=sentence):
        Vocabulary.from_words(words, counts)


def test_that_equal_vocabularies_are_equal() -> None:
    first, second = (Vocabulary.from_words(["a", "b"], [2, 1]) for _ in range(2))

    assert first == second
    assert hash(first) == hash(second)
    assert first != Vocabulary.from_words(["b", "a"], [2, 1])
    assert first != "a vocabulary"
