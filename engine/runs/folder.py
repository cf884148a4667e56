"""One kept run on the disk: the names of its files, and the small ones among them.

    <data>/runs/<run id>/
        run.json             what the run is: settings, text, when it began; never changed
        label.json           its name and a note, by the user
        status.json          how far it is, renewed with each checkpoint and at the end
        events.jsonl         what happened, one JSON object per line
        state.safetensors    where the training goes on (see `training.state`)
        best.safetensors     the model of the lowest evaluated loss (see `checkpoint`)
        last.safetensors     the model at the end of the run
        epoch-3-loss-….safetensors   the models of some epochs
        sentences.json       what was drawn from it, as the window keeps it
        lock                 held by the process that trains (see `lock`)

A network learns most at first, so the models of the first eight evaluated epochs are all kept,
then of every second one to the 16th, every fourth to the 32nd, and so on, counted anew where a
run goes on or a model is trained further. They take no more than `MOST_EPOCH_MODELS_BYTES`: with
large models, those whose neighbours are nearest give way.

No PyTorch is needed to read these: a list of runs is there at once.
"""

import contextlib
import errno
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from engine.config import CorpusConfig, ModelConfig, TrainConfig
from engine.errors import ModelFileError, RunError
from engine.files.atomic import explain_os_error, write_durably
from engine.files.records import is_number, parse_json

VERSION = 1
_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_RUN_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")
_TIME, _TIME_LENGTH = "%Y%m%d-%H%M%S", 15  # of an id: when the run began, local time
_LARGEST_JSON = 1 << 20  # bytes
_TAIL = 1 << 14  # bytes of the event log that are looked at for its last event

FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_NEW = ".new"  # how the name of a folder ends that is being made
_UNREADY_S = 3600.0  # then whoever made it is gone

MOST_EPOCH_MODELS_BYTES = 1 << 29  # of the models of one run's epochs

_FILE_NAME = re.compile(r"epoch-(\d+(?:\.\d+)?)-loss-(\d+\.\d+)\.safetensors")


class RunFolder:
    """The folder of one run.

    Parameters
    ----------
    path : Path

    Attributes
    ----------
    has_given_way : bool
        Whether models of epochs were deleted since the disk was full.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.has_given_way = path, False
        self.run_id = path.name
        self.description_path = path / "run.json"
        self.label_path = path / "label.json"
        self.status_path = path / "status.json"
        self.events_path = path / "events.jsonl"
        self.state_path = path / "state.safetensors"
        self.best_path = path / "best.safetensors"
        self.last_path = path / "last.safetensors"
        self.sentences_path = path / "sentences.json"
        self.lock_path = path / "lock"

    def make(self, description: Mapping[str, Any], name: str) -> None:
        """Make the folder where it is missing; only its owner may look into it.

        It appears with its description in it: a run that is killed while it is made was never
        there, and one that is there can be begun again.
        """
        make_private(self.path.parent)
        if self.path.is_dir():
            self._describe(description, name)
            return
        unready = RunFolder(self.path.with_name(f".{self.run_id}{_NEW}"))
        make_private(unready.path)
        unready._describe(description, name)
        unready.path.rename(self.path)
        _remove_unready(self.path.parent)

    def _describe(self, description: Mapping[str, Any], name: str) -> None:
        self.write_json(self.description_path, description)
        if name:
            self.write_json(self.label_path, {"name": name, "note": ""})

    def write(self, path: Path, data: bytes) -> None:
        """Replace one of the run's files, durably and for its owner only.

        Where the disk is full, models of epochs give way to it.
        """
        while True:
            try:
                write_durably(path, data, new_mode=_FILE_MODE)
            except OSError as error:
                kept = list_epoch_models(self.path)
                if error.errno not in FULL or not kept:
                    raise
                least_missed(kept, kept[-1].epoch + 1.0).path.unlink(missing_ok=True)
                self.has_given_way = True
            else:
                return

    def write_json(self, path: Path, values: Mapping[str, Any]) -> None:
        """Replace one of the small files."""
        self.write(path, as_json(values))

    def read_json(self, path: Path, most_bytes: int = _LARGEST_JSON) -> dict[str, Any]:
        """Return the values of a small file; nothing if it is missing or damaged."""
        try:
            with path.open("rb") as file:
                values = parse_json(file.read(most_bytes), path.name)
        except (OSError, ModelFileError):
            return {}
        return values if isinstance(values, dict) else {}

    def open_events(self) -> int:
        """Open the event log for adding lines; return its descriptor."""
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self.events_path, flags, _FILE_MODE)
        size = os.fstat(descriptor).st_size
        if size:
            os.lseek(descriptor, size - 1, os.SEEK_SET)
            if os.read(descriptor, 1) != b"\n":  # a line was cut off by a crash
                os.write(descriptor, b"\n")
        return descriptor

    def last_elapsed_s(self) -> float:
        """Return the training time of the last event in the log, 0 without any."""
        try:
            with self.events_path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
                lines = file.read().splitlines()
        except OSError:
            return 0.0
        for line in reversed(lines):
            try:
                elapsed_s = json.loads(line).get("elapsed_s")
            except (ValueError, AttributeError, RecursionError):
                continue  # cut off
            if is_number(elapsed_s):
                return float(elapsed_s)
        return 0.0


def _remove_unready(runs: Path) -> None:
    """Delete what runs left that were killed while they were made."""
    for path in runs.glob(f".*{_NEW}"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _UNREADY_S:
                shutil.rmtree(path)


def as_json(values: Mapping[str, Any]) -> bytes:
    """Return the content of a small file."""
    return json.dumps(values, allow_nan=False, indent=1).encode()


def make_private(path: Path) -> None:
    """Make a folder that only its owner may look into, with its parents."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=_FOLDER_MODE, exist_ok=True)


def new_run_id(now: datetime, after: str = "") -> str:
    """Return a name for the folder of a run that begins now, later than the id `after`."""
    with contextlib.suppress(ValueError, OverflowError):  # no time is in `after`
        earliest = datetime.strptime(after[:_TIME_LENGTH], _TIME) + timedelta(seconds=1)  # noqa: DTZ007
        now = max(now.replace(tzinfo=None), earliest)
    return f"{now:{_TIME}}-{secrets.token_hex(3)}"


def is_run_id(name: str) -> bool:
    """Tell whether `name` can be the name of a run's folder."""
    return _RUN_ID.fullmatch(name) is not None


def run_ids(runs: Path) -> list[str]:
    """Return the names of all runs' folders, the newest first."""
    try:
        entries = list(runs.iterdir())
    except OSError:
        return []  # nothing was kept yet, or the disk is away
    found = [entry.name for entry in entries if is_run_id(entry.name) and entry.is_dir()]
    return sorted(found, reverse=True)


def copy_run(source: RunFolder, target: RunFolder) -> None:
    """Copy a run's files into a new folder, which is there only once it is whole."""
    unready = target.path.with_name(f".{target.run_id}.copy")
    try:
        make_private(unready)
        for entry in source.path.iterdir():
            if entry.is_file() and not entry.name.startswith("."):
                shutil.copyfile(entry, unready / entry.name)
                (unready / entry.name).chmod(_FILE_MODE)
        unready.rename(target.path)
    except OSError:
        shutil.rmtree(unready, ignore_errors=True)
        raise


def run_description(
    corpus_config: CorpusConfig,
    model_config: ModelConfig,
    train_config: TrainConfig,
    corpus: Mapping[str, Any],
    started: datetime,
    *,
    is_continued: bool = False,
) -> dict[str, Any]:
    """Return the content of ``run.json``; `corpus` is the summary's fields.

    `is_continued` says that the run began with a model, which is not in these settings.
    """
    return {
        "version": VERSION,
        "started": started.isoformat(timespec="seconds"),
        "corpus_config": corpus_config.absolute().to_json(),
        "model_config": model_config.to_json(),
        "train_config": train_config.to_json(),
        "corpus": dict(corpus),
        "is_continued": is_continued,
    }


def cannot(doing: str, path: Path, error: OSError) -> RunError:
    """Return what to raise where a run could not be changed on the disk."""
    return RunError(
        f"The program could not {doing} the run in {path}, because {explain_os_error(error)}."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochModel:
    """The kept model of one evaluated epoch."""

    epoch: float  # a fraction where a run ended, or one before it, within an epoch
    loss: float  # evaluated, held-out where there is such text; nats per word
    path: Path


def is_worth_keeping(number: int) -> bool:
    """Tell whether the n-th evaluated model is kept: 1 to 8, 10, 12, 14, 16, 20 and so on."""
    stride = 1 << max(0, (number - 1).bit_length() - 3)
    return number % stride == 0


def epoch_model(folder: Path, epoch: float, loss: float) -> EpochModel:
    """Return what the model of an epoch is called in a run's `folder`."""
    name = f"epoch-{epoch:.6g}-loss-{loss:.4f}.safetensors"
    return EpochModel(epoch=epoch, loss=loss, path=folder / name)


def list_epoch_models(folder: Path) -> tuple[EpochModel, ...]:
    """Return the models that are kept in a run's folder, the first epoch first."""
    try:
        paths = list(folder.iterdir())
    except OSError:
        return ()  # nothing was kept yet, or the disk is away
    found = [
        EpochModel(epoch=float(match[1]), loss=float(match[2]), path=path)
        for path in paths
        if (match := _FILE_NAME.fullmatch(path.name))
    ]
    return tuple(sorted(found, key=lambda each: (each.epoch, each.path.name)))


def outdated(
    kept: Sequence[EpochModel],
    new: EpochModel,
    size: int,
    most_bytes: int = MOST_EPOCH_MODELS_BYTES,
) -> list[EpochModel]:
    """Return which of the kept models go when a `new` one of `size` bytes has come.

    Those of the same or a later epoch are of a course that the run did not take in the end.
    """
    gone = [each for each in kept if each.epoch >= new.epoch and each.path != new.path]
    stay = [each for each in kept if each.epoch < new.epoch]
    while stay and (len(stay) + 1) * size > most_bytes:
        dispensable = least_missed(stay, new.epoch)
        stay.remove(dispensable)
        gone.append(dispensable)
    return gone


def least_missed(kept: Sequence[EpochModel], last: float) -> EpochModel:
    """Return that of the models whose neighbours are nearest; `last` is the epoch after them."""
    epochs = [0.0, *(each.epoch for each in kept), last]
    gaps = [epochs[k + 2] - epochs[k] for k in range(len(kept))]
    return kept[gaps.index(min(gaps))]
