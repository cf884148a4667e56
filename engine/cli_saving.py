"""Where a command may write a model, and the saving of one while it is trained.

What is in the file is the affair of `engine.language_model.checkpoint`.
"""

import shlex
from collections.abc import Iterator
from pathlib import Path

from engine.cli_output import Output
from engine.control import Notice, Ticker
from engine.errors import DivergedError, EngineError, ModelFileError
from engine.events import Event
from engine.files.tensors import read_file, read_header
from engine.language_model.checkpoint import FORMAT, SUFFIX, save_model
from engine.language_model.formats import TUTORIAL_SUFFIX, can_be_opened
from engine.language_model.model import LanguageModel
from engine.training.events import CheckpointSaved, SnapshotPublished

_AUTOSAVE_S = 30.0


def require_place(path: Path, source: Path | None = None) -> None:
    """Find out before hours of training whether the model may be saved to `path`.

    Parameters
    ----------
    path : Path
        Where the model is to be.
    source : Path, optional
        The text that is trained on.

    Raises
    ------
    ModelFileError
        If there is no such folder, or a file that is no model would be replaced.
    """
    if path.is_dir():
        raise ModelFileError(f"{path} is a folder. Give the name of a file for the model.")
    if path.suffix.lower() == TUTORIAL_SUFFIX:
        raise ModelFileError(
            f"{path.name} would be taken for one of the tutorial's files when it is opened. Give "
            f"another ending, such as {path.with_suffix(SUFFIX).name}."
        )
    if not can_be_opened(path):
        raise ModelFileError(
            f"{path.name} would be taken for a file of another kind. Give another ending, such as "
            f"{path.with_suffix(SUFFIX).name}; 'export' writes that format from it."
        )
    if not path.absolute().parent.is_dir():
        raise ModelFileError(f"There is no folder {path.parent} for the model. Create it first.")
    if not path.exists():
        return
    if source is not None and source.exists() and path.samefile(source):
        raise ModelFileError(
            f"{path} is the text itself: the model would replace it. Give another name, such as "
            f"{path.with_suffix(SUFFIX).name}."
        )
    if not _is_replaceable(path):
        raise ModelFileError(
            f"{path} exists and is not a model file: it is left as it is. Give another name for "
            "the model, or delete that file first."
        )


class ModelSaver:
    """Save the newest model of a training run now and then, and whatever ended the run.

    Parameters
    ----------
    path : Path or None
        None keeps the model in memory only.
    output : Output

    Attributes
    ----------
    latest, saved : LanguageModel or None
        The newest model, and the one that is in the file.
    """

    def __init__(self, path: Path | None, output: Output) -> None:
        self._path, self._output = path, output
        self._autosave = Ticker(_AUTOSAVE_S)
        self.latest: LanguageModel | None = None
        self.saved: LanguageModel | None = None

    def follow(self, event: Event) -> None:
        """Keep the model of a snapshot."""
        if not isinstance(event, SnapshotPublished):
            return
        self.latest = event.model
        if self._path is None or not self._autosave.is_due():
            return
        try:
            self._save(event.model, self._path)
        except ModelFileError as error:
            self._output.show(Notice(text=f"{error} The training goes on."))

    def finish(self) -> None:
        """Save what is not saved yet; an untrained model only over what exploded since."""
        latest = self.latest
        is_news = latest is not None and latest is not self.saved
        if (
            self._path is not None
            and latest is not None
            and is_news
            and (latest.step or self.saved)
        ):
            self._save(latest, self._path)

    def outcome(self) -> str:
        """Say what is in the file."""
        if self.saved is None:
            return f"Nothing was learned yet, so {self._path} was not written."
        return f"Saved to {self._path}."

    def outcome_of_divergence(self) -> str:
        """Say what is in the file after a run that diverged."""
        if self._path is None:
            return "No model was kept."
        if self.saved is None:
            return f"It learned nothing before, so {self._path} was not written."
        if self.saved.step == 0:
            return f"It learned nothing before: {self._path} holds the untrained network."
        return f"The best model so far, of epoch {self.saved.epoch:.4g}, was saved to {self._path}."

    def _save(self, model: LanguageModel, path: Path) -> None:
        save_model(model, path)
        self.saved = model
        self._output.show(CheckpointSaved(path=path, step=model.step))


def train_and_save(
    events: Iterator[Event], path: Path | None, output: Output, *, is_kept: bool = False
) -> LanguageModel:
    """Show a training run and return its last model, saved to `path` whatever ended the run.

    `is_kept` tells that a kept run says itself how to go on with it after a divergence.
    """
    saver = ModelSaver(path, output)
    found: DivergedError | None = None
    try:
        for event in events:
            output.show(event)
            saver.follow(event)
    except DivergedError as error:
        found = error
    finally:  # a failure, a second Ctrl+C or a closed pipe must not lose what was learned
        saver.finish()
    if found is not None:
        if is_kept or found.next_rate is None:
            if path is not None:
                output.note(saver.outcome())
            raise found
        raise DivergedError(
            f"{found.what} {saver.outcome_of_divergence()} Give the same command a smaller rate: "
            f"--learning-rate {found.next_rate:g}"
        ) from found
    if saver.latest is None:
        raise EngineError("The training ended before there was a model.")
    if path is not None:
        output.note(saver.outcome())
    return saver.latest


def resume_command(run_id: str, data_folder: Path | None) -> str:
    """Return what to type to go on with a kept run."""
    folder = "" if data_folder is None else f" --data-folder {shlex.quote(str(data_folder))}"
    return f"python -m engine runs resume {run_id}{folder}"


def with_way_out(events: Iterator[Event], run_id: str, data_folder: Path | None) -> Iterator[Event]:
    """Yield the events of a kept run; if it diverges, say which command goes on with it."""
    try:
        yield from events
    except DivergedError as error:
        raise DivergedError(
            f"{error} To go on from the best parameters with that rate: "
            f"{resume_command(run_id, data_folder)}"
        ) from error


def _is_replaceable(path: Path) -> bool:
    """Tell whether an existing file is a model of ours, or empty."""
    try:
        if path.is_file() and path.stat().st_size == 0:
            return True
        header = read_file(path, read_header)
    except (ModelFileError, OSError):
        return False
    return bool(header.metadata.get("format") == FORMAT)
