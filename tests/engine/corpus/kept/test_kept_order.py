"""The index for copied runs beside the prepared text: used where it is right, never in the way."""

import errno
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from engine.config import CorpusConfig
from engine.corpus.copies import Copy, CopyFinder
from engine.corpus.corpus import Corpus
from engine.corpus.kept.cache import CorpusCache, clear_cached_corpora, list_cached_corpora
from tests.engine.support.corpora import corpus_of

SENTENCES = [f"{a} {b} {a} c ." for a in "abcd" for b in "efgh"]
SAID = [sentence.split() for sentence in [*SENTENCES, "b a e a", "zebra a", "h"]]


def prepare(folder: Path, name: str = "text.csv") -> Corpus:
    path = folder / name
    path.write_text("text\n" + "\n".join([*SENTENCES, name]) + "\n", encoding="utf-8")
    config = CorpusConfig(path=path, processes=0, validation_fraction=0.2, min_count=1)
    return corpus_of(config, folder / "kept")


def search(corpus: Corpus) -> list[Copy]:
    finder = CopyFinder(corpus)
    return [finder.longest(words) for words in SAID]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return prepare(tmp_path)


@pytest.fixture
def index(corpus: Corpus, tmp_path: Path) -> Path:
    search(corpus)
    (made,) = (tmp_path / "kept").glob("*.copies")
    return made


def no_sorting(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_values: object, **_options: object) -> None:
        raise AssertionError

    monkeypatch.setattr("engine.corpus.kept.kept_order.np.argsort", refuse)


@pytest.mark.parametrize("fraction", [0.2, 0.5, 0.0])
def test_that_a_kept_index_serves_every_split_without_sorting(
    fraction: float, corpus: Corpus, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = prepare(tmp_path).with_validation_fraction(fraction)
    shutil.move(index, tmp_path / "aside")
    sorted_anew = search(again)
    shutil.move(tmp_path / "aside", index)
    no_sorting(monkeypatch)

    assert search(again) == sorted_anew


def swapped(content: bytes) -> bytes:
    return content[:16] + content[20:24] + content[16:20] + content[24:]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _content: b"",
    "cut off": lambda content: content[:-4],
    "longer": lambda content: content + bytes(4),
    "of another format": lambda content: b"RNNTextLabIndex9" + content[16:],
    "out of order": swapped,
    "twice the same": lambda content: content[:20] + content[16:20] + content[24:],
    "beyond the text": lambda content: content[:-4] + b"\xff\xff\xff\x7f",
    "negative": lambda content: content[:16] + b"\xff" * 4 + content[20:],
    "of another text": lambda content: (
        content[:16] + np.arange(len(content) // 4 - 4, dtype="<i4").tobytes()
    ),
    "noise": lambda content: np.random.default_rng(0).bytes(len(content)),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_that_an_index_that_is_not_right_is_built_again(
    kind: str, corpus: Corpus, index: Path
) -> None:
    whole, found = index.read_bytes(), search(corpus)
    index.write_bytes(DAMAGE[kind](whole))
    assert index.read_bytes() != whole

    assert search(corpus) == found
    assert index.read_bytes() == whole


def test_that_copies_are_found_where_a_folder_is_in_the_way(corpus: Corpus, index: Path) -> None:
    found = search(corpus)
    index.unlink()
    index.mkdir()

    assert search(corpus) == found


def test_that_copies_are_found_with_a_full_disk(
    corpus: Corpus, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = search(corpus)
    index.unlink()

    def refuse(_descriptor: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", refuse)

    assert search(corpus) == found
    assert [file.suffix for file in index.parent.iterdir()] == [".bin"]


def test_that_the_index_is_counted_and_deleted_with_its_text(corpus: Corpus, index: Path) -> None:
    kept = index.parent
    size = sum(file.stat().st_size for file in kept.iterdir())
    assert len(list(kept.iterdir())) == 2
    assert list_cached_corpora(kept).size == size

    cleared = clear_cached_corpora(kept)

    assert (cleared.count, cleared.size) == (1, size)
    assert list(kept.iterdir()) == []
    search(corpus)  # still open
    assert list(kept.iterdir()) == []


@pytest.mark.parametrize("how", ["no room", "damaged", "gone"])
def test_that_no_index_stays_where_its_text_goes(
    how: str, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = index.with_suffix(".bin")
    if how == "no room":
        small = partial(CorpusCache, most_bytes=text.stat().st_size)
        monkeypatch.setattr("engine.corpus.build.CorpusCache", small)
    elif how == "damaged":
        text.write_bytes(b"?" * text.stat().st_size)
    else:
        text.unlink()

    prepare(tmp_path, "text.csv" if how == "damaged" else "another.csv")

    assert not index.exists()
