"""Bytes that outgrow the memory go to a file that nobody has to delete."""

import errno
import os
import tracemalloc
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.control import RunControl
from engine.corpus.assembly import CorpusAssembler
from engine.corpus.workers import PreparedBatch
from engine.files import spool as module
from engine.files.numbering import DocumentGroups
from engine.files.spool import Spool, forget_pages


@settings(max_examples=60)
@given(
    chunks=st.lists(st.binary(max_size=40), max_size=12),
    most=st.integers(1, 100),
    piece=st.integers(1, 30),
)
def test_that_what_was_appended_is_read(chunks: list[bytes], most: int, piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PIECE_BYTES", piece)
        spool = Spool(None, most_in_memory=most)
        for chunk in chunks:
            spool.append(chunk)

        pieces = list(spool.pieces())

        assert b"".join(pieces) == b"".join(chunks)
        assert all(len(each) <= piece for each in pieces)
        assert spool.size == len(b"".join(chunks))
        assert spool.array(np.uint8).tobytes() == b"".join(chunks)
        spool.close()


@pytest.mark.parametrize("most", [1, 1000], ids=["in a file", "in memory"])
def test_that_numbers_come_back_as_they_were(most: int, tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_in_memory=most)
    for first in (0, 10, 20):
        spool.append(np.arange(first, first + 10))
    spool.append(np.zeros(0, dtype=np.int64))

    array = spool.array(np.int64, is_writable=True)

    array[5] = -1
    forget_pages(np.arange(3))
    assert array.tolist() == [*range(5), -1, *range(6, 30)]


def test_that_pages_can_be_forgotten_and_read_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_in_memory=1)
    spool.append(np.arange(5000))
    array = spool.array(np.int64)
    assert int(array.sum()) == 12_497_500

    forget_pages(array[7:])

    assert int(array.sum()) == 12_497_500
    assert not array.flags.writeable


@pytest.mark.skipif(os.name == "nt", reason="Windows shows the file until it is closed")
def test_that_the_file_has_no_name_that_could_be_left_behind(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_in_memory=1)
    spool.append(b"text")

    assert list(tmp_path.iterdir()) == []
    assert spool.failure is None
    spool.close()


class FullFile:
    """A file on a disk with room for a few bytes."""

    def __init__(self, room: int) -> None:
        self.data, self.room, self.place = bytearray(), room, 0
        self.is_closed = False

    def seek(self, place: int) -> None:
        self.place = place

    def write(self, data: memoryview) -> int:
        taken = bytes(data[: max(0, self.room - self.place)])
        if not taken:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.data[self.place : self.place + len(taken)] = taken
        self.place += len(taken)
        return len(taken)

    def read(self, count: int) -> bytes:
        start, self.place = self.place, self.place + count
        return bytes(self.data[start : start + count])

    def truncate(self, size: int) -> None:
        del self.data[size:]

    def close(self) -> None:
        self.is_closed = True


@pytest.mark.parametrize("room", [0, 3, 8, 11, 100])
def test_that_a_full_disk_costs_memory_and_no_bytes(
    room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = FullFile(room)
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: file)
    spool = Spool(None, most_in_memory=4)
    for _ in range(8):
        spool.append(b"abcd")

    if room >= 32:
        assert spool.failure is None
        return
    assert spool.failure is not None
    assert spool.failure.errno == errno.ENOSPC
    assert len(file.data) == room // 4 * 4
    assert b"".join(spool.pieces()) == b"abcd" * 8
    assert spool.array(np.uint8).tobytes() == b"abcd" * 8
    spool.close()
    assert file.is_closed or room == 0 or not file.data


def test_that_a_file_that_cannot_be_made_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    spool = Spool(None, most_in_memory=4)
    spool.append(b"abcd" * 3)

    assert spool.array(np.uint8).tobytes() == b"abcd" * 3
    assert spool.failure is not None


def test_that_a_file_that_was_cut_is_not_read_as_if_it_were_whole(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_in_memory=1)
    spool.append(b"abcd")
    assert spool._file is not None
    spool._file.truncate(2)

    with pytest.raises(OSError, match="cut short"):
        list(spool.pieces())
    spool.close()


def batch(words: int) -> PreparedBatch:
    return PreparedBatch(
        words=["a", "b", "c"],
        numbers=np.arange(words, dtype=np.int32) % 3,
        sentence_lengths=np.full(words // 10, 10, dtype=np.int32),
        document_lengths=np.array([words // 10], dtype=np.int32),
        texts=b"x" * (5 * words),
        text_lengths=np.full(words // 10, 50, dtype=np.int32),
        failed=(),
    )


def test_that_memory_does_not_grow_with_the_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.corpus.assembly.Spool", partial(Spool, most_in_memory=1 << 20))
    monkeypatch.setattr(module, "PIECE_BYTES", 1 << 20)
    some = batch(100_000)  # about 1 MB
    gathered = CorpusAssembler(tmp_path)
    tracemalloc.start()
    try:
        for _ in range(40):
            gathered.add(some)
        groups = np.arange(40, dtype=np.int64)
        for _ in gathered.arranged(groups, RunControl()):
            peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gathered.close()

    assert peak < 15 << 20


@pytest.mark.parametrize("calls", [0, 1, 2, 3])
def test_that_a_stop_is_heard_while_words_are_counted(calls: int) -> None:
    control = RunControl()
    gathered = CorpusAssembler(None)
    gathered.add(batch(1_500_000))  # two pieces, each passed twice

    arranging = gathered.arranged(np.zeros(1, dtype=np.int64), control)
    for _ in range(calls):
        next(arranging)
    control.stop()

    with pytest.raises(StopIteration) as end:
        next(arranging)
    assert end.value.value is None
    gathered.close()


def test_that_equal_documents_have_one_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.files.numbering._MOST_RECENT", 50)
    texts = [str(number * number % 997) for number in range(3000)]  # hashes end in 0, too
    groups = DocumentGroups(tmp_path)

    found = [groups.find(text) for text in texts]

    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    assert [number for number, _ in found] == [numbers[text] for text in texts]
    assert sum(is_new for _, is_new in found) == len(numbers)
    assert groups.duplicates == len(texts) - len(numbers)
