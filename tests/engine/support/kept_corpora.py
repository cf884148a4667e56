"""Texts that are prepared with a cache, and what the cache has of them."""

import csv
from pathlib import Path
from typing import Any

import numpy as np

from engine.config import CorpusConfig
from engine.control import Notice, StageProgress
from engine.corpus.corpus import Corpus
from engine.events import Event
from tests.engine.support.corpora import prepared

TEXTS = [
    "B a b. It's “here”!",
    "C b a.\n\nD.",
    "B a b. It's “here”!",
    "Ünïcode 🙂 words, you know.",
]


def write_rows(path: Path, texts: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [["id", "text"], *([number, text] for number, text in enumerate(texts)), ["short"]]
        csv.writer(file).writerows(rows)
    return path


def prepare(path: Path, cache: Path | None, **options: Any) -> tuple[Corpus, list[Event]]:
    return prepared(CorpusConfig(path=path, **options), cache)


def was_prepared(events: list[Event]) -> bool:
    stages = {event.stage for event in events if isinstance(event, StageProgress)}
    return "Splitting into sentences and words" in stages


def notices(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Notice)]


def kept_files(cache: Path) -> list[Path]:
    return sorted(cache.iterdir())


def assert_same(one: Corpus, other: Corpus) -> None:
    assert one.summary == other.summary
    assert one.vocabulary == other.vocabulary
    assert one.problems == other.problems
    assert one.word_frequencies() == other.word_frequencies()
    for mine, yours in ((one.training, other.training), (one.validation, other.validation)):
        assert np.array_equal(mine.ids, yours.ids)
        assert mine.ids.dtype == yours.ids.dtype == np.int32
        assert np.array_equal(mine.offsets, yours.offsets)
    for index in range(len(one)):
        assert one.sentence_view(index) == other.sentence_view(index)
