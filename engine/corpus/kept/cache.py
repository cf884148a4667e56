"""Prepared texts kept from one opening of a file to the next.

A kept text is found by the content of the file and the options, is used only if every
byte of it is as it was written, and is a convenience: whatever goes wrong here is a
notice at most, and the text is prepared again.

    corpus-112714-0123456789abcdef0123456789abcdef.bin
           size   key (`corpus_key`)

Beside it may lie the index for copied runs (`kept_order`), which is counted and deleted with it.
"""

import contextlib
import hashlib
import json
import os
import re
import sys
import unicodedata
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import charset_normalizer
from platformdirs import user_cache_path

from engine.config import CorpusConfig
from engine.control import Notice, RunControl, StageProgress, Ticker
from engine.corpus.assembly import AssembledText
from engine.corpus.corpus import TextSummary
from engine.corpus.kept.kept_order import ENDING, file_beside
from engine.corpus.kept.prepared_file import (
    DamagedError,
    PreparedText,
    read_prepared,
    read_summary,
    write_prepared,
)
from engine.documents.rows import RowProblem
from engine.documents.several import digest_of, names_of, text_files, title
from engine.errors import CorpusError
from engine.files.atomic import remove_leftovers, replacing
from engine.tokenization.nltk_parts import nltk_version
from engine.tokenization.reading import Reading
from engine.tokenization.sentences import installed_digest

MOST_BYTES = 4 << 30  # of all kept texts together; a CSV of 1 GB takes about 2
_LOOKING = "Looking whether this text was prepared before"
_OPENING = "Opening the prepared text"
_KEEPING = "Keeping the prepared text for the next time"
_NAME = re.compile(r"corpus-(\d+)-[0-9a-f]{32}\.bin")
_REPORT_EVERY_S = 0.1
_BLOCK_BYTES = 1 << 20

CacheEvents = Generator[StageProgress | Notice, None, PreparedText | None]

# Raised with every change of what the same file and options become, from its bytes to
# sentences and words: what was prepared before is then prepared again.
PREPARATION_VERSION = 13  # 1 was a digest of the engine's sources


def corpus_cache_folder() -> Path:
    """Return where the prepared texts of this user are kept."""
    return user_cache_path("rnn-text-lab", appauthor=False) / "corpora"


def cached_names(folder: Path) -> list[str]:
    """Return the names of the prepared texts in `folder`; none where it cannot be read."""
    try:
        return [each.name for each in folder.iterdir() if _NAME.fullmatch(each.name)]
    except OSError:
        return []


def _bytes_of(path: Path) -> int:
    """Return what a prepared text takes, with what lies beside it."""
    size = path.lstat().st_size
    with contextlib.suppress(FileNotFoundError):
        size += file_beside(path).lstat().st_size
    return size


def _delete(path: Path) -> None:
    """Delete a prepared text, and first what lies beside it."""
    file_beside(path).unlink(missing_ok=True)
    path.unlink()


def _remove_leftovers(folder: Path) -> None:
    """Delete what a killed program left, and what lay beside a text that is gone."""
    remove_leftovers(folder)
    texts = {Path(name).stem for name in cached_names(folder)}
    with contextlib.suppress(OSError):  # there is no folder, or it is not ours
        for each in folder.iterdir():
            if (
                each.suffix == ENDING
                and _NAME.fullmatch(f"{each.stem}.bin")
                and each.stem not in texts
            ):
                each.unlink()


class _StoppedError(Exception):
    """The user wants no more of it."""


class CorpusCache:
    """The prepared texts in one folder.

    Parameters
    ----------
    folder : Path
        Made when it is first needed; other files in it are left alone.
    most_bytes : int
        The texts used least recently are deleted beyond it.
    reading : Reading, optional
        How texts are read, where that is not to be learned from them.
    """

    def __init__(
        self, folder: Path, *, most_bytes: int = MOST_BYTES, reading: Reading | None = None
    ) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._reading = reading

    def made_folder(self) -> Path | None:
        """Return the folder, or None if it cannot be made."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            return None
        return self._folder

    def find(self, config: CorpusConfig, control: RunControl) -> CacheEvents:
        """Return what was prepared from the files of `config`, or None.

        None also after a stop. A damaged text is deleted.
        """
        _remove_leftovers(self._folder)
        files = text_files(config.paths)
        size = _size_of(files)
        names = [name for name in cached_names(self._folder) if name.startswith(f"corpus-{size}-")]
        if not names:
            return None  # the content of the file needs no look
        ticker = Ticker(_REPORT_EVERY_S)
        digest = yield from _digest(files, size, control, ticker)
        if digest is None:
            return None
        path = self._path(config, files, digest)
        if path.name not in names or not path.is_file():
            return None
        return (yield from self._open(path, title(config.paths, len(files)), control, ticker))

    def find_content(self, config: CorpusConfig, digest: str, control: RunControl) -> CacheEvents:
        """Return what was prepared from a file of that content, whatever became of the file.

        `digest` is the SHA-256 of the content. None also after a stop.
        """
        try:
            files = text_files(config.paths)
        except CorpusError:  # they are gone; files in a folder that is gone cannot be named
            files = list(config.paths)
        ending = f"-{corpus_key(config, digest, files)}.bin"
        for name in cached_names(self._folder):
            if name.endswith(ending):
                ticker = Ticker(_REPORT_EVERY_S)
                path = self._folder / name
                return (yield from self._open(path, config.path.name, control, ticker))
        return None

    def _open(self, path: Path, name: str, control: RunControl, ticker: Ticker) -> CacheEvents:
        """Read the text prepared from `name`; None on a stop and of a damaged one, then deleted."""
        try:
            opened = read_prepared(path, path.stem[-32:], folder=self._folder)
            while True:
                done, total = next(opened)
                if not control.proceed():
                    return None
                if ticker.is_due():
                    yield _progress(_OPENING, done, total)
        except StopIteration as end:
            with contextlib.suppress(OSError):
                os.utime(path)  # used now
            prepared: PreparedText = end.value
            return prepared
        except DamagedError as error:
            with contextlib.suppress(OSError):
                _delete(path)
            yield _made_anew(name, str(error))
        except OSError as error:
            yield _made_anew(name, error.strerror or str(error))
        return None

    def keep(
        self,
        config: CorpusConfig,
        parts: AssembledText,
        summary: TextSummary,
        problems: tuple[RowProblem, ...],
        reading: Reading,
        control: RunControl,
    ) -> CacheEvents:
        """Keep a prepared text and return it as it will be opened again.

        Returns None, and leaves `parts` as they are, if it cannot be kept, or on a stop.
        """
        path = self._path(config, text_files(config.paths), summary.digest)
        room = parts.size
        if room > self._most_bytes:
            return None
        ticker = Ticker(_REPORT_EVERY_S)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_room(room)
            with replacing(path, new_mode=0o600, is_durable=False) as descriptor:
                key = path.stem[-32:]
                for done in write_prepared(descriptor, key, parts, summary, problems, reading):
                    if not control.proceed():
                        raise _StoppedError
                    if ticker.is_due():
                        yield _progress(_KEEPING, done, max(done, room))
            opened = read_prepared(path, path.stem[-32:], folder=self._folder)
            while True:
                next(opened)
                if not control.proceed():
                    return None
        except StopIteration as end:
            prepared: PreparedText = end.value
            return prepared
        except _StoppedError:
            return None
        except (OSError, DamagedError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            yield Notice(
                text=f"The prepared text of {summary.name} could not be kept in "
                f"{self._folder}: {reason}. Opening it again will take as long as it did now."
            )
        return None

    def _path(self, config: CorpusConfig, files: Sequence[Path], digest: str) -> Path:
        key = corpus_key(config, digest, files, self._reading)
        return self._folder / f"corpus-{_size_of(files)}-{key}.bin"

    def _make_room(self, room: int) -> None:
        """Delete what was used least recently, until `room` bytes more are allowed."""
        kept = []
        for name in cached_names(self._folder):
            with contextlib.suppress(OSError):  # another program deleted it
                path = self._folder / name
                kept.append((path.lstat().st_mtime_ns, _bytes_of(path), name))
        total = sum(size for _, size, _ in kept)
        for _, size, name in sorted(kept):
            if total + room <= self._most_bytes:
                return
            with contextlib.suppress(OSError):  # in use, on Windows
                _delete(self._folder / name)
                total -= size


def _size_of(files: Sequence[Path]) -> int:
    try:
        return sum(path.stat().st_size for path in files)
    except (OSError, ValueError):
        return -1  # whoever reads the file will say what is wrong


def _digest(
    files: Sequence[Path], size: int, control: RunControl, ticker: Ticker
) -> Generator[StageProgress, None, str | None]:
    """Return the digest of the files, or None after a stop or where one cannot be read."""
    yield _progress(_LOOKING, 0, size)
    digests: list[str] = []
    done = 0
    try:
        for path in files:
            digest = hashlib.sha256()
            with path.open("rb") as file:
                while block := file.read(_BLOCK_BYTES):
                    digest.update(block)
                    done += len(block)
                    if not control.proceed():
                        return None
                    if ticker.is_due():
                        yield _progress(_LOOKING, done, max(done, size))
            digests.append(digest.hexdigest())
    except (OSError, ValueError):
        return None
    return digest_of(digests)


def _progress(stage: str, done: int, total: int) -> StageProgress:
    return StageProgress(stage=stage, done=done, total=total, unit="bytes")


def _made_anew(name: str, reason: str) -> Notice:
    return Notice(
        text=f"The prepared text kept for {name} cannot be used, because {reason}. "
        "It is prepared again.",
        severity="info",
    )


def corpus_key(
    config: CorpusConfig,
    digest: str,
    files: Sequence[Path] = (),
    reading: Reading | None = None,
) -> str:
    """Return the key of what is prepared from a file, 32 hexadecimal digits.

    Vocabulary size, smallest count, validation share and seed are not part of it: they are
    applied to the prepared text afterwards. The path is not, but for its ending, which tells
    how to read.

    Parameters
    ----------
    config : CorpusConfig
    digest : str
        SHA-256 of the file's content, or `digest_of` those of several.
    files : sequence of Path
        By default the one at `config.path`.
    reading : Reading, optional
        How the file is read, where that is not learned from it.
    """
    names = names_of(files) if len(files) > 1 else []
    values = {
        "content": digest,
        "ending": [_ending(path) for path in files or (config.path,)],
        "files": names,  # which the sentences name
        "bad_files": config.bad_files if names else "",
        "csv": config.csv.to_json(),
        "tokenizer": config.tokenizer.to_json(),
        "reading": None if reading is None else reading.to_json(),
        "remove_duplicates": config.remove_duplicates,
        "punkt": installed_digest(),
        "program": PREPARATION_VERSION,
        "nltk": nltk_version,
        "regex": version("regex"),
        "charset_normalizer": charset_normalizer.__version__,
        "py3langid": version("py3langid"),
        "python_calamine": version("python-calamine"),
        "unicode": unicodedata.unidata_version,
        "byte order": sys.byteorder,
    }
    text = json.dumps(values, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def _ending(path: Path) -> list[str]:
    return [ending.lower() for ending in path.suffixes if ending.lower() != ".gz"][-1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedCorpus:
    """One prepared text."""

    name: str  # of the file that it was made from; "" where that cannot be told
    path: str  # where that file was
    size: int  # bytes that the prepared text takes, with its index for copied runs
    used_at: float  # seconds since 1970


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedCorpora:
    """All prepared texts of this user, the one used last first."""

    folder: Path
    texts: tuple[CachedCorpus, ...]
    most_bytes: int = MOST_BYTES  # beyond it, those used least recently are deleted

    @property
    def size(self) -> int:
        """Bytes of all."""
        return sum(text.size for text in self.texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearedCorpora:
    """What clearing did."""

    folder: Path
    count: int  # deleted
    size: int  # bytes of those
    left: int  # that could not be deleted: another program has them open


def list_cached_corpora(folder: Path | str | None = None) -> CachedCorpora:
    """Return what is kept in `folder`, by default this user's."""
    folder = Path(folder or corpus_cache_folder())
    texts = []
    for name in cached_names(folder):
        with contextlib.suppress(OSError):  # deleted meanwhile
            texts.append(_cached_corpus(folder / name))
    texts.sort(key=lambda text: text.used_at, reverse=True)
    return CachedCorpora(folder=folder, texts=tuple(texts))


def clear_cached_corpora(folder: Path | str | None = None) -> ClearedCorpora:
    """Delete all prepared texts; a corpus that is open stays usable where the system allows it."""
    folder = Path(folder or corpus_cache_folder())
    _remove_leftovers(folder)
    count = size = left = 0
    for name in cached_names(folder):
        try:
            bytes_of_text = _bytes_of(folder / name)
            _delete(folder / name)
        except FileNotFoundError:
            continue
        except OSError:
            left += 1
        else:
            count, size = count + 1, size + bytes_of_text
    return ClearedCorpora(folder=folder, count=count, size=size, left=left)


def _cached_corpus(path: Path) -> CachedCorpus:
    size, used_at = _bytes_of(path), path.lstat().st_mtime
    try:
        summary = read_summary(path)
    except DamagedError:
        return CachedCorpus(name="", path="", size=size, used_at=used_at)
    return CachedCorpus(name=summary.name, path=summary.path, size=size, used_at=used_at)
