"""The drawn sentences of each run, kept with it, and what was typed and compared.

Everything is written as plain JSON values; what cannot be read again is left out.
"""

import logging
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar

from PySide6.QtCore import Slot

from app.generation.records import Batch, ModelScore, key_of
from app.generation.tab import GenerationTab
from app.tasks.controller import Controller, Surroundings
from engine import (
    ConfigError,
    EngineError,
    SampleConfig,
    ScoredPart,
    SentenceGenerated,
    SentenceScore,
    WordScore,
)

logger = logging.getLogger(__name__)

MOST_KEPT = 2000  # sentences of a run, the newest
Pairs = Sequence[tuple[Batch, SentenceGenerated]]
Records = list[tuple[Batch, SentenceGenerated]]
RecordT = TypeVar("RecordT")


class SentenceKeeper(Controller):
    """Keep the sentences in the list with the run that they were drawn from."""

    def __init__(self, tab: GenerationTab, around: Surroundings) -> None:
        super().__init__(around)
        self._panel = tab.generate_panel
        self._run_id = ""  # whose sentences are in the list
        self._is_changed = False
        self._panel.records_changed.connect(self._on_records_changed)
        self._session.run_changed.connect(self._on_run_changed)

    @property
    def unkept(self) -> dict[str, object]:
        """What is in the list and belongs to no run."""
        return {} if self._run_id else self._values()

    def save(self) -> None:
        """Write the list to its run, if it changed."""
        if not self._is_changed or not self._run_id:
            return
        self._is_changed = False
        try:
            self._jobs.runs.keep_sentences(self._run_id, self._values())
        except (EngineError, ValueError) as error:
            logger.warning("The sentences of a run could not be kept: %s", error)

    def switch(self, run_id: str, sentences: dict[str, object]) -> None:
        """Show the sentences of another run, after those that are shown were kept."""
        if run_id and run_id == self._run_id:
            return
        self.save()
        self._panel.show_records(*sentences_from_json(sentences))
        self._run_id, self._is_changed = run_id, False

    def _values(self) -> dict[str, object]:
        return sentences_to_json(self._panel.sentences.records(), self._panel.sentences.favourites)

    @Slot()
    def _on_records_changed(self) -> None:
        run = self._session.run
        self._run_id = "" if run is None else run.run_id
        self._is_changed = True

    @Slot(object)
    def _on_run_changed(self, run: object) -> None:
        """Take the sentences of a run that is let go of away: they come back when it is opened."""
        if run is None and self._run_id:
            self.switch("", {})


def sentences_to_json(records: Pairs, favourites: Collection[str] = ()) -> dict[str, object]:
    """Return the newest of the sentences and all that are marked, each batch once."""
    first = max(0, len(records) - MOST_KEPT)
    records = [
        pair
        for place, pair in enumerate(records)
        if place >= first or key_of(pair[1]) in favourites
    ]
    batches: list[dict[str, object]] = []
    names = [field.name for field in fields(SentenceGenerated)]
    last: Batch | None = None
    settings: tuple[SampleConfig, dict[str, Any]] | None = None  # of a whole batch, as a rule
    for batch, sentence in records:
        if not math.isfinite(sentence.log_probability):
            continue
        if batch is not last:
            last = batch
            kept = {
                "model": batch.model,
                "origin": batch.origin,
                "seed": batch.seed,
                "done": batch.done,
                "state": batch.state,
            }
            batches.append({"config": batch.config.to_json(), **kept, "sentences": []})
        drawn = batches[-1]["sentences"]
        if isinstance(drawn, list):
            if settings is None or settings[0] is not sentence.settings:
                settings = sentence.settings, sentence.settings.to_json()
            values = {name: getattr(sentence, name) for name in names}
            marks = {"settings": settings[1], "is_favourite": key_of(sentence) in favourites}
            drawn.append(values | marks)
    return {"batches": batches}


def sentences_from_json(values: dict[str, object]) -> tuple[Records, set[str]]:
    """Return what `sentences_to_json` wrote: the sentences, and the keys of those marked."""
    pairs: Records = []
    favourites: set[str] = set()
    batches = values.get("batches")
    for each in batches if isinstance(batches, list) else ():
        try:
            batch = Batch(
                config=SampleConfig.from_json(each["config"]),
                model=str(each["model"]),
                origin=str(each.get("origin", "")),
                seed=each["seed"],
                done=int(each["done"]),
                state="ended" if each.get("state") == "ended" else "stopped",
            )
            former, settings = None, SampleConfig()  # those of one sentence are those of the next
            for sentence in each["sentences"]:
                stored = sentence.get("settings", {})
                if stored != former:
                    former, settings = stored, SampleConfig.from_json(stored)
                words = tuple(map(str, sentence["words"]))
                told = sentence | {"words": words, "settings": settings}
                pairs.append((batch, _record(SentenceGenerated, told)))
                if sentence.get("is_favourite") is True:
                    favourites.add(key_of(pairs[-1][1]))
        except (ConfigError, KeyError, TypeError, ValueError) as error:
            logger.warning("A batch of kept sentences was left out: %s", error)
    return pairs, favourites


def scores_to_json(scores: Iterable[ModelScore]) -> list[dict[str, object]]:
    """Return the compared sentences as plain values; JSON may write inf in a file of ours."""
    kept = []
    for each in scores:
        # what was expected at each word is as long as all the rest, and asked for anew in a moment
        words = tuple(replace(word, expected=()) for word in each.score.words)
        kept.append(asdict(replace(each, score=replace(each.score, words=words))))
    return kept


def scores_from_json(values: object) -> list[ModelScore]:
    """Return what `scores_to_json` wrote."""
    found: list[ModelScore] = []
    for each in values if isinstance(values, list) else ():
        try:
            score = dict(each["score"])
            words = tuple(_record(WordScore, dict(word)) for word in score["words"])
            names = tuple(map(str, score["unknown_words"]))
            parts = tuple(_record(ScoredPart, dict(part)) for part in score["parts"])
            told = {"words": words, "parts": parts, "unknown_words": names}
            read = _record(SentenceScore, score | told)
            found.append(_record(ModelScore, dict(each) | {"score": read}))
        except (KeyError, TypeError, ValueError) as error:
            logger.warning("A compared sentence was left out: %s", error)
    return found


def _record(kind: type[RecordT], values: dict[str, Any]) -> RecordT:
    """Make a record of what it knows; a newer version may have written more."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: value for name, value in values.items() if name in names})
