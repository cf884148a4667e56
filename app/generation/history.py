"""The sentences written so far, kept in a file of their own beside the settings.

One line of JSON a batch, its sentences in it. A line that cannot be used costs that batch alone.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, get_args

from app.generation.records import Batch, BatchState
from engine import ConfigError, ExportError, SampleConfig, SentenceGenerated, export_file

logger = logging.getLogger(__name__)

FILE_NAME = "sentences.jsonl"
_MOST = 2000  # sentences that are kept beside the favourites, the newest

Record = tuple[Batch, SentenceGenerated]


def key_of(sentence: SentenceGenerated) -> str:
    """Return what tells a sentence from others, from one start of the program to the next."""
    return f"{sentence.seed}/{sentence.number}/{sentence.text}"


class SentenceHistory:
    """Keep batches of sentences, and which of them are favourites.

    Parameters
    ----------
    folder : Path
        Where the file is.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def load(self) -> tuple[list[Record], set[str]]:
        """Return the records, the oldest first, and the keys of the favourites."""
        try:
            lines = self._path.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return [], set()
        except (OSError, UnicodeDecodeError) as error:
            logger.warning("The sentences written before could not be read: %s", error)
            return [], set()
        records: list[Record] = []
        favourites: set[str] = set()
        for number, line in enumerate(lines, start=1):
            try:
                values = json.loads(line)
                batch = _batch(values)
                sentences = [_sentence(each) for each in values["sentences"]]
            except (ValueError, KeyError, TypeError, ConfigError) as error:
                logger.warning("Line %d of %s was left out: %s", number, FILE_NAME, error)
                continue
            records += [(batch, sentence) for sentence in sentences]
            favourites |= {
                key_of(sentence)
                for sentence, each in zip(sentences, values["sentences"], strict=True)
                if each.get("is_favourite") is True
            }
        return records, favourites

    def save(self, records: Sequence[Record], favourites: Iterable[str]) -> None:
        """Write the newest records and all favourites; a disk that cannot be written is logged."""
        starred = set(favourites)
        first = max(0, len(records) - _MOST)
        kept = [
            record
            for place, record in enumerate(records)
            if place >= first or key_of(record[1]) in starred
        ]
        lines = []
        for batch, sentences in _by_batch(kept):
            values = _batch_values(batch)
            values["sentences"] = [
                _sentence_values(each, is_favourite=key_of(each) in starred) for each in sentences
            ]
            lines.append(json.dumps(values) + "\n")
        try:
            if not self._path.exists():
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._path.touch(mode=0o600)  # it holds words of the text: for its owner alone
            export_file(self._path, "".join(lines).encode("ascii"), "The sentences")
        except (ExportError, OSError) as error:
            logger.warning("The sentences could not be kept for the next start: %s", error)


def _by_batch(records: Sequence[Record]) -> list[tuple[Batch, list[SentenceGenerated]]]:
    batches: list[tuple[Batch, list[SentenceGenerated]]] = []
    for batch, sentence in records:
        if not batches or batches[-1][0] is not batch:
            batches.append((batch, []))
        batches[-1][1].append(sentence)
    return batches


def _batch_values(batch: Batch) -> dict[str, Any]:
    return {
        "config": batch.config.to_json(),
        "model": batch.model,
        "origin": batch.origin,
        "seed": batch.seed,
        "done": batch.done,
        "state": batch.state,
    }


def _sentence_values(sentence: SentenceGenerated, *, is_favourite: bool) -> dict[str, Any]:
    return {
        "number": sentence.number,
        "text": sentence.text,
        "words": sentence.words,
        "log_probability": sentence.log_probability,
        "is_cut": sentence.is_cut,
        "is_readable": sentence.is_readable,
        "seed": sentence.seed,
        "started_with": sentence.started_with,
        "start_log_probability": sentence.start_log_probability,
        "settings": sentence.settings.to_json(),
        "is_favourite": is_favourite,
    }


def _batch(values: Any) -> Batch:
    state: BatchState = values["state"]
    if state not in get_args(BatchState):
        raise ValueError(f"a batch cannot be {state!r}")
    return Batch(
        config=SampleConfig.from_json(values["config"]),
        model=str(values["model"]),
        origin=str(values["origin"]),
        seed=None if values["seed"] is None else int(values["seed"]),
        done=int(values["done"]),
        state="stopped" if state == "running" else state,
    )


def _sentence(values: Any) -> SentenceGenerated:
    return SentenceGenerated(
        number=int(values["number"]),
        text=str(values["text"]),
        words=tuple(str(word) for word in values["words"]),
        log_probability=float(values["log_probability"]),
        is_cut=values["is_cut"] is True,
        is_readable=values.get("is_readable") is not False,
        seed=int(values["seed"]),
        started_with=int(values["started_with"]),
        start_log_probability=float(values["start_log_probability"]),
        settings=SampleConfig.from_json(values["settings"]),
    )
