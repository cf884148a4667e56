"""Read a safetensors file without trusting it.

Every figure of the header is checked against the others and against the size of
the file before memory is taken for a tensor, so a small file can never ask for much.
This module knows nothing of models: `checkpoint` says what must be inside.
The format: 8 bytes little-endian header length, a JSON header, then the bytes of
the tensors one after the other.
"""

import errno
import math
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from engine.errors import ModelFileError
from engine.files.records import parse_json

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

FORMATS_PREFIX = "rnn-text-lab-"  # of the names of all our formats
HEADER_LIMIT = 1 << 20  # bytes; what a header can make the JSON parser allocate stays small
DTYPES: dict[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
    "I64": np.dtype("<i8"),
    "U8": np.dtype("u1"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorInfo:
    """What the header says of one tensor."""

    dtype: str  # a key of DTYPES
    shape: tuple[int, ...]
    start: int  # offset of its first byte after the header
    size: int  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The checked header of a file."""

    metadata: dict[str, str]
    tensors: dict[str, TensorInfo]
    data_start: int  # offset in the file of the first tensor


class NewerFileError(ModelFileError):
    """A file has a version that this program does not know yet."""


class TensorFileReader:
    """Read tensors of an open file, each once its shape was approved.

    Parameters
    ----------
    file : binary file
        Opened for reading, with a real size (no pipe).
    newest : int
        The newest version of the file's format that the caller knows.
    """

    def __init__(self, file: BufferedReader, newest: int) -> None:
        self._file = file
        self.header = read_header(file, newest)

    def read(self, name: str) -> Array:
        """Return a fresh array of the tensor's dtype and shape."""
        info = self.header.tensors[name]
        array = np.empty(info.shape, DTYPES[info.dtype])
        self._file.seek(self.header.data_start + info.start)
        count = self._file.readinto(array.ravel().view(np.uint8).data) if info.size else 0
        demand(count == info.size, f"it ends inside the numbers of '{name}'")
        native: Array = array.astype(array.dtype.newbyteorder("="), copy=False)
        return native


def demand(condition: bool, reason: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Raise `ModelFileError` with `reason` unless `condition` holds.

    The reason is only the middle of a sentence: whoever opened the file knows its
    name and says what to do.
    """
    if not condition:
        raise ModelFileError(reason)


def read_header(file: BufferedReader, newest: int | None = None) -> Header:
    """Read and check the header.

    Raises
    ------
    NewerFileError
        If it is one of our files and of a later version than `newest`; what a newer
        program writes may look damaged to this one, so the version is looked at first.
    ModelFileError
        If the file is not a whole, well-formed safetensors file; the message is a
        reason to be put after "because".
    """
    total = os.fstat(file.fileno()).st_size
    prefix = file.read(8)
    demand(len(prefix) == 8, "it is too short to be one")
    length = int.from_bytes(prefix, "little")
    is_possible = 2 <= length <= min(HEADER_LIMIT, total - 8)
    # a header that was cut off or lies begins as one; the eight bytes of a text are a huge number
    demand(is_possible or file.peek()[:1] == b"{", "it is a file of another kind")
    demand(is_possible, f"its header claims {length:,} bytes, in a file of {total:,}")
    values = parse_json(file.read(length), "its header")
    demand(isinstance(values, dict), "its header is not a table")
    metadata = values.pop("__metadata__", {})
    demand(
        isinstance(metadata, dict) and all(isinstance(item, str) for item in metadata.values()),
        "its description is not a table of texts",
    )
    _refuse_newer(metadata, newest)
    tensors = {name: _tensor_info(name, entry) for name, entry in values.items()}
    _check_layout(tensors, total - 8 - length)
    return Header(metadata=metadata, tensors=tensors, data_start=8 + length)


def _refuse_newer(metadata: dict[str, str], newest: int | None) -> None:
    stated = metadata.get("version", "")
    is_ours = metadata.get("format", "").startswith(FORMATS_PREFIX)
    is_number = stated.isascii() and stated.isdigit() and len(stated) < 10
    if newest is not None and is_ours and is_number and int(stated) > newest:
        raise NewerFileError(
            f"it has version {stated} and this program knows versions up to {newest}"
        )


def write_tensors(tensors: dict[str, Array], metadata: dict[str, str]) -> bytes:
    """Return the bytes of a safetensors file that `read_header` accepts."""
    from safetensors.numpy import save

    data: bytes = save(
        {name: np.ascontiguousarray(array) for name, array in tensors.items()}, metadata
    )
    length = int.from_bytes(data[:8], "little")
    demand(
        length <= HEADER_LIMIT, f"its description has {length:,} bytes, more than a file may hold"
    )
    return data


def read_file(path: Path, read: Callable[[BufferedReader], Any], kind: str = "a model") -> Any:
    """Return `read(file)` for the file at `path`, naming the file in every error.

    Raises
    ------
    ModelFileError
        If the file cannot be opened, or `read` refused it with a reason.
    """
    try:
        if not stat.S_ISREG(_mode_of(path)):  # opening a pipe would wait for ever
            raise ModelFileError("it is not a plain file")
        with path.open("rb") as file:
            return read(file)
    except FileNotFoundError as error:
        raise ModelFileError(f"There is no file {path}. Choose another one.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelFileError(f"{path} cannot be read: {reason}. Choose another file.") from error
    except NewerFileError as error:
        raise ModelFileError(
            f"{path.name} was written by a newer RNN Text Lab: {error}. Update this program to "
            "open it."
        ) from error
    except ModelFileError as error:
        raise ModelFileError(
            f"{path.name} cannot be opened as {kind}, because {error}. It may be damaged or "
            "written by another program: choose another file."
        ) from error


def _mode_of(path: Path) -> int:
    try:
        return path.stat().st_mode
    except ValueError as error:  # a NUL, or half of a character
        raise OSError(errno.EILSEQ, "that cannot be the name of a file") from error


def _tensor_info(name: str, entry: object) -> TensorInfo:
    """Check one entry of the header by itself."""
    label = ascii(name[:40])
    demand(
        isinstance(entry, dict) and entry.keys() == {"dtype", "shape", "data_offsets"},
        f"the entry of {label} is not one of a tensor",
    )
    assert isinstance(entry, dict)  # noqa: S101 - tells the type checker what was demanded
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    demand(isinstance(dtype, str) and dtype in DTYPES, f"{label} has an unknown number format")
    demand(_are_sizes(shape) and len(shape) <= 2, f"{label} has no valid shape")
    demand(_are_sizes(offsets) and len(offsets) == 2, f"{label} has no valid place")
    start, end = offsets
    size = math.prod(shape) * DTYPES[dtype].itemsize
    demand(
        end - start == size,
        f"{label} has {end - start:,} bytes where its shape needs {size:,}",
    )
    return TensorInfo(dtype=dtype, shape=tuple(shape), start=start, size=size)


def _are_sizes(values: object) -> bool:
    return isinstance(values, list) and all(
        type(value) is int and 0 <= value < 1 << 48 for value in values
    )


def _check_layout(tensors: dict[str, TensorInfo], size: int) -> None:
    """Demand that the tensors follow each other without holes up to the file's end."""
    place = 0
    for info in sorted(tensors.values(), key=lambda info: (info.start, info.size)):
        demand(info.start == place, "its tensors overlap or leave holes")
        place += info.size
    demand(place == size, f"its tensors need {place:,} bytes and it holds {size:,}")
