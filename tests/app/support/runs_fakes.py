"""Kept runs that are on no disk."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from engine import (
    CorpusConfig,
    DiskUse,
    EmptiedTrash,
    EpochModel,
    Event,
    RunCurve,
    RunError,
    RunInfo,
)
from tests.engine.support.run_infos import CORPUS_CONFIG, run_info


def run_curve(run: RunInfo, *losses: float) -> RunCurve:
    """Return the curve of a run that was evaluated before, and after each epoch."""
    losses = losses or (9.0, 6.0, 5.2, 5.3)
    count = len(losses)
    return RunCurve(
        run_id=run.run_id,
        name=run.name,
        steps=tuple(400.0 * n for n in range(count)),
        epochs=tuple(map(float, range(count))),
        elapsed_s=tuple(20.0 * n for n in range(count)),
        losses=losses,
        training_losses=tuple(loss - 0.1 for loss in losses),
        words_per_epoch=1000,
    )


def no_events(*_args: Any, **_kwargs: Any) -> Iterator[Event]:
    return iter(())


@dataclass
class FakeRuns:
    """A store that remembers what was asked of it."""

    train: Any = no_events
    resume: Any = no_events
    runs: list[RunInfo] = field(default_factory=list)
    trash: list[RunInfo] = field(default_factory=list)
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    epochs: dict[str, tuple[EpochModel, ...]] = field(default_factory=dict)
    epoch_model: Any = None  # makes the model of an epoch
    error: str = ""  # of the next change
    curve_of: dict[str, RunCurve] = field(default_factory=dict)
    kept_sentences: dict[str, Any] = field(default_factory=dict)
    model: Any = field(default_factory=lambda: SimpleNamespace(step=1200, description="A network."))

    def new_run_id(self) -> str:
        return "20250902-150000-abcdef"

    def list(self, *, in_trash: bool = False) -> tuple[RunInfo, ...]:
        return tuple(self.trash if in_trash else self.runs)

    def info(self, run_id: str) -> RunInfo:
        found = (run for run in self.runs if run.run_id == run_id)
        return next(found, run_info(run_id=run_id))

    def find_interrupted(self) -> tuple[RunInfo, ...]:
        return tuple(run for run in self.runs if run.state == "interrupted")

    def dismiss(self, run_id: str) -> None:
        self._change("dismiss", run_id, state="stopped")

    def corpus_config(self, run_id: str) -> CorpusConfig:
        self.calls.append(("corpus_config", run_id))
        return CORPUS_CONFIG

    def rename(self, run_id: str, name: str) -> None:
        self._change("rename", run_id, name=name)

    def set_note(self, run_id: str, note: str) -> None:
        self._change("set_note", run_id, note=note)

    def set_tags(self, run_id: str, tags: Any) -> None:
        self._change("set_tags", run_id, tags=tuple(tag.strip() for tag in tags))

    def curves(self, run_ids: Any) -> tuple[RunCurve, ...]:
        self._fail()
        return tuple(self.curve_of.get(each, run_curve(self.info(each))) for each in run_ids)

    def disk_use(self) -> DiskUse:
        runs, trash = len(self.runs), len(self.trash)
        return DiskUse(
            runs=runs, runs_bytes=1000 * runs, trash=trash, trash_bytes=2_000_000 * trash
        )

    def empty_trash(self) -> EmptiedTrash:
        self._fail()
        emptied = EmptiedTrash(count=len(self.trash), size=2_000_000 * len(self.trash), left=0)
        self.trash = []
        return emptied

    def duplicate(self, run_id: str, name: str = "") -> RunInfo:
        copy = dataclasses.replace(
            self.info(run_id), run_id="20250902-160000-000009", name=f"Copy of {run_id[-1]}"
        )
        self.runs.insert(0, copy)
        return copy

    def keep_sentences(self, run_id: str, sentences: Any) -> None:
        self.kept_sentences[run_id] = sentences

    def sentences(self, run_id: str) -> dict[str, object]:
        return self.kept_sentences.get(run_id, {})

    def open_model(self, run_id: str, which: Any = "last") -> Any:
        self._fail()
        self.calls.append(("open_model", run_id, which))
        return self.model

    def epoch_models(self, run_id: str) -> tuple[EpochModel, ...]:
        return self.epochs.get(run_id, ())

    def open_epoch(self, run_id: str, epoch: float) -> Any:
        self._fail()
        self.calls.append(("open_epoch", run_id, epoch))
        return self.epoch_model(epoch)

    def delete(self, run_id: str) -> Path:
        self._fail()
        self.calls.append(("delete", run_id))
        self.trash += [run for run in self.runs if run.run_id == run_id]
        self.runs = [run for run in self.runs if run.run_id != run_id]
        return Path("trash") / run_id

    def restore(self, run_id: str) -> RunInfo:
        run = next(run for run in self.trash if run.run_id == run_id)
        self.trash.remove(run)
        self.runs.append(run)
        return run

    def _change(self, what: str, run_id: str, **changes: Any) -> None:
        self._fail()
        self.calls.append((what, run_id, *changes.values()))
        self.runs = [
            dataclasses.replace(run, **changes) if run.run_id == run_id else run
            for run in self.runs
        ]

    def _fail(self) -> None:
        if self.error:
            error, self.error = self.error, ""
            raise RunError(error)


@dataclass
class FakeRunsDialogs:
    """What the person says about runs."""

    discards: bool = True
    more_epochs: int | None = 5
    empties: bool = True
    asked: list[str] = field(default_factory=list)

    def ask_discard(self, name: str) -> bool:
        self.asked.append(name)
        return self.discards

    def ask_empty_trash(self, count: int, size: int) -> bool:
        self.asked.append(f"empty {count}: {size}")
        return self.empties

    def ask_more_epochs(self, name: str, epochs: int) -> int | None:
        self.asked.append(f"{name}: {epochs}")
        return self.more_epochs
