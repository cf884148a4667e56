"""Files of texts, and the corpora prepared from them."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine.config import CorpusConfig
from engine.control import RunControl
from engine.corpus.build import build_corpus
from engine.corpus.corpus import Corpus, CorpusReady
from engine.events import Event
from engine.tokenization.sentences import SentenceSplitter, SplitterLearner


def write_rows(path: Path, texts: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["text"], *([text] for text in texts)])
    return path


def prepared(config: CorpusConfig, cache_folder: Path | None = None) -> tuple[Corpus, list[Event]]:
    """Return the corpus that `config` makes, and all that was told meanwhile."""
    events: list[Event] = list(build_corpus(config, RunControl(), cache_folder=cache_folder))
    ready = events[-1]
    assert isinstance(ready, CorpusReady)
    return ready.corpus, events


def corpus_of(config: CorpusConfig, cache_folder: Path | None = None) -> Corpus:
    """Return the corpus that `config` makes."""
    return prepared(config, cache_folder)[0]


def prepare(path: Path, **config: object) -> tuple[Corpus, list[Event]]:
    """Prepare a small text, all of whose words are known unless `config` says otherwise."""
    values: dict[str, Any] = {"min_count": 1, **config}
    return prepared(CorpusConfig(path=path, **values))


def splitter_for(texts: Iterable[str]) -> SentenceSplitter:
    """Return the installed splitter, or one learned from the beginning of `texts`."""
    learner = SplitterLearner()
    for text in texts:
        learner.learn(text)
    learned = SentenceSplitter(learner.parameters(), learner.description)
    return SentenceSplitter.installed() or learned
