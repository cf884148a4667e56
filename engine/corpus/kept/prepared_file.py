"""The file of a prepared corpus: written piece by piece, checked whole before it is used.

    magic | arrays, each padded to 64 bytes | description, JSON | its length and hash | magic

Every array has a checksum in the description, the description has a hash, and it
names the key of the text and the options that it was made from. Nothing in the file
can run. What a key is, and where the files are, is not known here.
"""

import hashlib
import json
import math
import mmap
import os
import zlib
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.corpus.assembly import AssembledText
from engine.corpus.corpus import TextSummary, TokenStore
from engine.corpus.origins import Origins
from engine.corpus.word_list import word_list
from engine.documents.rows import RowProblem
from engine.errors import ModelFileError
from engine.files.records import parse_json, record_from_json
from engine.files.spool import PIECE_BYTES
from engine.tokenization.reading import Reading

_MAGIC = b"RNNTextLabCorpus"
_ALIGNED = 64
_BEGIN = _MAGIC.ljust(_ALIGNED, b"\0")
_HASH_BYTES = 32
_END_BYTES = 8 + _HASH_BYTES + len(_MAGIC)
_MOST_DESCRIPTION = 64 << 20
_MOST_IN_MEMORY = 32 << 20  # bytes of all arrays; where there are more, all are mapped

_DTYPES: dict[str, type[np.generic]] = {
    "texts": np.uint8,
    "word_ranks": np.int32,
    "offsets": np.int64,
    "text_offsets": np.int64,
    "document_lengths": np.int32,
    "group_of": np.int64,
    "lines": np.int64,  # of the documents in their files
    "counts": np.int64,
    "words": np.uint8,  # in UTF-8, one after the other
    "word_lengths": np.int32,  # in characters
}

_FORMER = [name for name in _DTYPES if name != "lines"]  # it can be listed, not opened

Numbers: TypeAlias = NDArray[Any]
Arrays: TypeAlias = dict[str, Numbers]


class DamagedError(Exception):
    """The file is not what was written for this key; the message is a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedText:
    """A text without vocabulary size and split: what the cache keeps.

    A form of its own since one file serves every vocabulary size and split.
    """

    store: TokenStore
    summary: TextSummary
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where an array is in the file."""

    start: int
    size: int  # bytes, without the padding
    checksum: int  # of the bytes and the padding


def write_prepared(
    descriptor: int,
    key: str,
    parts: AssembledText,
    summary: TextSummary,
    problems: tuple[RowProblem, ...],
    reading: Reading,
) -> Iterator[int]:
    """Write to an empty open file; yield the bytes so far, piece by piece.

    Raises
    ------
    OSError
        If a write failed.
    """
    position = _write(descriptor, _BEGIN)
    places: dict[str, list[int]] = {}
    for name in _DTYPES:
        start, checksum = position, 0
        for piece in _pieces(name, parts):
            position += _write(descriptor, piece)
            checksum = zlib.crc32(piece, checksum)
            yield position
        size = position - start
        padding = bytes(-position % _ALIGNED)
        position += _write(descriptor, padding)
        places[name] = [start, size, zlib.crc32(padding, checksum)]
    description = json.dumps(
        {
            "key": key,
            "places": places,
            "facts": asdict(summary),
            "reading": reading.to_json(),
            "problems": [[each.line, each.reason, each.text, each.file] for each in problems],
            "files": [
                list(each) for each in zip(parts.origins.files, parts.origins.firsts, strict=True)
            ],
        }
    ).encode("ascii")
    end = len(description).to_bytes(8, "little") + _hash(description) + _MAGIC
    yield position + _write(descriptor, description) + _write(descriptor, end)


def read_prepared(
    path: Path, key: str, *, folder: Path | None
) -> Generator[tuple[int, int], None, PreparedText]:
    """Check a whole file and return what it holds.

    Yields
    ------
    tuple of int
        Bytes checked so far, and all bytes to check.

    Raises
    ------
    DamagedError
        If it is not a whole file of this key.
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        description, places = _read_description(file, key)
        arrays: Arrays = {}
        total = sum(place.size for place in places.values())
        done = 0
        for name, place in places.items():
            for size in _checked(file, name, place):
                done += size
                yield done, total
            arrays[name] = _array(file, name, place, is_mapped=total > _MOST_IN_MEMORY)
    yield total, total
    return _prepared(description, arrays, folder, path)


def read_summary(path: Path) -> TextSummary:
    """Return what a prepared text is about; checks its description only, as `read_prepared`."""
    with path.open("rb") as file:
        description, _ = _read_description(file, None)
    try:
        return record_from_json(TextSummary, description.get("facts"))
    except ModelFileError as error:
        raise DamagedError(str(error)) from error


def _pieces(name: str, parts: AssembledText) -> Iterator[bytes | memoryview]:
    """Yield the bytes of an array."""
    match name:
        case "group_of" | "counts":
            yield from _slices(getattr(parts, name))
        case "lines":
            yield from _slices(parts.origins.lines)
        case _:
            yield from getattr(parts, name).pieces()


def _slices(array: Numbers) -> Iterator[memoryview]:
    view = array.data.cast("B") if len(array) else memoryview(b"")
    for start in range(0, len(view), PIECE_BYTES):
        yield view[start : start + PIECE_BYTES]


def _write(descriptor: int, data: bytes | memoryview) -> int:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
    return len(data)


def _read_description(
    file: BufferedReader, key: str | None
) -> tuple[dict[str, Any], dict[str, _Place]]:
    """Check all but the arrays; `key` None is any key."""
    size = os.fstat(file.fileno()).st_size
    if size < _ALIGNED + _END_BYTES or file.read(_ALIGNED) != _BEGIN:
        raise DamagedError("it does not begin as such a file")
    file.seek(size - _END_BYTES)
    end = file.read(_END_BYTES)
    length = int.from_bytes(end[:8], "little")
    start = size - _END_BYTES - length
    if not end.endswith(_MAGIC) or length > _MOST_DESCRIPTION or start < _ALIGNED:
        raise DamagedError("it does not end as such a file")
    file.seek(start)
    text = file.read(length)
    if _hash(text) != end[8 : 8 + _HASH_BYTES]:
        raise DamagedError("its description is damaged")
    try:
        description = parse_json(text, "its description")
    except ModelFileError as error:
        raise DamagedError(str(error)) from error
    if not isinstance(description, dict) or key not in (None, description.get("key")):
        raise DamagedError("it was made from another text or with other options")
    return description, _checked_places(description.get("places"), start)


def _checked_places(values: object, end: int) -> dict[str, _Place]:
    """Demand all arrays, one after the other without holes."""
    if not isinstance(values, dict) or list(values) not in (list(_DTYPES), _FORMER):
        raise DamagedError("it lacks an array")
    places = {}
    position = _ALIGNED
    for name, numbers in values.items():
        if not (isinstance(numbers, list) and [type(each) for each in numbers] == [int] * 3):
            raise DamagedError("an array has no place")
        place = _Place(start=numbers[0], size=numbers[1], checksum=numbers[2])
        if place.start != position or place.size < 0 or place.size % _item_bytes(name):
            raise DamagedError("its arrays overlap or leave holes")
        position += math.ceil(place.size / _ALIGNED) * _ALIGNED
        places[name] = place
    if position != end:
        raise DamagedError("its arrays do not fill it")
    return places


def _checked(file: BufferedReader, name: str, place: _Place) -> Iterator[int]:
    """Compare the checksum of an array; yield the size of each piece."""
    file.seek(place.start)
    checksum = 0
    left = math.ceil(place.size / _ALIGNED) * _ALIGNED
    while left:
        piece = file.read(min(PIECE_BYTES, left))
        if not piece:
            raise DamagedError(f"its {name} are cut off")
        checksum = zlib.crc32(piece, checksum)
        left -= len(piece)
        yield len(piece)
    if checksum != place.checksum:
        raise DamagedError(f"its {name} are damaged")


def _array(file: BufferedReader, name: str, place: _Place, *, is_mapped: bool) -> Numbers:
    count = place.size // _item_bytes(name)
    if is_mapped:
        whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return np.frombuffer(whole, _DTYPES[name], count, place.start)
    file.seek(place.start)
    return np.fromfile(file, _DTYPES[name], count)


def _item_bytes(name: str) -> int:
    return np.dtype(_DTYPES[name]).itemsize


def _prepared(
    description: dict[str, Any], arrays: Arrays, folder: Path | None, path: Path
) -> PreparedText:
    """Make the records; what does not fit together is refused."""
    try:
        summary = record_from_json(TextSummary, description.get("facts"))
        reading = record_from_json(Reading, description.get("reading"))
        problems = tuple(
            RowProblem(line=int(line), reason=str(reason), text=str(text), file=str(file))
            for line, reason, text, file in description["problems"]
        )
        files = [(str(name), int(first)) for name, first in description["files"]]
        lines = arrays.pop("lines")
        words = word_list(arrays.pop("words"), arrays.pop("word_lengths"))
    except (ModelFileError, ValueError, TypeError, KeyError) as error:
        raise DamagedError(f"its description cannot be used: {error}") from error
    texts = arrays.pop("texts").data
    fits = (
        len(words) == len(arrays["counts"]) == summary.different_words
        and len(arrays["word_ranks"]) == summary.words == int(arrays["counts"].sum())
        and len(arrays["document_lengths"]) == len(arrays["group_of"]) == summary.documents
        and int(arrays["document_lengths"].sum()) == summary.sentences
        and len(lines) == summary.documents
        and _are_in_order([first for _, first in files], summary.documents)
        and len(arrays["offsets"]) == len(arrays["text_offsets"]) == summary.sentences + 1
        and int(arrays["offsets"][-1]) == summary.words
        and int(arrays["text_offsets"][-1]) == len(texts)
    )
    if not fits:
        raise DamagedError("its arrays do not fit together")
    origins = Origins(
        lines=lines,
        files=tuple(name for name, _ in files),
        firsts=tuple(first for _, first in files),
    )
    store = TokenStore(
        origins=origins,
        words=words,
        texts=texts,
        is_validation=np.zeros(summary.documents, dtype=np.bool_),
        split=(0.0, 0),
        reading=reading,
        folder=folder,
        kept_at=path,
        **arrays,
    )
    return PreparedText(store=store, summary=summary, problems=problems)


def _are_in_order(firsts: list[int], documents: int) -> bool:
    """Whether these can be the first documents of files: from 0 on, each behind the other."""
    return not firsts or (
        firsts[0] == 0 and firsts[-1] < documents and firsts == sorted(set(firsts))
    )


def _hash(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_HASH_BYTES).digest()
