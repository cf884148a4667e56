"""Where a model may be written: found out, and asked for, before the work that makes it."""

import sys
from collections.abc import Sequence
from pathlib import Path

from engine.errors import ModelFileError
from engine.files.atomic import explain_os_error, try_to_write
from engine.files.tensors import read_file, read_header
from engine.language_model.checkpoint import FORMAT, SUFFIX
from engine.language_model.formats import TUTORIAL_SUFFIX, can_be_opened


def require_consent(path: Path, *, is_forced: bool) -> None:
    """Ask before the training whether its model may replace the one that is at `path`.

    Raises
    ------
    ModelFileError
        If it may not, or nobody is there to answer.
    """
    if is_forced or not path.exists() or path.stat().st_size == 0:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ModelFileError(
            f"{path} holds a model already. Give --force to replace it, or another name."
        )
    sys.stderr.write(f"{path} holds a model already. Replace it by the new one? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise ModelFileError(f"{path} is left as it is. Give another name for the model.")


def require_place(path: Path, sources: Sequence[Path] = ()) -> None:
    """Find out before hours of training whether the model may be saved to `path`.

    Parameters
    ----------
    path : Path
        Where the model is to be.
    sources : sequence of Path
        The files of the text that is trained on.

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
    try:
        try_to_write(path.resolve().parent)  # a link is followed, as by the save
    except OSError as error:
        raise ModelFileError(
            f"The model could not be saved to {path}, because {explain_os_error(error)}."
        ) from error
    if not path.exists():
        return
    if any(source.exists() and path.samefile(source) for source in sources):
        raise ModelFileError(
            f"{path} is the text itself: the model would replace it. Give another name, such as "
            f"{path.with_suffix(SUFFIX).name}."
        )
    if not _is_replaceable(path):
        raise ModelFileError(
            f"{path} exists and is not a model file: it is left as it is. Give another name for "
            "the model, or delete that file first."
        )


def _is_replaceable(path: Path) -> bool:
    """Tell whether an existing file is a model of ours, or empty."""
    try:
        if path.is_file() and path.stat().st_size == 0:
            return True
        header = read_file(path, lambda file: read_header(file, sys.maxsize))  # any version
    except (ModelFileError, OSError):
        return False
    return bool(header.metadata.get("format") == FORMAT)
