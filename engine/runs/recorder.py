"""Train and keep: the events of a run, while its folder is written beside it.

This module decides when to save. The first state is saved before anything is evaluated, so that
a run can go on whenever its process ends. At most `_AUTOSAVE_S` seconds of training and the save
under way are at risk; a save waits 50 times as long as the last one took, so that
saving costs at most 2 % of the time, but never longer than that. A run that is resumed goes
on exactly where its last checkpoint was taken.
"""

import json
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.config import TrainConfig
from engine.control import RunControl, StageProgress, Ticker
from engine.corpus.training_text import TrainingText
from engine.errors import ConfigError, DivergedError, EngineError, RankLostError, RunError
from engine.events import Event, event_to_json
from engine.language_model.history import EpochDone, LossPoint, RateHalved
from engine.language_model.model import LanguageModel
from engine.runs.folder import RunFolder, cannot, is_worth_keeping
from engine.runs.info import RunInfo, end_of, read_info
from engine.runs.lock import RunLock
from engine.runs.writer import Checkpoint, RunWriter, status_of
from engine.training.distributed.ranks import Ranks
from engine.training.events import RunEnded, SnapshotPublished, TrainingStarted
from engine.training.schedule import has_converged
from engine.training.state import TrainingState, load_state, with_settings
from engine.training.trainer import Trainer
from engine.wording import counted

_AUTOSAVE_S = 25.0
_PAUSE_SHARE = 50.0  # of the last save's duration
_RETRY_S = 10.0  # after a failure
_LOGGED_POINT_S = 1.0  # between two points of the curve in the event log


class RunRecorder:
    """One training run with its folder.

    Parameters
    ----------
    trainer : Trainer
        New or resumed.
    folder : RunFolder
    description : dict
        The content of ``run.json``.
    name : str
        For the user; "" for none.
    lock : RunLock or None
        Already held, when a run is resumed.
    best : LanguageModel or None
        Of a resumed run, to be written again with the first save.
    """

    def __init__(
        self,
        trainer: Trainer,
        folder: RunFolder,
        description: Mapping[str, Any],
        *,
        name: str = "",
        lock: RunLock | None = None,
        best: LanguageModel | None = None,
    ) -> None:
        self._trainer = trainer
        self._writer = RunWriter(folder, description, name, lock)
        self._writer.best = best
        self._status: dict[str, Any] = dict(folder.read_json(folder.status_path))
        self._point_ticker = Ticker(_LOGGED_POINT_S)
        self._saved_s = time.monotonic()
        self._capture_s = 0.0
        self._wants_save = self._is_best_next = False
        self._latest: LanguageModel | None = None
        self._evaluations = 0
        self._evaluated: EpochDone | None = None  # whose model comes next
        recipe = description.get("train_config", {}).get("recipe")
        self._goes_back = recipe == "fast"  # when halving

    def events(self, control: RunControl) -> Iterator[Event]:
        """Yield the trainer's events, CheckpointSaved, and Notice for what went wrong."""
        is_over = False
        try:
            for event in self._trainer.run(control):
                self._follow(event)
                if isinstance(event, RunEnded):
                    is_over = True
                    yield from self._end(event)
                elif isinstance(event, TrainingStarted) or self._is_due(event):
                    self._save("running", "")
                yield event
                yield from self._writer.news()
        except GeneratorExit:  # the caller goes away between two events
            if not is_over:
                self._save("stopped", "The program was closed.", is_last=True)
            raise
        except KeyboardInterrupt:
            self._fail("stopped", "It was aborted.")
            raise
        except DivergedError as error:
            state = self._trainer.state() if self._trainer.can_start_over else None
            self._fail("failed", str(error), state, next_rate=error.next_rate)
            yield from self._writer.finish()
            raise
        except RankLostError as error:  # within a step, which no rank took
            self._fail("stopped", str(error), self._trainer.state())
            raise
        except BaseException as error:
            message = str(error) if isinstance(error, EngineError) else "An unexpected error."
            self._fail("failed", message)
            raise
        finally:
            self._writer.finish()

    def _follow(self, event: Event) -> None:
        """Keep the best model in mind, and the event in the log."""
        if isinstance(event, EpochDone) and not event.is_interim:
            self._is_best_next = self._is_best_next or event.is_best
            self._wants_save = self._wants_save or event.step > 0
            self._evaluations += event.step > 0
            self._evaluated = event if is_worth_keeping(self._evaluations) else None
        elif isinstance(event, RateHalved) and self._goes_back:
            self._evaluated = None  # the next model is the best one again, not the epoch's
        elif isinstance(event, SnapshotPublished):
            self._latest = event.model
            self._keep_epoch(event.model)
            if self._is_best_next and event.step > 0:
                self._writer.best = event.model
            self._is_best_next = False
        is_noise = isinstance(event, StageProgress) or (
            isinstance(event, LossPoint) and not self._point_ticker.is_due()
        )
        values = None if is_noise else event_to_json(event)
        if values is not None:
            self._writer.log(json.dumps(values, allow_nan=False) + "\n")

    def _keep_epoch(self, model: LanguageModel) -> None:
        done, self._evaluated = self._evaluated, None
        if done is not None and done.step == model.step and done.step > 0:
            self._writer.keep_epoch(model, done.deciding_loss)

    def _is_due(self, event: Event) -> bool:
        """Tell whether to save now: after an epoch soon, else after a while."""
        since_s = time.monotonic() - self._saved_s
        if self._writer.is_busy or (isinstance(event, EpochDone) and not event.is_interim):
            return False  # the epoch's model follows directly
        if self._writer.has_failed:
            return since_s >= _RETRY_S
        wait_s = _PAUSE_SHARE * (self._writer.last_save_s + self._capture_s)
        return since_s >= _AUTOSAVE_S or (self._wants_save and since_s >= wait_s)

    def _save(self, end: str, message: str, *, is_last: bool = False) -> None:
        """Copy the state now and let the thread write it."""
        began_s = time.monotonic()
        state = self._trainer.state()
        self._status = status_of(state, end, message, datetime.now().astimezone())
        self._writer.save(
            Checkpoint(
                state=state,
                best=self._writer.unsaved_best,
                last=state.model("last") if is_last else None,
                status=self._status,
            )
        )
        self._saved_s, self._wants_save = time.monotonic(), False
        self._capture_s = self._saved_s - began_s

    def _end(self, ended: RunEnded) -> Generator[Event, None, None]:
        is_whole = ended.reason in ("finished", "converged")
        message = "" if ended.reason in ("finished", "stopped") else f"Ended: {ended.reason}."
        self._save("finished" if is_whole else "stopped", message, is_last=True)
        yield from self._writer.finish()

    def _fail(
        self,
        end: str,
        message: str,
        state: TrainingState | None = None,
        *,
        next_rate: float | None = None,
    ) -> None:
        """Keep the last good models; without a `state` that on the disk, from before, stays."""
        why = {"state": end, "message": message, "next_rate": next_rate}
        if state is not None:
            self._status = status_of(state, end, message, datetime.now().astimezone())
        self._writer.save(
            Checkpoint(
                state=state,
                best=self._writer.unsaved_best,
                last=self._latest,
                status=self._status | why,
            )
        )


def resumed_run(
    folder: RunFolder,
    lock: RunLock,
    corpus: TrainingText,
    *,
    epochs: int | None,
    time_limit_s: float | None,
    learning_rate: float | None,
    ranks: Ranks | None = None,
) -> RunRecorder:
    """Return the run of `folder` with the settings that are not None; see `RunStore.resume`.

    The lock is the run's from then on; it is released if anything is raised.
    """
    changes = {"epochs": epochs, "time_limit_s": time_limit_s, "learning_rate": learning_rate}
    try:
        info = read_info(folder)
        if info.begins_anew:
            return _begun_again(folder, lock, corpus, info, changes, ranks)
        state = state_to_resume(
            folder, epochs=epochs, time_limit_s=time_limit_s, learning_rate=learning_rate
        )
        trainer = Trainer.resumed(corpus, state, ranks=ranks)
        description = _renewed(folder, state.train_config)
    except BaseException as error:
        lock.release()
        if isinstance(error, OSError):
            raise cannot("go on with", folder.path, error) from error
        raise
    best = state.model("best") if state.best else None
    return RunRecorder(trainer, folder, description, lock=lock, best=best)


def _begun_again(
    folder: RunFolder,
    lock: RunLock,
    corpus: TrainingText,
    info: RunInfo,
    changes: Mapping[str, Any],
    ranks: Ranks | None,
) -> RunRecorder:
    """Return a run of which nothing was saved, with the settings and the seed that it had."""
    if corpus.summary.digest != info.text_digest:
        raise ConfigError(
            f"The run cannot begin again with this text: {corpus.summary.name} was changed "
            f"since, or is another file than {info.corpus_name}. Start a new run."
        )
    wished = {name: value for name, value in changes.items() if value is not None}
    train_config = replace(info.train_config, **wished)
    trainer = Trainer(corpus, info.model_config, train_config, ranks=ranks)
    return RunRecorder(trainer, folder, _renewed(folder, train_config), lock=lock)


def state_to_resume(
    folder: RunFolder,
    *,
    epochs: int | None,
    time_limit_s: float | None,
    learning_rate: float | None,
) -> TrainingState:
    """Return the state that the run goes on with; raise `RunError` if nothing is left to do."""
    before = load_state(folder.state_path)
    state = with_settings(
        before, epochs=epochs, time_limit_s=time_limit_s, learning_rate=learning_rate
    )
    is_finished = end_of(folder) == "finished"
    is_whole = state.progress.epoch > state.last_epoch
    is_same = epochs is None and learning_rate is None
    done = before.epochs_done - before.progress.first_epoch - before.progress.epoch_part_before
    if is_finished and _has_converged(before) and learning_rate is None:
        raise RunError(
            f"The run converged after {counted(done, 'epoch')}: its learning rate was halved until "
            "nothing changed any more. More epochs would change nothing; to go on, give it a new "
            f"learning rate, such as --learning-rate {before.progress.first_rate / 10.0:g}."
        )
    if is_finished and (is_same or is_whole):
        raise RunError(
            f"The run has finished its {counted(before.train_config.epochs, 'epoch')}. "
            f"{_more_epochs(before)}"
        )
    if epochs is not None and is_whole:
        raise RunError(
            f"The run has trained {counted(done, 'epoch')} already: {epochs:,} in all leave "
            f"nothing to do. {_more_epochs(before)}"
        )
    return state


def _has_converged(state: TrainingState) -> bool:
    progress = state.progress
    recipe = state.train_config.recipe
    return has_converged(recipe, progress.learning_rate, progress.first_rate)


def _more_epochs(state: TrainingState) -> str:
    wanted = max(2 * state.train_config.epochs, state.progress.epoch - state.progress.first_epoch)
    return f"To go on, give it more epochs in all, such as --epochs {wanted}."


def _renewed(folder: RunFolder, train_config: TrainConfig) -> dict[str, object]:
    """Say in the folder that the run goes on, with the settings that hold now."""
    description = folder.read_json(folder.description_path)
    before = description.get("train_config", {}).get("learning_rate")
    if before != train_config.learning_rate:
        description["has_changed_rate"] = True
    description["train_config"] = train_config.to_json()
    status = folder.read_json(folder.status_path) | {"state": "running", "message": ""}
    folder.write_json(folder.description_path, description)
    folder.write_json(folder.status_path, status)
    return description
