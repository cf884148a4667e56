"""All kept runs of a user: train into a folder, list, resume, open, rename, delete for good.

The runs lie in the user's data directory. PyTorch is loaded only by what trains or opens
a model; a list of runs is there at once.
"""

import contextlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from platformdirs import user_data_path

from engine.config import CorpusConfig, ModelConfig, TrainConfig
from engine.control import RunControl
from engine.errors import ModelFileError, RunError
from engine.events import Event
from engine.files.atomic import explain_os_error, try_to_write
from engine.recipes import settle
from engine.runs.curve import RunCurve, read_curve
from engine.runs.folder import (
    EpochModel,
    RunFolder,
    cannot,
    copy_run,
    is_run_id,
    list_epoch_models,
    make_private,
    new_run_id,
    run_description,
    run_ids,
)
from engine.runs.info import RunInfo, end_of, read_info
from engine.runs.lock import RunLock, is_held

if TYPE_CHECKING:
    from engine.corpus.training_text import TrainingText
    from engine.language_model.model import LanguageModel
    from engine.training.distributed.ranks import Ranks


_APP_NAME = "rnn-text-lab"
_MOST_SENTENCES_BYTES = 1 << 24


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskUse:
    """How much the kept runs and the deleted ones take."""

    runs: int  # how many
    runs_bytes: int
    trash: int
    trash_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptiedTrash:
    """What was deleted for good."""

    count: int
    size: int  # bytes
    left: int  # runs that could not be deleted, such as those that another program reads


class RunStore:
    """The kept runs in one data directory.

    Parameters
    ----------
    folder : Path or str, optional
        By default the user's data directory of this program.

    Attributes
    ----------
    runs, trash : Path
        Where the runs are, and the deleted ones.
    """

    def __init__(self, folder: Path | str | None = None) -> None:
        data = user_data_path(_APP_NAME, appauthor=False) if folder is None else Path(folder)
        self.runs, self.trash = data / "runs", data / "trash"

    def require_place(self) -> None:
        """Raise `RunError` where no run can be kept now: find out before hours of training."""
        try:
            make_private(self.runs)
            try_to_write(self.runs)
        except OSError as error:
            raise RunError(
                f"No run can be kept in {self.runs}, because {explain_os_error(error)}."
            ) from error

    def new_run_id(self) -> str:
        """Return an id for `train`, for who must know it beforehand.

        Ids sort as the runs begin, also after one that began while the clock was ahead, or
        before an hour that is set back: a new id is later than all others.
        """
        newest = max((*run_ids(self.runs)[:1], *run_ids(self.trash)[:1]), default="")
        return new_run_id(_now(), after=newest)

    def train(
        self,
        corpus: "TrainingText",
        corpus_config: CorpusConfig,
        model_config: ModelConfig,
        train_config: TrainConfig,
        control: RunControl,
        *,
        start_from: "LanguageModel | None" = None,
        name: str = "",
        run_id: str | None = None,
        ranks: "Ranks | None" = None,
        launch: str = "",
    ) -> Iterator[Event]:
        """Train as `engine.train` does, and keep the run in a folder of its own.

        Parameters
        ----------
        corpus_config : CorpusConfig
            What makes `corpus` again when the run is resumed.
        name : str
            For the user; by default the file's.
        run_id : str, optional
            From `new_run_id`.
        ranks : Ranks, optional
            The processes that train it together; this is rank 0.
        launch : str
            What `find_launched` finds the run by, if whoever started the ranks starts them anew.

        Yields
        ------
        Event
            Those of `train`, CheckpointSaved, and Notice when the run could not be saved;
            the training goes on then.
        """
        from engine.runs.recorder import RunRecorder
        from engine.training.trainer import Trainer, sized

        told = corpus.summary
        model_config = sized(model_config, train_config, corpus, start_from)
        H = model_config.units
        train_config = settle(train_config, told.training_words, told.vocabulary_size, hidden_dim=H)
        description = run_description(
            corpus_config,
            model_config,
            train_config,
            asdict(corpus.summary),
            _now(),
            is_continued=start_from is not None,
        )
        if launch:
            description["launch"] = launch
        trainer = Trainer(corpus, model_config, train_config, start_from, ranks=ranks)
        folder = RunFolder(self.runs / (run_id or self.new_run_id()))
        yield from RunRecorder(trainer, folder, description, name=name).events(control)

    def resume(
        self,
        run_id: str,
        corpus: "TrainingText",
        control: RunControl,
        *,
        epochs: int | None = None,
        time_limit_s: float | None = None,
        learning_rate: float | None = None,
        ranks: "Ranks | None" = None,
    ) -> Iterator[Event]:
        """Yield the events of a run that goes on exactly where its last checkpoint was taken.

        One that ended before its first checkpoint begins again, with its settings and its seed.

        Parameters
        ----------
        corpus : TrainingText
            Made from `corpus_config(run_id)`.
        epochs : int, optional
            Of the whole run, instead of those it was to have.
        time_limit_s : float, optional
            From now on; by default the run's own limit, anew if it is over.
        learning_rate : float, optional
            A new one, for a run that diverged.
        ranks : Ranks, optional
            The processes that train it together, in any number; this is rank 0.

        Raises
        ------
        RunError
            If the run is being trained elsewhere or has nothing left to train.
        ConfigError
            If `corpus` is not the run's text.
        ModelFileError
            If the checkpoint is missing or damaged.
        """
        from engine.runs.recorder import resumed_run

        folder = self._folder(run_id)
        run = resumed_run(
            folder,
            self._take(folder),
            corpus,
            epochs=epochs,
            time_limit_s=time_limit_s,
            learning_rate=learning_rate,
            ranks=ranks,
        )
        yield from run.events(control)

    def require_resumable(
        self, run_id: str, *, epochs: int | None = None, learning_rate: float | None = None
    ) -> None:
        """Raise what `resume` would raise, before the text is prepared for it."""
        from engine.runs.recorder import state_to_resume

        folder = self._folder(run_id)
        if is_held(folder.lock_path):
            raise RunError(f"The run {folder.run_id} is being trained. Stop it first.")
        if read_info(folder).begins_anew:
            return
        state_to_resume(folder, epochs=epochs, time_limit_s=None, learning_rate=learning_rate)

    def list(self, *, in_trash: bool = False) -> tuple[RunInfo, ...]:
        """Return all runs, or the deleted ones, the newest first."""
        place = self.trash if in_trash else self.runs
        return tuple(read_info(RunFolder(place / name)) for name in run_ids(place))

    def info(self, run_id: str) -> RunInfo:
        """Return one run."""
        return read_info(self._folder(run_id))

    def find_launched(self, launch: str) -> RunInfo | None:
        """Return the newest run that was begun with this `launch`."""
        for run_id in run_ids(self.runs):
            folder = RunFolder(self.runs / run_id)
            if folder.read_json(folder.description_path).get("launch") == launch:
                return read_info(folder)
        return None

    def find_interrupted(self) -> tuple[RunInfo, ...]:
        """Return the runs whose process is gone without an end, and that can be recovered."""
        return tuple(run for run in self.list() if run.state == "interrupted" and run.can_resume)

    def dismiss(self, run_id: str) -> None:
        """Offer an interrupted run no more; nothing is deleted."""
        folder = self._folder(run_id)
        if read_info(folder).state == "interrupted":
            status = folder.read_json(folder.status_path) | {"state": "stopped"}
            _write(folder, folder.status_path, status)

    def corpus_config(self, run_id: str) -> CorpusConfig:
        """Return what the run's corpus is made with, for `build_corpus`."""
        folder = self._folder(run_id)
        values = folder.read_json(folder.description_path).get("corpus_config")
        if isinstance(values, dict):
            return CorpusConfig.from_json(values)
        raise RunError(f"The description of the run in {folder.path} is damaged.")

    def set_text_paths(self, run_id: str, paths: Sequence[Path]) -> None:
        """Say where the files of a run's text lie now."""
        folder = self._folder(run_id)
        config = self.corpus_config(run_id).at(paths).absolute()
        values = folder.read_json(folder.description_path) | {"corpus_config": config.to_json()}
        _write(folder, folder.description_path, values)

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name; an empty one is that of its file."""
        self._label(run_id, name=name.strip())

    def set_note(self, run_id: str, note: str) -> None:
        """Keep the user's words about a run."""
        self._label(run_id, note=note)

    def set_tags(self, run_id: str, tags: Sequence[str]) -> None:
        """Keep the user's tags of a run, each once and none of them empty."""
        words = (" ".join(tag.split()) for tag in tags)
        self._label(run_id, tags=list(dict.fromkeys(filter(None, words))))

    def curves(self, run_ids: Sequence[str]) -> tuple[RunCurve, ...]:
        """Return the evaluated losses of some runs, deleted ones too, in their order."""
        infos = [read_info(self._kept_or_deleted(run_id)) for run_id in run_ids]
        return tuple(
            read_curve(RunFolder(info.path), info.name, info.training_words) for info in infos
        )

    def disk_use(self) -> DiskUse:
        """Return how much the runs take; what vanishes meanwhile is left out."""
        runs, trash = run_ids(self.runs), run_ids(self.trash)
        return DiskUse(
            runs=len(runs),
            runs_bytes=sum(_size(self.runs / run_id) for run_id in runs),
            trash=len(trash),
            trash_bytes=sum(_size(self.trash / run_id) for run_id in trash),
        )

    def empty_trash(self) -> EmptiedTrash:
        """Delete the deleted runs for good; nothing else that may lie there."""
        size = count = left = 0
        for run_id in run_ids(self.trash):
            folder = self.trash / run_id
            of_run = _size(folder)
            shutil.rmtree(folder, ignore_errors=True)
            if folder.exists():
                left += 1
            else:
                count, size = count + 1, size + of_run
        return EmptiedTrash(count=count, size=size, left=left)

    def keep_sentences(self, run_id: str, sentences: Mapping[str, object]) -> None:
        """Keep what was drawn from a run, as plain values, in place of what was kept before.

        Of a run that was deleted meanwhile, they are in the trash with it.
        """
        folder = self._kept_or_deleted(run_id)
        _write(folder, folder.sentences_path, sentences)

    def sentences(self, run_id: str) -> dict[str, object]:
        """Return what `keep_sentences` kept; nothing if there is none or it is damaged."""
        folder = self._folder(run_id)
        return folder.read_json(folder.sentences_path, _MOST_SENTENCES_BYTES)

    def duplicate(self, run_id: str, name: str = "") -> RunInfo:
        """Copy a run, so that the copy can be trained further in another way."""
        source, info = self._folder(run_id), self.info(run_id)
        if info.state == "running":
            raise RunError(f"{info.name} is being trained. Stop it first, then duplicate it.")
        copy = RunFolder(self.runs / self.new_run_id())
        try:
            copy_run(source, copy)
        except OSError as error:
            raise cannot("duplicate", source.path, error) from error
        self._label(copy.run_id, name=name or f"Copy of {info.name}")
        self.dismiss(copy.run_id)
        return self.info(copy.run_id)

    def open_model(self, run_id: str, which: Literal["last", "best"] = "last") -> "LanguageModel":
        """Return the run's newest model, or that of its lowest evaluated loss.

        Raises `ModelFileError` if there is none that can be read.
        """
        from engine.language_model.checkpoint import load_model
        from engine.training.state import load_state

        folder = self._folder(run_id)
        path = folder.best_path if which == "best" else folder.last_path
        try:
            if end_of(folder) in ("finished", "stopped", "failed") and path.exists():
                return load_model(path)
            return load_state(folder.state_path).model(which)
        except ModelFileError:
            others = [each for each in (folder.best_path, folder.last_path) if each.exists()]
            for other in sorted(others, key=lambda each: each != path):
                with contextlib.suppress(ModelFileError):
                    return load_model(other)
            raise

    def epoch_models(self, run_id: str) -> tuple[EpochModel, ...]:
        """Return which epochs' models a run has kept, the first epoch first; none without a run."""
        return list_epoch_models(self.runs / run_id) if is_run_id(run_id) else ()

    def open_epoch(self, run_id: str, epoch: float) -> "LanguageModel":
        """Return the model that a run was after `epoch` epochs.

        Raises `RunError` if that one was not kept, and `ModelFileError` if it cannot be read.
        """
        from engine.language_model.checkpoint import load_model

        kept = self.epoch_models(self._folder(run_id).run_id)
        for each in kept:
            if each.epoch == epoch:
                return load_model(each.path)
        epochs = ", ".join(f"{each.epoch:g}" for each in kept)
        what = f"Those of the epochs {epochs} are kept." if kept else "None of its epochs was kept."
        what += " The newest model needs no epoch."
        raise RunError(f"The run {run_id} has no model of epoch {epoch:g}. {what}")

    def delete(self, run_id: str) -> Path:
        """Move a run to the trash and return where it is now."""
        folder = self._folder(run_id)
        if is_held(folder.lock_path):
            raise RunError(f"{self.info(run_id).name} is being trained. Stop it first.")
        return _move(folder.path, self.trash / run_id, "delete")

    def restore(self, run_id: str) -> RunInfo:
        """Bring a run back from the trash."""
        if not is_run_id(run_id) or not (self.trash / run_id).is_dir():
            raise RunError(f"There is no run {run_id} in the trash.")
        _move(self.trash / run_id, self.runs / run_id, "restore")
        return self.info(run_id)

    def _folder(self, run_id: str) -> RunFolder:
        folder = RunFolder(self.runs / run_id)
        if not is_run_id(run_id) or not folder.path.is_dir():
            raise RunError(f"There is no run {run_id} in {self.runs}.")
        return folder

    def _kept_or_deleted(self, run_id: str) -> RunFolder:
        is_deleted = is_run_id(run_id) and (self.trash / run_id).is_dir()
        return RunFolder(self.trash / run_id) if is_deleted else self._folder(run_id)

    def _take(self, folder: RunFolder) -> RunLock:
        try:
            return RunLock(folder.lock_path)
        except BlockingIOError as error:
            raise RunError(f"The run {folder.run_id} is being trained. Stop it first.") from error
        except OSError as error:
            raise cannot("go on with", folder.path, error) from error

    def _label(self, run_id: str, **changes: object) -> None:
        folder = self._folder(run_id)
        label = {"name": "", "note": ""} | folder.read_json(folder.label_path) | changes
        _write(folder, folder.label_path, label)


def _size(folder: Path) -> int:
    """Return the bytes of a run's files, which lie beside each other."""
    total = 0
    with contextlib.suppress(OSError):
        for entry in folder.iterdir():
            with contextlib.suppress(OSError):
                total += entry.lstat().st_size
    return total


def _move(source: Path, target: Path, doing: str) -> Path:
    try:
        make_private(target.parent)
        source.rename(target)
    except OSError as error:
        raise cannot(doing, source, error) from error
    return target


def _write(folder: RunFolder, path: Path, values: Mapping[str, object]) -> None:
    try:
        folder.write_json(path, values)
    except OSError as error:
        raise cannot("change", folder.path, error) from error


def _now() -> datetime:
    return datetime.now().astimezone()
