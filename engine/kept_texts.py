"""The prepared texts that the cache keeps, for people: what they are, their size, clearing them.

A size limit, and which text is given up for it, is the affair of `engine.corpus_cache`.
"""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from engine.corpus_cache import MOST_BYTES, corpus_cache_folder, kept_names
from engine.corpus_file import DamagedError, read_facts
from engine.files.atomic import remove_leftovers


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptText:
    """One prepared text."""

    name: str  # of the file that it was made from; "" where that cannot be told
    path: str  # where that file was
    size: int  # bytes that the prepared text takes
    used_at: float  # seconds since 1970


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTexts:
    """All prepared texts of this user, the one used last first."""

    folder: Path
    texts: tuple[KeptText, ...]
    most_bytes: int = MOST_BYTES  # beyond it, those used least recently are deleted

    @property
    def size(self) -> int:
        """Bytes of all."""
        return sum(text.size for text in self.texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearedTexts:
    """What clearing did."""

    folder: Path
    count: int  # deleted
    size: int  # bytes of those
    left: int  # that could not be deleted: another program has them open


def list_kept_texts(folder: Path | None = None) -> KeptTexts:
    """Return what is kept in `folder`, by default this user's."""
    folder = folder or corpus_cache_folder()
    texts = []
    for name in kept_names(folder):
        with contextlib.suppress(OSError):  # deleted meanwhile
            texts.append(_kept_text(folder / name))
    texts.sort(key=lambda text: text.used_at, reverse=True)
    return KeptTexts(folder=folder, texts=tuple(texts))


def clear_kept_texts(folder: Path | None = None) -> ClearedTexts:
    """Delete all prepared texts; a corpus that is open stays usable where the system allows it."""
    folder = folder or corpus_cache_folder()
    remove_leftovers(folder)
    count = size = left = 0
    for name in kept_names(folder):
        try:
            bytes_of_text = (folder / name).lstat().st_size
            (folder / name).unlink()
        except FileNotFoundError:
            continue
        except OSError:
            left += 1
        else:
            count, size = count + 1, size + bytes_of_text
    return ClearedTexts(folder=folder, count=count, size=size, left=left)


def _kept_text(path: Path) -> KeptText:
    status = path.lstat()
    try:
        facts = read_facts(path)
    except DamagedError:
        return KeptText(name="", path="", size=status.st_size, used_at=status.st_mtime)
    return KeptText(name=facts.name, path=facts.path, size=status.st_size, used_at=status.st_mtime)
