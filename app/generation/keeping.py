"""The drawn sentences of each run, kept with it, and what was typed and compared.

Everything is written as plain JSON values; what cannot be read again is left out.
"""

import logging
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Slot

from app.generation.records import Batch, ModelScore
from app.generation.tab import GenerationTab
from app.jobs import Runs
from app.session import Session
from engine import (
    ConfigError,
    EngineError,
    SampleConfig,
    SentenceGenerated,
    SentenceScore,
    WordScore,
)

logger = logging.getLogger(__name__)

MOST_KEPT = 500  # sentences of a run, the newest
Pairs = Sequence[tuple[Batch, SentenceGenerated]]
RecordT = TypeVar("RecordT")


class SentenceKeeper(QObject):
    """Keep the sentences in the list with the run that they were drawn from."""

    def __init__(
        self, tab: GenerationTab, session: Session, runs: Runs, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._panel, self._session, self._runs = tab.generate_panel, session, runs
        self._run_id = ""  # whose sentences are in the list
        self._is_changed = False
        self._panel.records_changed.connect(self._on_records_changed)

    @property
    def unkept(self) -> dict[str, object]:
        """What is in the list and belongs to no run."""
        return {} if self._run_id else sentences_to_json(self._panel.records())

    def save(self) -> None:
        """Write the list to its run, if it changed."""
        if not self._is_changed or not self._run_id:
            return
        self._is_changed = False
        try:
            self._runs.keep_sentences(self._run_id, sentences_to_json(self._panel.records()))
        except (EngineError, ValueError) as error:
            logger.warning("The sentences of a run could not be kept: %s", error)

    def switch(self, run_id: str, sentences: dict[str, object]) -> None:
        """Show the sentences of another run, after those that are shown were kept."""
        if run_id and run_id == self._run_id:
            return
        self.save()
        self._panel.show_records(sentences_from_json(sentences))
        self._run_id, self._is_changed = run_id, False

    @Slot()
    def _on_records_changed(self) -> None:
        run = self._session.run
        self._run_id = "" if run is None else run.run_id
        self._is_changed = True


def sentences_to_json(records: Pairs) -> dict[str, object]:
    """Return the newest of the sentences, each batch once."""
    batches: list[dict[str, object]] = []
    last: Batch | None = None
    for batch, sentence in records[-MOST_KEPT:]:
        if not math.isfinite(sentence.log_probability):
            continue
        if batch is not last:
            last = batch
            kept = {"model": batch.model, "seed": batch.seed, "done": batch.done}
            batches.append({"config": batch.config.to_json(), **kept, "sentences": []})
        drawn = batches[-1]["sentences"]
        if isinstance(drawn, list):
            drawn.append(asdict(sentence))
    return {"batches": batches}


def sentences_from_json(values: dict[str, object]) -> list[tuple[Batch, SentenceGenerated]]:
    """Return what `sentences_to_json` wrote."""
    pairs: list[tuple[Batch, SentenceGenerated]] = []
    batches = values.get("batches")
    for each in batches if isinstance(batches, list) else ():
        try:
            batch = Batch(
                config=SampleConfig.from_json(each["config"]),
                model=str(each["model"]),
                seed=each["seed"],
                done=int(each["done"]),
                state="ended",
            )
            pairs += [(batch, read_sentence(sentence)) for sentence in each["sentences"]]
        except (ConfigError, KeyError, TypeError, ValueError) as error:
            logger.warning("A batch of kept sentences was left out: %s", error)
    return pairs


def read_sentence(values: dict[str, Any]) -> SentenceGenerated:
    """Return one sentence from its JSON values."""
    return _record(SentenceGenerated, values | {"words": tuple(map(str, values["words"]))})


def scores_to_json(scores: Iterable[ModelScore]) -> list[dict[str, object]]:
    """Return the compared sentences as plain values; JSON may write inf in a file of ours."""
    return [asdict(score) for score in scores]


def scores_from_json(values: object) -> list[ModelScore]:
    """Return what `scores_to_json` wrote."""
    found: list[ModelScore] = []
    for each in values if isinstance(values, list) else ():
        try:
            score = dict(each["score"])
            words = tuple(_record(WordScore, dict(word)) for word in score["words"])
            names = tuple(map(str, score["unknown_words"]))
            read = _record(SentenceScore, score | {"words": words, "unknown_words": names})
            found.append(_record(ModelScore, dict(each) | {"score": read}))
        except (KeyError, TypeError, ValueError) as error:
            logger.warning("A compared sentence was left out: %s", error)
    return found


def _record(kind: type[RecordT], values: dict[str, Any]) -> RecordT:
    """Make a record of what it knows; a newer version may have written more."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: value for name, value in values.items() if name in names})
