"""What the cache of prepared texts tells about itself, and that clearing it loses no more."""

import os
from pathlib import Path

import pytest

from engine.config import CorpusConfig
from engine.corpus.corpus import Corpus
from engine.corpus.kept.cache import clear_cached_corpora, list_cached_corpora
from tests.engine.support.corpora import corpus_of


def prepare(folder: Path, name: str) -> Corpus:
    path = folder / name
    path.write_text(f"body\nA text of the file {name}.\nAnother one.\n", encoding="utf-8")
    return corpus_of(CorpusConfig(path=path), folder / "kept")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    for age, name in enumerate(("new.csv", "old.csv")):
        prepare(tmp_path, name)
        (made,) = [each for each in (tmp_path / "kept").iterdir() if each.stat().st_mtime > 1e9]
        os.utime(made, (1000.0 - age, 1000.0 - age))
    return tmp_path / "kept"


def test_that_each_text_is_named_by_its_file_the_last_used_first(kept: Path) -> None:
    listed = list_cached_corpora(kept)

    assert [(text.name, text.used_at) for text in listed.texts] == [
        ("new.csv", 1000.0),
        ("old.csv", 999.0),
    ]
    assert listed.texts[0].path == str(kept.parent / "new.csv")
    assert listed.size == sum(file.stat().st_size for file in kept.iterdir())


def test_that_a_damaged_text_is_listed_without_a_name(kept: Path) -> None:
    damaged = sorted(kept.iterdir(), key=lambda file: file.stat().st_mtime)[1]
    damaged.write_bytes(b"not what it was")
    os.utime(damaged, (2000.0, 2000.0))

    listed = list_cached_corpora(kept)

    assert (listed.texts[0].name, listed.texts[0].size) == ("", 15)
    assert listed.texts[1].name == "old.csv"


def test_that_a_folder_that_is_not_there_keeps_nothing(tmp_path: Path) -> None:
    assert list_cached_corpora(tmp_path / "none").texts == ()
    assert clear_cached_corpora(tmp_path / "none").count == 0


def test_that_clearing_deletes_the_texts_and_nothing_else(kept: Path) -> None:
    size = list_cached_corpora(kept).size
    (kept / "corpus-notes.txt").write_text("mine", encoding="utf-8")

    cleared = clear_cached_corpora(kept)

    assert (cleared.count, cleared.size, cleared.left) == (2, size, 0)
    assert [file.name for file in kept.iterdir()] == ["corpus-notes.txt"]


def test_that_an_open_corpus_can_be_used_after_clearing(tmp_path: Path) -> None:
    corpus = prepare(tmp_path, "texts.csv")

    clear_cached_corpora(tmp_path / "kept")

    assert corpus.sentence_view(1).text == "Another one."


def test_that_what_cannot_be_deleted_is_counted(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "unlink", refuse)

    assert clear_cached_corpora(kept).left == 2
