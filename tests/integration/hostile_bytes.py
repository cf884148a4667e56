"""Hostile files that are no table at all, or one of a size or a packing that hurts.

What must come of each is named: its texts, or a refusal that names the file, or
(where no one can say what is right) anything but a crash, damage and a wait.
"""

import bz2
import gzip
import lzma
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile, ZipInfo

GOOD = b"id,text\n1,the cat sat\n2,a dog ran\n3,nobody was there\n"
TEXTS = ("the cat sat", "a dog ran", "nobody was there")
PACKED = gzip.compress(GOOD, mtime=0)
PROSE = b"Well, yes, it is so, and no, it is not.\n"
LONG_LINE = PROSE[:-1] * 16 + b"\n"
WIDE = 10_000


@dataclass(frozen=True, slots=True)
class Hostile:
    name: str
    data: bytes
    texts: tuple[str, ...] | None = None  # what must be read
    is_refused: bool = False  # the whole file, by a sentence with its name
    file: str = "file.csv"


def hostile_files(seed: int) -> list[Hostile]:
    """Return all of them."""
    chance = random.Random(seed)
    return [
        *_packed(),
        *_binary(chance),
        *_large(),
        *_strange_quotes(),
        *_cut(chance),
        *_other_kinds(chance),
    ]


def _zip() -> bytes:
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        archive.writestr(ZipInfo("a.csv"), GOOD)
    return target.getvalue()


def _packed() -> Iterator[Hostile]:
    yield Hostile("packed", PACKED, TEXTS, file="file.csv.gz")
    yield Hostile("packed without saying so", PACKED, TEXTS)
    yield Hostile(
        "two packed parts",
        gzip.compress(GOOD[:20], mtime=0) + gzip.compress(GOOD[20:], mtime=0),
        TEXTS,
    )
    yield Hostile("said to be packed and is not", GOOD, TEXTS, file="file.csv.gz")
    for length in (1, 2, 9, 10, 11, len(PACKED) // 2, len(PACKED) - 8, len(PACKED) - 1):
        is_refused = length > 1
        yield Hostile(f"packed, cut to {length}", PACKED[:length], is_refused=is_refused)
    for place in range(10, len(PACKED), 5):
        damaged = bytearray(PACKED)
        damaged[place] ^= 0xFF
        yield Hostile(f"packed, byte {place} flipped", bytes(damaged), is_refused=True)
    yield Hostile("packed, then rubbish", PACKED + b"rubbish", is_refused=True)
    yield Hostile("packed twice", gzip.compress(PACKED, mtime=0), is_refused=True)
    yield Hostile("packed nothing", gzip.compress(b"", mtime=0), is_refused=True)
    yield Hostile("packed zip", gzip.compress(_zip(), mtime=0), is_refused=True)
    yield Hostile(
        "packed zeros, 64 MB", gzip.compress(bytes(64 << 20), 1, mtime=0), is_refused=True
    )
    yield Hostile("one packed line of 64 MB", gzip.compress(b"a" * (64 << 20), 1, mtime=0))
    yield Hostile("packed line ends, 4 MB", gzip.compress(b"a" + b"\n" * (4 << 20), 1, mtime=0))
    yield Hostile("zip", _zip(), is_refused=True)
    yield Hostile("bzip2", bz2.compress(GOOD), is_refused=True)
    yield Hostile("xz", lzma.compress(GOOD), is_refused=True)
    yield Hostile("bzip2 in gzip", gzip.compress(bz2.compress(GOOD), mtime=0), is_refused=True)


def _binary(chance: random.Random) -> Iterator[Hostile]:
    yield Hostile("nothing", b"", is_refused=True)
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        yield Hostile(f"only the mark {mark.hex()}", mark, is_refused=True)
        yield Hostile(f"the mark {mark.hex()} twice", mark * 2 + GOOD)
    for size in (1, 2, 3, 17, 1000, 100_000):
        yield Hostile(f"{size} zeros", bytes(size), is_refused=size > 1000)
        yield Hostile(f"{size} bytes of chance", chance.randbytes(size))
        yield Hostile(f"{size} bytes 0xff", b"\xff" * size)
        yield Hostile(f"blanks and line ends, {size}", b" \t\r\n" * size, is_refused=True)
    for name, begin in (
        *(("pdf", b"%PDF-1.7\n"), ("png", b"\x89PNG\r\n\x1a\n"), ("jpeg", b"\xff\xd8\xff\xe0")),
        *(("elf", b"\x7fELF\x02\x01"), ("sqlite", b"SQLite format 3\0"), ("gif", b"GIF89a")),
        *(("old excel", b"\xd0\xcf\x11\xe0"), ("parquet", b"PAR1"), ("zstd", b"\x28\xb5\x2f\xfd")),
    ):
        yield Hostile(name, begin + chance.randbytes(5000), is_refused=True)
    pickle = b"\x80\x04\x95" + b"cos\nsystem\n(S'touch pwned'\ntR."
    yield Hostile("pickle", pickle)
    yield Hostile("floats", struct.pack("<2000d", *(chance.random() for _ in range(2000))))
    for codec in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        wide = GOOD.decode().encode(codec)
        for cut in (1, 2, 3):
            yield Hostile(f"{codec}, {cut} bytes too few", wide[:-cut])
            yield Hostile(f"{codec}, shifted by {cut}", wide[cut:])
    for codec in ("utf-7", "cp037", "utf-16-le"):
        yield Hostile(f"ASCII, then {codec}", GOOD + GOOD.decode().encode(codec))
    yield Hostile("utf-8, then cp1252", "text\né à ü\n".encode() + "é à ü\n".encode("cp1252"))


def _large() -> Iterator[Hostile]:
    yield Hostile("one line of 40 MB", b"text\n" + b"a" * (40 << 20) + b"\n")
    yield Hostile("one line of 40 MB and no other", b"word " * (8 << 20))
    yield Hostile("an open quote before 40 MB", b'text\n"' + LONG_LINE * (1 << 16))
    yield Hostile("a million line ends", b"text\n" + b"\n" * 1_000_000 + b"the end is here\n",
                  ("the end is here",))  # fmt: skip
    yield Hostile("a million quotes", b"text\n" + b'"' * 1_000_000)
    yield Hostile("a million odd quotes", b"text\n" + b'"' * 1_000_001 + b"\n")
    yield Hostile("half a million commas", b"," * 500_000 + b"\n" + b"," * 500_000)
    yield Hostile("lines of open quotes", b'text\n"a\n' * 30_000)
    yield Hostile("rows of open quotes", b"id,text\n" + b'1,"a\n' * 60_000)
    yield Hostile("rows of text after quotes", b"id,text\n" + b'1,"a" b\n' * 60_000)
    yield Hostile("rows of bare quotes", b"id,text\n" + b'1,a "b" c\n' * 60_000)
    yield Hostile("quotes and line ends", b'"\n' * 200_000)
    yield Hostile("quotes and commas", b'","' * 200_000)
    header = ",".join(f"c{n}" for n in range(WIDE)).encode()
    yield Hostile("ten thousand columns", header + b"\n" + b"x," * (WIDE - 1) + b"y\n")
    yield Hostile("a header of a megabyte", b'"' + b"x" * (1 << 20) + b'"\nsome text\n')


def _strange_quotes() -> Iterator[Hostile]:
    yield Hostile("one quote", b'"')
    yield Hostile("two quotes", b'""')
    yield Hostile("three quotes", b'"""')
    yield Hostile("header alone", b"id,text\n")
    yield Hostile("header of one open quote", b'"id,text\n1,the cat sat\n2,a dog ran\n')
    yield Hostile("header with a line end", b'id,"the\ntext"\n1,the cat sat\n2,a dog ran\n',
                  ("the cat sat", "a dog ran"))  # fmt: skip
    yield Hostile("header with NUL", b"id,te\0xt\n1,the cat sat\n")
    yield Hostile("header with a bad byte", "id,te<t\n1,é à\n".encode().replace(b"<", b"\xff"))
    yield Hostile("equal names", b"text,text\nthe cat sat,a dog\n")
    yield Hostile("empty names", b",\n1,the cat sat down\n2,a dog ran away\n")
    yield Hostile("single quotes", b"id,text\n1,'the cat, sat'\n2,'a dog'\n")
    yield Hostile("curly quotes", "id,text\n1,“the cat”\n2,“a dog”\n".encode(),
                  ("“the cat”", "“a dog”"))  # fmt: skip
    yield Hostile("quotes of French", "id;text\n1;« le chat »\n2;« un chien »\n".encode(),
                  ("« le chat »", "« un chien »"))  # fmt: skip
    yield Hostile("delimiter named", b"sep=;\nid;text\n1;the cat sat\n2;a dog ran\n")
    yield Hostile("two delimiters", b"id,text;more\n1,the cat;sat\n2,a dog;ran\n")
    yield Hostile("delimiters of many characters", b"id||text\n1||the cat\n2||a dog\n")
    yield Hostile("comments before", b"# made by hand\n# today\n" + GOOD)
    yield Hostile("formulas", b"id,text\n1,=SUM(A1)\n2,@cmd\n3,+1\n", ("=SUM(A1)", "@cmd", "+1"))


def _cut(chance: random.Random) -> Iterator[Hostile]:
    quoted = "\r\n".join(
        ["id,text", *(f'{n},"le café, n° {n}, été “{n}”, et\r\nencore"' for n in range(20))]
    ).encode()
    for length in sorted(chance.sample(range(20, len(quoted)), 25)):
        yield Hostile(f"cut to {length} bytes", quoted[:length])
    for number in range(40):
        damaged = bytearray(quoted)
        for place in chance.sample(range(len(quoted)), chance.randint(1, 12)):
            damaged[place] = chance.choice(b'",;\n\r\t\0 \xff\xe9a')
        yield Hostile(f"bytes changed, table {number}", bytes(damaged))


def _other_kinds(chance: random.Random) -> Iterator[Hostile]:
    html = b"<!doctype html><html><body><table><tr><td>1, 2</td></tr></table></body></html>\n"
    yield Hostile("web page", html * 30)
    yield Hostile("xml", b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "c">]>\n<a>&b;</a>\n')
    yield Hostile("json", b'[{"text": "the cat"}, {"text": "a dog"}]\n')
    yield Hostile("json lines in a csv", b'{"text": "the cat"}\n{"text": "a dog"}\n')
    yield Hostile("program", b"#!/bin/sh\nrm -rf \"$HOME\"; echo 'a, b'\n")
    yield Hostile("prose", PROSE * 50)
    yield Hostile("numbers", b"".join(b"%d,%d\n" % (n, n * n) for n in range(200)))
    for name in ("a.txt", "a.jsonl", "a.tsv", "a.md"):
        yield Hostile(f"bytes of chance as {name}", chance.randbytes(3000), file=name)
        yield Hostile(f"zeros as {name}", bytes(3000), is_refused=True, file=name)
        yield Hostile(f"one line as {name}", b'{"text": "' + b"a" * 100_000 + b'"}', file=name)
    yield Hostile("deep json", b'{"text": "a"}\n' + b"[" * 1_000_000, ("a",), file="a.jsonl")
    yield Hostile("endless number", b'{"text": "a", "n": ' + b"9" * 50_000 + b"}", file="a.jsonl")
    yield Hostile("half a pair", b'{"text": "\\ud83d"}\n{"text": "b"}\n', ("b",), file="a.jsonl")
    yield Hostile("nan", b'{"text": "b", "n": NaN}\n', ("b",), file="a.jsonl")
    yield Hostile("equal keys", b'{"text": "a", "text": "b"}\n', file="a.jsonl")
