"""Write what belongs to one run into its folder, in a thread, whatever the disk does.

When to write is decided by `engine.runs.recorder`. A failed write is told once, as news, and
tried again with the next one; nothing here raises into the training.
"""

import contextlib
import os
import queue
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from engine.control import Notice
from engine.errors import EngineError
from engine.events import Event
from engine.files.atomic import explain_os_error
from engine.language_model.checkpoint import model_to_bytes
from engine.language_model.history import BY_HAND
from engine.language_model.model import LanguageModel
from engine.runs.folder import (
    FULL,
    MOST_EPOCH_MODELS_BYTES,
    RunFolder,
    epoch_model,
    list_epoch_models,
    outdated,
)
from engine.runs.lock import HEARTBEAT_S, RunLock
from engine.training.events import CheckpointSaved
from engine.training.state import TrainingState, state_to_bytes

Outcome = TypeVar("Outcome")

_LONG_S = 60.0  # then a save that does not come to its end is told
_END_S = 60.0  # that the last save may take


class BackgroundWriter:
    """A thread with a queue of jobs.

    Parameters
    ----------
    beat : callable
        Called while there is nothing to do, every `beat_s` seconds.
    beat_s : float
    """

    def __init__(self, beat: Callable[[], None], beat_s: float) -> None:
        self._beat, self._beat_s = beat, beat_s
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._ended = threading.Event()
        # A disk that hangs for ever must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name="run-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], None]) -> None:
        """Let `job` run after those before it; it must keep its errors to itself."""
        self._jobs.put(job)

    def finish(self, timeout_s: float) -> bool:
        """Wait for all jobs and end the thread; tell whether it came to its end."""
        self._jobs.put(None)
        # not `join`: a Ctrl+C within it marks a thread that still writes as ended (Python < 3.13)
        if not self._ended.wait(timeout_s):
            return False
        self._thread.join()
        return True

    def _run(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=self._beat_s)
            except queue.Empty:
                job = self._beat
            if job is None:
                self._ended.set()
                return
            job()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What one save writes; None is left as it is."""

    state: TrainingState | None = None
    best: LanguageModel | None = None
    last: LanguageModel | None = None
    status: Mapping[str, Any]


class RunWriter:
    """The hands of a run on its folder.

    Parameters
    ----------
    folder : RunFolder
    description : dict
        The content of ``run.json``.
    name : str
        The run's name at first, "" for none.
    lock : RunLock or None
        Already held, when a run is resumed.

    Attributes
    ----------
    last_save_s : float
        What the last save took, in the thread.
    is_busy : bool
        Whether a save is under way.
    best : LanguageModel or None
        Set by the caller when there is a better one.
    """

    def __init__(
        self, folder: RunFolder, description: Mapping[str, Any], name: str, lock: RunLock | None
    ) -> None:
        self._folder, self._description, self._name, self._lock = folder, description, name, lock
        self._log = -1  # descriptor of the event log
        self._news: deque[Event] = deque()
        self._failure = ""
        self._began_s = 0.0
        self._is_slow_told = self._is_full_told = False
        self.last_save_s = 0.0
        self.has_failed = self.is_busy = False
        self.best: LanguageModel | None = None
        self._saved_best: LanguageModel | None = None
        self._writer = BackgroundWriter(self._beat, HEARTBEAT_S)
        self._writer.submit(self._begin)

    @property
    def unsaved_best(self) -> LanguageModel | None:
        """The best model, until it is on the disk."""
        return None if self.best is self._saved_best else self.best

    def log(self, lines: str) -> None:
        """Add lines to the event log."""
        self._writer.submit(lambda: self._append(lines.encode()))

    def save(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint; the outcome is in the news later."""
        self.is_busy, self._began_s = True, time.monotonic()
        self._is_slow_told = False
        self._writer.submit(lambda: self._save(checkpoint))

    def keep_epoch(self, model: LanguageModel, loss: float) -> None:
        """Keep the model of an epoch with its evaluated loss, to look back at."""
        self._writer.submit(lambda: self._keep_epoch(model, loss))

    def news(self) -> list[Event]:
        """Return what became of the saves since the last call."""
        if self.is_busy and not self._is_slow_told:
            waited_s = time.monotonic() - self._began_s
            if waited_s > _LONG_S:
                self._is_slow_told = True
                self._news.append(Notice(text=_slow_text(self._folder, waited_s)))
        news: list[Event] = []
        while self._news:
            news.append(self._news.popleft())
        return news

    def finish(self) -> list[Event]:
        """Wait for what is left to be written, let go of the run and return the last news."""
        is_done = self._writer.finish(_END_S)
        if not is_done:
            self._news.append(Notice(text=_slow_text(self._folder, _END_S)))
        else:
            self._close_log()
            if self._lock is not None:
                self._lock.release()
        return self.news()

    # In the thread.

    def _begin(self) -> None:
        try:
            self._ensure()
        except OSError as error:
            self._fail(error)

    def _ensure(self) -> None:
        """Make the folder and what must be in it, also if it was taken away meanwhile."""
        if self._lock is not None and self._folder.description_path.exists():
            return
        self._folder.make(self._description, self._name)
        self._close_log()
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        self._lock = RunLock(self._folder.lock_path)

    def _save(self, checkpoint: Checkpoint) -> None:
        began_s = time.monotonic()
        tries = 1 if checkpoint.last is None else 2  # no save comes after the last one
        while tries:
            tries = 0 if self._try_to_save(checkpoint) else tries - 1
        self.last_save_s = time.monotonic() - began_s
        self.is_busy = False

    def _try_to_save(self, checkpoint: Checkpoint) -> bool:
        folder = self._folder
        try:
            self._ensure()
            if checkpoint.state is not None:
                folder.write(folder.state_path, state_to_bytes(checkpoint.state))
            if checkpoint.best is not None:
                folder.write(folder.best_path, model_to_bytes(checkpoint.best))
            if checkpoint.last is not None:
                folder.write(folder.last_path, model_to_bytes(checkpoint.last))
            folder.write_json(folder.status_path, checkpoint.status)
        except (OSError, EngineError, ValueError) as error:
            self._fail(error)
        else:
            self._succeed(checkpoint)
            return True
        return False

    def _tell_full(self) -> None:
        """Say once that models of epochs are not kept any more."""
        if not self._is_full_told:
            self._is_full_told = True
            self._news.append(Notice(text=_full_text(self._folder)))

    def _keep_epoch(self, model: LanguageModel, loss: float) -> None:
        place = self._folder.path
        try:
            self._ensure()
            data = model_to_bytes(model)
            if len(data) > MOST_EPOCH_MODELS_BYTES:
                return
            if not self._has_room(len(data)):
                self._tell_full()
                return
            new = epoch_model(place, model.epoch, loss)
            self._folder.write(new.path, data)
            for each in outdated(list_epoch_models(place), new, len(data)):
                each.path.unlink(missing_ok=True)
        except OSError as error:
            if error.errno not in FULL:
                self._fail(error)
            elif not self._failure:  # the run itself may still find room
                self._tell_full()
        except (EngineError, ValueError) as error:
            self._fail(error)

    def _has_room(self, size: int) -> bool:
        """Whether so many bytes leave room for the next save, which writes before it deletes."""
        folder = self._folder
        saved = (folder.state_path, folder.best_path, folder.last_path)
        needed = sum(path.stat().st_size for path in saved if path.exists())
        return shutil.disk_usage(folder.path).free >= size + needed

    def _succeed(self, checkpoint: Checkpoint) -> None:
        if checkpoint.best is not None:
            self._saved_best = checkpoint.best
        if self._failure:
            text = f"Saving works again: {self._folder.path}."
            self._news.append(Notice(text=text, severity="info"))
        self._failure, self.has_failed = "", False
        if self._folder.has_given_way:
            self._tell_full()
        if checkpoint.state is not None:
            step = checkpoint.state.progress.step
            self._news.append(CheckpointSaved(path=self._folder.state_path, step=step))

    def _append(self, lines: bytes) -> None:
        try:
            if self._log < 0:
                self._ensure()
                self._log = self._folder.open_events()
            os.write(self._log, lines)
            self._beat()
        except OSError as error:
            self._close_log()
            self._fail(error)

    def _fail(self, error: OSError | EngineError | ValueError) -> None:
        """Tell once, not at every try, of the disk or of numbers that are not finite."""
        reason = explain_os_error(error) if isinstance(error, OSError) else str(error).rstrip(".")
        self.has_failed = True
        if reason != self._failure:
            self._failure = reason
            self._news.append(
                Notice(
                    text=f"The run could not be saved in {self._folder.path}, because {reason}. "
                    "Training goes on and saving is tried again; what was saved before is intact."
                )
            )

    def _beat(self) -> None:
        if self._lock is not None:
            with contextlib.suppress(OSError):  # the next save tells what is wrong
                self._lock.beat()

    def _close_log(self) -> None:
        if self._log >= 0:
            with contextlib.suppress(OSError):
                os.close(self._log)
            self._log = -1


def status_of(state: TrainingState, end: str, message: str, saved: datetime) -> dict[str, Any]:
    """Return the content of ``status.json``."""
    trained = [done for done in state.history.evaluations if done.step > 0]
    last = trained[-1] if trained else None
    return {
        "state": end,
        "message": message,
        "step": state.progress.step,
        "epoch": state.epochs_done,
        "elapsed_s": state.progress.elapsed_s,
        "training_loss": None if last is None else last.training_loss,
        "validation_loss": None if last is None else last.validation_loss,
        "best_loss": None if last is None else state.progress.best_loss,
        "rates_by_hand": sum(each.reason == BY_HAND for each in state.history.halvings),
        "saved": saved.isoformat(timespec="seconds"),
        "curve": state.history.outline(),
    }


def _full_text(folder: RunFolder) -> str:
    return (
        f"The disk of {folder.path} is nearly full: models of earlier epochs are given up for the "
        "run itself. Free some space to keep them."
    )


def _slow_text(folder: RunFolder, waited_s: float) -> str:
    return (
        f"Saving in {folder.path} has taken {waited_s:.0f} seconds and is not done: the disk or "
        "the network drive may hang. Save the model to another place as well."
    )
