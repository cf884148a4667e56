"""Messy files, and what is to be read from each."""

import gzip
from dataclasses import dataclass
from pathlib import Path

from engine.config import CsvConfig
from engine.documents.reader import DocumentReader


def write(folder: Path, data: bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def read(path: Path, **config: object) -> tuple[list[str], list[tuple[int, str]]]:
    """Return the texts, and line and reason of each problem."""
    with DocumentReader(path, CsvConfig(**config)) as reader:  # type: ignore[arg-type]
        texts = [document.text for document in reader]
    return texts, [(problem.line, problem.reason) for problem in reader.problems]


@dataclass(frozen=True)
class Case:
    name: str
    data: bytes
    texts: list[str]
    problems: list[tuple[int, str]]  # line, and a word of the reason
    columns: tuple[str, ...] = ("text",)
    file: str = "file.csv"


GOOD = b"id,text\n1,first one\n2,second one\n"
PACKED = gzip.compress(GOOD, mtime=0)
UTF16 = "id,text\n1,caf\u00e9 au lait\n2,na\u00efve\n"
LONG = "word " * 60_000  # 300,000 characters, over the csv module's own limit
CASES = [
    Case("plain", GOOD, ["first one", "second one"], []),
    Case("crlf", GOOD.replace(b"\n", b"\r\n"), ["first one", "second one"], []),
    Case("cr alone", GOOD.replace(b"\n", b"\r"), ["first one", "second one"], []),
    Case("mixed line ends", b"id,text\r\n1,one\r2,two\n", ["one", "two"], []),
    Case("no line end at the end", GOOD[:-1], ["first one", "second one"], []),
    Case("byte order mark", b"\xef\xbb\xbf" + GOOD, ["first one", "second one"], []),
    Case("mark before a quote", b'\xef\xbb\xbf"text"\n"a, b"\n"c"\n', ["a, b", "c"], []),
    Case("utf-16 with mark", UTF16.encode("utf-16"), ["café au lait", "naïve"], []),
    Case("utf-16-le, no mark", UTF16.encode("utf-16-le"), ["café au lait", "naïve"], []),
    Case("utf-16-be, no mark", UTF16.encode("utf-16-be"), ["café au lait", "naïve"], []),
    Case("utf-32 with mark", UTF16.encode("utf-32"), ["café au lait", "naïve"], []),
    Case("cp1252", "text\nIt’s a café\nplain\n".encode("cp1252"), ["It’s a café", "plain"], []),
    Case("semicolons", b"id;text\n1;one, two\n2;three, four, five\n",
         ["one, two", "three, four, five"], []),
    Case("tabs", b"id\ttext\n1\tone, two\n2\tthree\n", ["one, two", "three"], []),
    Case("bars", b"id|text\n1|one, two\n2|three\n", ["one, two", "three"], []),
    Case("tabs with literal quotes", b'id\ttext\n1\t"Hi" she said\n2\tbye\n3\tso\n',
         ['"Hi" she said', "bye", "so"], []),
    Case("one column, commas unquoted", b"text\nWell, yes, no\nSo, it is\nplain\n",
         ["Well, yes, no", "So, it is", "plain"], []),
    Case("one column, commas quoted", b'text\n"a, b"\n"c, d, e"\nplain\n',
         ["a, b", "c, d, e", "plain"], []),
    Case("newline in quotes", b'text\n"a\nb"\n"c"\n', ["a\nb", "c"], []),
    Case("crlf in quotes", b'text\r\n"a\r\nb"\r\n', ["a\r\nb"], []),
    Case("doubled quotes", b'text\n"say ""hi"""\n"""x"""\n', ['say "hi"', '"x"'], []),
    Case("blank lines", b"id,text\n\n1,one\n\n\n2,two\n\n", ["one", "two"], []),
    Case("huge field", b'id,text\n1,"' + LONG.encode() + b'"\n2,b\n', [LONG.strip(), "b"], []),
    Case("too few fields", b"id,text\n1,one\n2\n3,three\n4,four\n", ["one", "three", "four"],
         [(3, "1 field instead of 2")]),
    Case("too many fields", b"id,text\n1,one\n2,a,b\n3,three\n4,four\n",
         ["one", "three", "four"], [(3, "3 fields instead of 2")]),
    Case("empty fields too many", b"id,text\n1,one\n2,two,,\n3,three\n4,four\n",
         ["one", "two", "three", "four"], [(3, "repaired: 2")]),
    Case("empty text", b"id,text\n1,one\n2,\n3,  \n", ["one"], [(3, "empty"), (4, "empty")]),
    Case("nul", b"id,text\n1,one\n2,b\0d\n3,three\n", ["one", "three"], [(3, "NUL")]),
    Case("nul in quotes", b'id,text\n1,"o\n\0"\n3,three\n', ["three"], [(2, "NUL")]),
    Case("undecodable byte", "id,text\n1,é\n2,ééé\n3,ü<\n4,ö\n".encode().replace(b"<", b"\xff"),
         ["é", "ééé", "ö"], [(4, "bytes")]),
    Case("character cut at the end", "id,text\n1,éé\n2,é".encode()[:-1], ["éé"], [(3, "bytes")]),
    Case("open quote, quoted rows", b'text\n"one"\n"never\n"three"\n"four"\n',
         ["one", "three", "four"], [(3, "never closed")]),
    Case("open quote in the last row", b'text\n"one"\n"cut off\nhere, in ""it""\n\nend', ["one"],
         [(3, "never closed; the text up to line 6")]),
    Case("open quote, two columns", b'id,text\n1,"one"\n2,"open\n3,three\n4,four\n',
         ["one", "three", "four"], [(3, "never closed")]),
    Case("open quote, then a quoted row", b'id,text\n2,"open\n3,three\n4,"fo, ur"\n5,x\n',
         ["three", "fo, ur", "x"], [(2, "never closed")]),
    Case("open quote, prose after it", b'id,text\n1,"one"\n2,"open\nno row\n', ["one"],
         [(3, "never closed; the text up to line 4")]),
    Case("open quote that a later row closes", b'id,text\n1,"open\n2,mid\n3,"quo, ted"\n4,y\n',
         ["mid", "quo, ted", "y"], [(2, "never closed")]),
    Case("wrong quote closes the field", b'id,text\n1,"open\n2,",comma first"\n3,"c"\n',
         [",comma first", "c"], [(2, "never closed")]),
    Case("two open quotes", b'text\n"one"\n"a\n"b\n"four"\n', ["one", "four"],
         [(3, "never closed"), (4, "never closed")]),
    Case("open quote in the header line's column", b'"text"\n"a\n"b"\n', ["b"], [(2, "never")]),
    Case("text after a quote", b'id,text\n1,"one"\n2,"a" b"\n3,"c"\n', ["one", "c"],
         [(3, "follows a closing quote")]),
    Case("bare quotes in a long row", b'text\n"one"\n"p1\np2 "x" y\np4"\n"five"\n',
         ["one", "five"], [(3, "never closed"), (4, "cannot be told"), (5, "cannot be told")]),
    Case("quote inside plain text", b'id,text\n1,a 5" disk\n2,b\n', ['a 5" disk', "b"], []),
    Case("lost first quote", b'text\n"a"\n"b"\n"c"\n"d"\ne ""x"" e"\n"f"\n',
         ["a", "b", "c", "d", "f"], [(6, "a quote stands inside")]),
    Case("many rows in one with wrong count", b'id,text\n1,"a\nb",x\n2,y\n', ["y"],
         [(2, "3 fields instead of 2")]),
    Case("equal header names", b"id,text,text\n1,one,two\n", ["one"], [], ("2",)),
    Case("named by number", b"text,more\na,b c d\n", ["b c d"], [], ("2",)),
    Case("two columns joined", b"title,text\nOne,two\n", ["One\n\ntwo"], [], ("title", "text")),
    Case("lines of text", b'one\n"two\nthree, four\n',
         ["one", '"two', "three, four"], [], (), "file.txt"),
    Case("paragraphs of text", b"one\ntwo\n\n\nthree\n", ["one\ntwo", "three"], [], (), "a.txt"),
    Case("nul in text lines", b"one\nt\0o\nthree\n", ["one", "three"], [(2, "NUL")], (), "a.txt"),
    Case("json lines", b'{"text": "a\\nb"}\n\n{"text": "c", "n": 1}\n', ["a\nb", "c"], [],
         ("text",), "a.jsonl"),
    Case("json damage", b'{"text": "a"}\n{"text": 5}\n{"x": "b"}\n[1]\n{"text": "c\n"\\ud800"\n',
         ["a"], [(2, "not text"), (3, "no 'text'"), (4, "not a JSON object"), (5, "not valid"),
                 (6, "bytes")], ("text",), "a.jsonl"),
    Case("json with a line separator inside", '{"a": "x\u2028y", "text": "b c d"}\n'.encode(),
         ["b c d"], [], ("text",), "a.jsonl"),
    Case("deep json", b'{"text": "a"}\n' + b"[" * 100_000 + b"\n", ["a"], [(2, "not valid")],
         ("text",), "a.jsonl"),
    Case("packed", PACKED, ["first one", "second one"], [], ("text",), "f.csv.gz"),
    Case("packed without the suffix", PACKED, ["first one", "second one"], []),
]  # fmt: skip
