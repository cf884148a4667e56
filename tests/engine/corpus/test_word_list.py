"""The different words of a text, whether they are in memory or in a file."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config import CorpusConfig, CsvConfig
from engine.control import RunControl
from engine.corpus import word_list as module
from engine.corpus.build import build_corpus
from engine.corpus.corpus import Corpus, CorpusReady
from engine.corpus.word_list import MappedWords, word_list
from engine.files.spool import Spool
from tests.engine.support.corpora import write_rows


def as_arrays(words: list[str]) -> tuple[np.ndarray, np.ndarray]:
    text = np.frombuffer("".join(words).encode(), dtype=np.uint8)
    return text, np.array([len(word) for word in words], dtype=np.int32)


@given(st.lists(st.text(max_size=4), max_size=30), st.integers(1, 9))
def test_that_mapped_words_are_read_as_a_tuple_is(words: list[str], at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MOST_IN_MEMORY", -1)
        patch.setattr(module, "_WORDS_AT_ONCE", at_once)
        mapped = word_list(*as_arrays(words))

        assert isinstance(mapped, MappedWords)
        assert list(mapped) == words
        assert [mapped[place - len(words)] for place in range(len(words))] == words
        assert mapped[1:-1:2] == tuple(words[1:-1:2])
        assert all(mapped.index(word) == words.index(word) for word in words)
        with pytest.raises(IndexError):
            mapped[len(words)]


@pytest.mark.parametrize("lengths", [[1, 1], [2, 2], [3, -1], [1, 1, 1, 1], []])
def test_that_words_without_their_lengths_are_refused(lengths: list[int]) -> None:
    text, _ = as_arrays(["a", "öl"])

    with pytest.raises(ValueError, match="do not have their lengths"):
        word_list(text, np.array(lengths, dtype=np.int32))


def prepared(path: Path) -> Corpus:
    config = CorpusConfig(path=path, csv=CsvConfig(has_header=True), processes=0, min_count=1)
    (corpus,) = [
        event.corpus
        for event in build_corpus(config, RunControl())
        if isinstance(event, CorpusReady)
    ]
    return corpus


def test_that_a_text_whose_words_go_to_files_becomes_the_same_corpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [chr(97 + a) + chr(228 + b) for a in range(20) for b in range(9)]
    rows = [
        f"{one.capitalize()} {two} {one.upper()}." for one, two in pairwise(words + words[::-1])
    ]
    csv = write_rows(tmp_path / "words.csv", rows)
    in_memory = prepared(csv)

    monkeypatch.setattr(Spool.__init__, "__kwdefaults__", {"most_in_memory": 64})
    monkeypatch.setattr("engine.files.numbering._MOST_RECENT", 20)
    monkeypatch.setattr("engine.corpus.build._BATCH_CHARACTERS", 300)
    monkeypatch.setattr("engine.corpus.assembly._MOST_FORMS", 20)
    monkeypatch.setattr(module, "_MOST_IN_MEMORY", 64)
    in_files = prepared(csv)

    assert isinstance(in_files.store.words, MappedWords)
    assert tuple(in_files.store.words) == in_memory.store.words
    assert in_files.vocabulary == in_memory.vocabulary
    assert in_files.reading == in_memory.reading
    for side in ("training", "validation"):
        for what in ("ids", "offsets"):
            one, other = (getattr(getattr(each, side), what) for each in (in_files, in_memory))
            np.testing.assert_array_equal(one, other)
