"""What several ranks train on: the sentences of a corpus, in files that they map.

All ranks of a node map the same files: nothing of it is in any process's own memory,
and a text larger than the memory trains. On rank 0's node these are written once; to other nodes
they are sent, a piece at a time. They are deleted as soon as all have mapped them, so that nothing
is left behind, whatever ends the ranks.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch.distributed as dist

from engine.corpus.corpus import CorpusSummary, Sentences
from engine.corpus.counting.references import ReferenceLosses
from engine.corpus.training_text import TrainingText
from engine.errors import CorpusError
from engine.files.atomic import explain_os_error
from engine.files.spool import PIECE_BYTES, forget_pages, map_file
from engine.tokenization.reading import Reading
from engine.tokenization.vocabulary import Vocabulary
from engine.training.distributed.ranks import BEGIN, TEXT, Ranks

_PREFIX, _LEFT_S = "rnn-text-lab-ranks-", 3600.0  # seconds: then whoever made it is gone
_FILES: dict[str, type[np.generic]] = {
    "training.ids": np.int32,
    "training.offsets": np.int64,
    "validation.ids": np.int32,
    "validation.offsets": np.int64,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedText:
    """The sentences of a corpus in files that all ranks of a node map."""

    training: Sentences
    validation: Sentences
    vocabulary: Vocabulary
    summary: CorpusSummary
    reading: Reading
    references: ReferenceLosses | None = None


def share_text(ranks: Ranks, corpus: TrainingText, folder: Path | None) -> SharedText:
    """Give a corpus to all ranks, and return what they train on; for rank 0.

    Parameters
    ----------
    ranks : Ranks
    corpus : TrainingText
    folder : Path or None
        Where there is room for the files; None = the system's folder for temporary files.

    Raises
    ------
    CorpusError
        If they cannot be written.
    """
    with _files_in(folder) as place:
        for name in _FILES:
            side, what = name.split(".")
            values = getattr(getattr(corpus, side), what)
            at_once = PIECE_BYTES // values.itemsize
            with (place / name).open("wb") as file:
                for begin in range(0, len(values), at_once):
                    file.write(np.ascontiguousarray(values[begin : begin + at_once]).data)
            forget_pages(values)
        training, validation = _mapped(place)
        ranks.order(TEXT)
        ranks.send(str(place).encode())
        _spread(ranks, place)
    ranks.work_alone()
    return SharedText(
        training=training,
        validation=validation,
        vocabulary=corpus.vocabulary,
        summary=corpus.summary,
        reading=corpus.reading,
        references=corpus.references,
    )


def take_text(ranks: Ranks) -> tuple[Sentences, Sentences]:
    """Return the training and the held-out sentences of rank 0's text; for the other ranks."""
    with _taken(ranks) as place:
        sides = _mapped(place)
        ranks.agree()
    return sides


@contextmanager
def _files_in(folder: Path | None) -> Iterator[Path]:
    """Make a folder for the files and delete it in the end, with what killed ranks left."""
    try:
        place = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))
        for other in place.parent.glob(f"{_PREFIX}*"):
            if time.time() - other.stat().st_mtime > _LEFT_S:
                shutil.rmtree(other, ignore_errors=True)
    except OSError as error:
        raise _cannot(folder, error) from error
    try:
        yield place
    except OSError as error:
        raise _cannot(place, error) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _cannot(place: Path | None, error: OSError) -> CorpusError:
    return CorpusError(
        f"The text could not be laid out for the ranks in {place or tempfile.gettempdir()}, "
        f"because {explain_os_error(error)}. Make room there, or set TMPDIR to a folder with room."
    )


def _mapped(place: Path) -> tuple[Sentences, Sentences]:
    arrays = []
    for name, dtype in _FILES.items():
        with (place / name).open("rb") as file:
            arrays.append(map_file(file, dtype))
    return Sentences(arrays[0], arrays[1]), Sentences(arrays[2], arrays[3])


def _spread(ranks: Ranks, place: Path) -> None:
    """Send the files to the first rank of each other node, and wait until all have mapped them."""
    nodes = ranks.nodes()
    if len(set(nodes)) > 1:
        group = ranks.group(_leaders(nodes))
        for piece in _pieces(place):
            ranks.agree(order=TEXT)  # nobody waits for long without a sign of life
            ranks.send(piece, group)
        ranks.agree(order=BEGIN)
        ranks.agree()
    ranks.agree()


def _pieces(place: Path) -> Iterator[bytes]:
    """Yield the content of the files, each followed by nothing."""
    for name in _FILES:
        with (place / name).open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece
        yield b""


@contextmanager
def _taken(ranks: Ranks) -> Iterator[Path]:
    """Give the folder of the files on this node, as `_spread` sends them."""
    place = Path(ranks.send().decode())
    nodes = ranks.nodes()
    own = nodes[ranks.rank]
    if len(set(nodes)) == 1:
        yield place
        return
    leaders = _leaders(nodes)
    group = ranks.group(leaders)
    if ranks.rank in leaders:
        with _files_in(None) as place:
            _write_pieces(ranks, group, place)
            ranks.store.set(f"place/{own}", str(place))
            ranks.agree()
            yield place
        return
    while ranks.await_order() == TEXT:
        pass
    ranks.agree()
    yield place if own == nodes[0] else Path(ranks.store.get(f"place/{own}").decode())


def _write_pieces(ranks: Ranks, group: dist.ProcessGroup, place: Path) -> None:
    for name in _FILES:
        with (place / name).open("wb") as file:
            while ranks.await_order() == TEXT and (piece := ranks.send(group=group)):
                file.write(piece)
    ranks.await_order()


def _leaders(nodes: Sequence[int]) -> list[int]:
    """Return the first rank of each node, given the node of each rank."""
    return [nodes.index(node) for node in dict.fromkeys(nodes)]
