"""Reading any file takes work in proportion to its size: counted, never timed.

Counted are the calls of Python and of its built-in functions, the bytes that come from
the disk, and the characters of the lines that are taken apart.
"""

import gzip
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from engine.config import CsvConfig
from engine.documents import csv_rows, text_file
from engine.documents.reader import DocumentReader, inspect_csv
from engine.errors import CorpusError

SIZE = 4000  # bytes: the head by which a layout is told is the whole file, the costliest case
ANYWAY = 1000  # calls, bytes or characters that are needed for a file of any size
AT_MOST = 2.5  # times the work for twice the size: beyond the sample each row takes a little more


class Work(NamedTuple):
    """What it took to look at a file and to read it."""

    calls: int
    bytes_read: int
    characters: int


def work_for(path: Path) -> Work:
    with counted_reads() as read, counted_calls() as calls:
        try:
            inspect_csv(path)
            with DocumentReader(path, CsvConfig()) as reader:
                for _ in reader:
                    pass
        except CorpusError:
            pass  # refused, which may not take long either
    return Work(calls[0], *read)


@contextmanager
def counted_calls() -> Iterator[list[int]]:
    count, former = [0], sys.getprofile()

    def note(_frame: Any, event: str, _argument: Any) -> None:
        count[0] += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        yield count
    finally:
        sys.setprofile(former)


@contextmanager
def counted_reads() -> Iterator[list[int]]:
    """Count bytes from the disk and characters of the lines of a table."""
    read = [0, 0]
    with pytest.MonkeyPatch.context() as patch:
        readinto, give = text_file._HashingReader.readinto, csv_rows._Feed.__next__

        def readinto_and_count(self: Any, buffer: Any) -> int:
            count = readinto(self, buffer)
            read[0] += count
            return count

        def give_and_count(self: Any) -> str:
            line = give(self)
            read[1] += len(line)
            return line

        patch.setattr(text_file._HashingReader, "readinto", readinto_and_count)
        patch.setattr(csv_rows._Feed, "__next__", give_and_count)
        yield read


def repeated(head: bytes, part: bytes) -> Callable[[int], bytes]:
    return lambda size: head + part * (size // len(part))


def many_names(size: int) -> bytes:
    names = ",".join(f"c{number}" for number in range(size // 8))
    return f"{names}\n{'x,' * (size // 8 - 1)}y\n".encode()


def many_keys(size: int) -> bytes:
    return "".join(f'{{"k{number}": "some text"}}\n' for number in range(size // 24)).encode()


FILES: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "one line": ("a.csv", repeated(b"text\n", b"a")),
    "an open quote": ("a.csv", repeated(b'text\n"', b"Well, yes, it is so.\n")),
    "quotes": ("a.csv", repeated(b"text\n", b'"')),
    "an odd number of quotes": ("a.csv", repeated(b'text\n"', b'""')),
    "commas": ("a.csv", repeated(b",\n", b",")),
    "lines of open quotes": ("a.csv", repeated(b"text\n", b'"a\n')),
    "rows of open quotes": ("a.csv", repeated(b"id,text\n", b'1,"a\n')),
    "rows of text after quotes": ("a.csv", repeated(b"id,text\n", b'1,"a" b\n')),
    "rows of bare quotes": ("a.csv", repeated(b"id,text\n", b'1,a "b" c\n')),
    "quotes and line ends": ("a.csv", repeated(b"", b'"\n')),
    "quotes and commas": ("a.csv", repeated(b"", b'","')),
    "rows between blank lines": ("a.csv", repeated(b"id,text\n", b"1,a b\n\n\r\n")),
    "columns": ("a.csv", many_names),
    "equal columns": ("a.csv", repeated(b"x\n", b"a,")),
    "zeros": ("a.csv", repeated(b"", b"\0")),
    "bytes of no encoding": ("a.csv", repeated(b"text\n", b"\xff\xfe\xfd\n")),
    "keys of JSON": ("a.jsonl", many_keys),
    "deep JSON": ("a.jsonl", repeated(b'{"text": "a"}\n', b"[")),
    "blank lines of plain text": ("a.txt", repeated(b"a\n", b"\n")),
}


@pytest.mark.parametrize("name", FILES)
def test_that_a_file_of_twice_the_size_takes_about_twice_the_work(
    name: str, tmp_path: Path
) -> None:
    file, made = FILES[name]
    path, packed = tmp_path / file, tmp_path / f"{file}.gz"
    path.write_bytes(made(SIZE))
    once = work_for(path)

    path.write_bytes(made(2 * SIZE))
    packed.write_bytes(gzip.compress(path.read_bytes(), 1, mtime=0))
    twice, unpacked = work_for(path), work_for(packed)

    for few, many in zip(once, twice, strict=True):
        assert many <= AT_MOST * few + ANYWAY
    assert unpacked.characters == twice.characters


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\n\r"])
def test_that_a_run_of_line_ends_is_not_looked_at_one_by_one(end: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"

    def work(count: int) -> Work:
        path.write_text("id,text\n1,a b\n" + end * count + "2,c d\n", newline="")
        return work_for(path)

    assert work(100_000).calls - work(50_000).calls < 1000


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\n\r"])
@pytest.mark.parametrize("count", [1, 2, 65_535, 65_536, 65_537])
@pytest.mark.parametrize("after", ["", "\r", "\n", "2,c d\r", "2,c d\r\n3,e f\r", '2,"c\r\r\nd"\n'])
def test_that_lines_after_a_run_of_line_ends_keep_their_numbers(
    end: str, count: int, after: str, tmp_path: Path
) -> None:
    text = "id,text\n1,a b\n" + end * count + after
    path = tmp_path / "a.csv"
    path.write_text(text, newline="", encoding="utf-8")

    with DocumentReader(path, CsvConfig(has_header=True)) as reader:
        found = {document.line: document.text for document in reader}

    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    wanted = {n: "a b" if "a b" in line else line[2:] for n, line in enumerate(lines, 1) if line}
    for number in [n for n, line in enumerate(lines, 1) if line.endswith('"c')]:
        wanted = {n: text for n, text in wanted.items() if n < number} | {number: "c\r\r\nd"}
    wanted.pop(1)
    assert found == wanted
    assert reader.problems == []


TABLE = "id,text\n" + "".join(f"{k},The cat sat at place {k}.\n" for k in range(30))
# Each takes hours where a pattern looks at a long line again from each of its characters.
LONG = {
    "ASCII in an older encoding": f"{TABLE}31,Voilà un café à la crème.\n32,{'word ' * 200_000}\n",
    "an embedding": f"{TABLE}31,{'0.25 ' * 100_000}1e-05\n",
    "remarks with CRLF": "% made by us \r\n" * 28 + TABLE,
    "quotes that open alone": TABLE + "31," + ",'a " * 50_000 + "\n32,'a','b'\n33,'a','b'\n" * 3,
}


@pytest.mark.parametrize("kind", LONG)
def test_that_a_long_line_is_looked_at_once(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(LONG[kind].encode("cp1252"))

    with DocumentReader(path, CsvConfig()) as reader:
        texts = [document.text for document in reader]

    assert {f"The cat sat at place {k}." for k in range(30)} <= set(texts)
