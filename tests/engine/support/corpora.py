"""Files of texts, and the corpora prepared from them."""

import csv
from pathlib import Path
from typing import Any

from engine.config import CorpusConfig
from engine.control import RunControl
from engine.corpus.build import build_corpus
from engine.corpus.corpus import Corpus, CorpusReady
from engine.events import Event


def write_rows(path: Path, texts: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["text"], *([text] for text in texts)])
    return path


def prepare(path: Path, **config: object) -> tuple[Corpus, list[Event]]:
    """Prepare a small text, all of whose words are known unless `config` says otherwise."""
    values: dict[str, Any] = {"min_count": 1, **config}
    events = list(build_corpus(CorpusConfig(path=path, **values), RunControl()))
    ready = events[-1]
    assert isinstance(ready, CorpusReady)
    return ready.corpus, events
