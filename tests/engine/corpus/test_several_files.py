"""A corpus of several files: its sentences know where they came from, also out of the cache."""

from pathlib import Path
from typing import Any

import pytest

from engine.config import CorpusConfig
from engine.control import Notice, StageProgress
from engine.corpus.build import build_corpus
from engine.corpus.corpus import Corpus, CorpusReady
from engine.errors import CorpusError
from tests.engine.support.corpora import prepared
from tests.engine.support.runs import StopsAfter

ONE = "id,body\n1,Is it one? It is one.\n2,Third of one.\n"
TWO = "body;n\nErster von zwei, schön.;1\nZweiter von zwei.;2\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "one.csv").write_text(ONE, encoding="utf-8")
    (texts / "two.csv").write_text(TWO, encoding="utf-16")
    return texts


def build(cache: Path | None = None, **settings: Any) -> tuple[Corpus, list[Any]]:
    return prepared(CorpusConfig(processes=1, **settings), cache)


def places(corpus: Corpus) -> list[tuple[str, str, int]]:
    views = [corpus.sentence_view(number) for number in range(len(corpus))]
    return [(view.text, view.file, view.line) for view in views]


PLACES = [
    ("Is it one?", "one.csv", 2),
    ("It is one.", "one.csv", 2),
    ("Third of one.", "one.csv", 3),
    ("Erster von zwei, schön.", "two.csv", 2),
    ("Zweiter von zwei.", "two.csv", 3),
]


def test_that_each_sentence_knows_its_file_and_line(folder: Path) -> None:
    corpus, _ = build(path=folder)

    assert places(corpus) == PLACES
    assert corpus.summary.name == "texts (2 files)"
    assert (corpus.summary.file_count, corpus.summary.documents) == (2, 4)
    assert corpus.summary.encoding == "utf-8, utf-16"


def test_that_a_sentence_of_a_single_file_knows_its_line(folder: Path) -> None:
    corpus, _ = build(path=folder / "one.csv")

    assert places(corpus) == [(text, "", line) for text, _, line in PLACES[:3]]
    assert corpus.summary.name == "one.csv"


def test_that_the_same_comes_out_of_the_cache(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first, _ = build(cache, path=folder, bad_files="skip")

    again, events = build(cache, path=folder, bad_files="skip")

    stages = {event.stage for event in events if isinstance(event, StageProgress)}
    assert "Splitting into sentences and words" not in stages
    assert places(again) == places(first) == PLACES
    assert again.summary == first.summary


@pytest.mark.parametrize("change", ["order", "content", "more"])
def test_that_other_files_are_another_text(folder: Path, tmp_path: Path, change: str) -> None:
    cache = tmp_path / "cache"
    files = [folder / "one.csv", folder / "two.csv"]
    first, _ = build(cache, path=files[0], others=tuple(files[1:]))

    if change == "order":
        files.reverse()
    elif change == "content":
        files[1].write_text(TWO.replace("Erster", "Letzte"), encoding="utf-16")
    else:
        files.append(folder / "three.csv")
        files[2].write_text(ONE, encoding="utf-8")
    second, _ = build(cache, path=files[0], others=tuple(files[1:]))

    assert places(second) != places(first)
    assert second.summary.digest != first.summary.digest


def test_that_a_file_left_out_is_told_each_time(folder: Path, tmp_path: Path) -> None:
    (folder / "empty.csv").write_text("")
    with pytest.raises(CorpusError, match=r"1 of 3 files cannot be used: empty\.csv is empty"):
        build(path=folder)

    for _ in range(2):
        corpus, events = build(tmp_path / "cache", path=folder, bad_files="skip", min_count=1)

        [notice] = [event for event in events if isinstance(event, Notice)]
        assert "1 file of texts (3 files) left out: empty.csv is empty" in notice.text
        assert places(corpus) == PLACES


def test_that_duplicates_of_another_file_are_left_out(folder: Path) -> None:
    (folder / "three.csv").write_text(ONE)

    corpus, _ = build(path=folder, remove_duplicates=True)

    assert corpus.summary.duplicate_documents == 2
    assert places(corpus) == PLACES


@pytest.mark.parametrize("calls", range(1, 8))
def test_that_a_stop_at_any_moment_ends_without_a_corpus(folder: Path, calls: int) -> None:
    config = CorpusConfig(path=folder, processes=1)

    events = list(build_corpus(config, StopsAfter(calls)))

    assert not [event for event in events if isinstance(event, CorpusReady)]


def test_that_settings_with_one_path_are_read_as_before() -> None:
    config = CorpusConfig.from_json({"path": "a.csv", "vocabulary_size": 100})

    assert config.paths == (Path("a.csv"),)
    assert config.bad_files == "stop"


def test_that_several_paths_come_back_from_json() -> None:
    config = CorpusConfig(path=Path("a.csv"), others=(Path("b.csv"), Path("c")), bad_files="skip")

    assert CorpusConfig.from_json(config.to_json()) == config
    assert config.at([Path("x"), Path("y")]).paths == (Path("x"), Path("y"))
