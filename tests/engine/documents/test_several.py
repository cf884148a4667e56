"""Several files as one text: each read as it is, documents with their file, damage named."""

import gzip
import os
from pathlib import Path
from typing import Any

import pytest

from engine.config import CsvConfig
from engine.documents.several import TextsReader, digest_of, names_of, text_files, title
from engine.errors import CorpusError

ENGLISH = "id,body\n1,The first text here.\n2,Another one comes.\n"
GERMAN = "body;n\nDritter Text für alle;5\nVierter Text, schön;6\n"


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding=encoding, newline="")
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [
        write(tmp_path, "a.csv", ENGLISH),
        write(tmp_path, "b.csv", GERMAN, "cp1252"),
        write(tmp_path, "c.txt", "Plain line one.\nPlain line two.\n"),
    ]


def read(files: list[Path], bad_files: Any = "stop", **options: Any) -> TextsReader:
    """Read all documents; they are `reader.documents` then."""
    reader = TextsReader(files, "the text", CsvConfig(**options), bad_files)
    assert list(reader.look()) == list(range(1, len(files) + 1))
    with reader:
        reader.documents = list(reader)  # type: ignore[attr-defined]
    return reader


def documents(reader: TextsReader) -> list[tuple[str, int, str]]:
    found = reader.documents  # type: ignore[attr-defined]
    return [(reader.names[each.file], each.line, each.text) for each in found]


def test_that_each_file_has_its_own_encoding_and_delimiter(files: list[Path]) -> None:
    reader = read(files)

    assert documents(reader) == [
        ("a.csv", 2, "The first text here."),
        ("a.csv", 3, "Another one comes."),
        ("b.csv", 2, "Dritter Text für alle"),
        ("b.csv", 3, "Vierter Text, schön"),
        ("c.txt", 1, "Plain line one."),
        ("c.txt", 2, "Plain line two."),
    ]
    assert reader.columns == ("body",)
    assert reader.encoding == "utf-8, cp1252"
    assert reader.bytes_done == reader.bytes_total == sum(file.stat().st_size for file in files)


def test_that_a_file_that_lacks_the_column_is_named(tmp_path: Path, files: list[Path]) -> None:
    files.insert(1, write(tmp_path, "numbers.csv", "x,y\n1,2\n3,4\n"))

    with pytest.raises(CorpusError) as caught:
        read(files)

    assert "1 of 4 files cannot be used: numbers.csv has no column 'body'" in str(caught.value)
    assert "--bad-files skip" in str(caught.value)


def test_that_all_damaged_files_are_named_before_any_is_read(
    tmp_path: Path, files: list[Path]
) -> None:
    files.append(write(tmp_path, "empty.csv", ""))
    files.append(write(tmp_path, "paper.csv", "%PDF-1.4 and more"))
    files.append(tmp_path / "gone.csv")
    reader = TextsReader(files, "the text", CsvConfig(), "stop")

    with pytest.raises(CorpusError, match=r"3 of 6 .*empty\.csv.*paper\.csv.*gone\.csv"):
        list(reader.look())

    assert reader.bytes_done == 0


def test_that_damaged_files_can_be_left_out_and_are_listed(
    tmp_path: Path, files: list[Path]
) -> None:
    files.insert(0, write(tmp_path, "empty.csv", ""))

    reader = read(files, "skip")

    assert len(documents(reader)) == 6
    [problem] = reader.problems
    assert (problem.file, problem.reason[:22]) == ("empty.csv", "left out: empty.csv is")
    assert reader.refused_rows == 0


def test_that_a_file_that_breaks_off_keeps_what_was_before(
    tmp_path: Path, files: list[Path]
) -> None:
    rows = "".join(f"{n},Texte numéro {n} of a long file.\n" for n in range(400_000))
    packed = gzip.compress(f"id,body\n{rows}".encode(), mtime=0)
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(packed[: len(packed) // 2])
    files.insert(1, broken)

    reader = read(files, "skip")

    kept = [text for name, _, text in documents(reader) if name == "broken.csv.gz"]
    assert 1000 < len(kept) < 400_000
    assert len(documents(reader)) == len(kept) + 6
    [problem] = reader.problems
    assert problem.file == "broken.csv.gz"
    assert problem.line == len(kept) + 2
    assert problem.reason.startswith("left out: from here on, ")


def test_that_a_damaged_row_ends_the_reading_only_if_that_is_wished(tmp_path: Path) -> None:
    files = [
        write(tmp_path, "a.csv", ENGLISH),
        write(tmp_path, "b.csv", 'id,body\n1,"fine"\n2,one,two,three\n' * 3),
    ]

    reader = read(files, "skip")
    with pytest.raises(CorpusError, match=r"b\.csv, line 3"):
        read(files, "skip", bad_rows="stop")

    assert {problem.file for problem in reader.problems} == {"b.csv"}
    assert reader.refused_rows == len(reader.problems)


def test_that_columns_without_a_header_are_the_same_by_number(tmp_path: Path) -> None:
    files = [
        write(tmp_path, f"{name}.csv", "".join(f"{n},A text of {name} {n}.\n" for n in range(20)))
        for name in "ab"
    ]

    reader = read(files)

    assert len(documents(reader)) == 40
    assert documents(reader)[25] == ("b.csv", 6, "A text of b 5.")


def test_that_none_is_left_where_all_are_damaged(tmp_path: Path) -> None:
    files = [write(tmp_path, f"{name}.csv", "") for name in "ab"]

    with pytest.raises(CorpusError, match=r"None of the files can be used\. a\.csv is empty"):
        read(files, "skip")


def test_that_files_without_names_whose_texts_are_in_other_columns_are_doubtful(
    tmp_path: Path,
) -> None:
    texts = [f"The baker washed door number {k}." for k in range(12)]
    longer = [f"{text} Then he washed it once more." for text in texts]
    one = "".join(f'{k},"{text}",x\n' for k, text in enumerate(texts))
    other = "".join(
        f'{k},"{t}","{u}"\n' for k, (t, u) in enumerate(zip(texts, longer, strict=True))
    )
    files = [write(tmp_path, name, text) for name, text in (("a.csv", one), ("b.csv", other))]
    write(tmp_path, "lines.txt", "A plain text has no other column.\n")

    with TextsReader([*files, tmp_path / "lines.txt"], "", CsvConfig(), "stop") as reader:
        assert list(reader.look()) == [1, 2, 3]

    [doubt] = reader.doubts
    assert doubt.startswith(
        "b.csv: its texts are taken from column 3, and those of the first file from column 2; "
    )


def test_that_a_stop_ends_the_look_and_the_reading(files: list[Path]) -> None:
    answers = iter([True, False, False])
    reader = TextsReader(files, "", CsvConfig(), "stop", lambda: next(answers, False))

    assert list(reader.look()) == [1]
    assert list(reader) == []


def test_that_the_texts_of_a_folder_come_in_order_of_name(tmp_path: Path) -> None:
    for name in ("b.csv", "a.TSV", "sub/c.txt.gz", "sub/d.xlsx", "notes.md"):
        write(tmp_path, name, "x")
    for name in ("picture.png", ".hidden.csv", ".git/e.csv", "model.safetensors", "f"):
        write(tmp_path, name, "x")

    found = text_files([tmp_path])

    assert names_of(found) == ["a.TSV", "b.csv", "notes.md", "sub/c.txt.gz", "sub/d.xlsx"]


def test_that_links_in_a_folder_are_followed_and_each_file_is_read_once(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    for name in ("elsewhere/a.csv", "elsewhere/sub/b.csv", "texts/c.csv", "texts/sub/d.csv"):
        write(tmp_path, name, "x")
    for name, target in {
        "a.bin": "c.csv",
        "again.csv": "c.csv",
        "far.csv": "../elsewhere/a.csv",
        "linked": "../elsewhere",
        "loop": ".",
        "sub/up": "..",
        "twice": "sub",
    }.items():
        (folder / name).symlink_to(target)

    found = text_files([folder])

    assert names_of(found) == ["again.csv", "far.csv", "linked/sub/b.csv", "sub/d.csv"]


def test_that_a_link_to_nothing_is_named(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "x")
    (tmp_path / "b.csv").symlink_to("gone.csv")

    assert names_of(text_files([tmp_path])) == ["a.csv", "b.csv"]


def test_that_a_folder_without_a_text_says_what_a_text_is(tmp_path: Path) -> None:
    write(tmp_path, "picture.png", "x")

    with pytest.raises(CorpusError, match=r"no file of text.*\.csv"):
        text_files([tmp_path])


def test_that_a_folder_within_that_cannot_be_looked_into_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.csv", "sub/b.csv"):
        write(tmp_path, name, "x")
    scandir = os.scandir

    def refusing(folder: str) -> Any:
        if Path(folder).name == "sub":
            raise PermissionError(13, "Permission denied", folder)
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refusing)

    with pytest.raises(CorpusError, match=r"You may not read .*sub\. Change its permissions"):
        text_files([tmp_path])


def test_that_a_file_named_twice_is_read_once(files: list[Path]) -> None:
    assert text_files([files[1], files[0].parent, files[1]]) == [files[1], files[0], files[2]]


def test_that_files_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    files = [write(tmp_path, f"{place}/text.csv", ENGLISH) for place in ("one", "two")]

    assert names_of(files) == ["one/text.csv", "two/text.csv"]


def test_that_a_text_is_named_by_its_files(tmp_path: Path) -> None:
    one, other = tmp_path / "a.csv", tmp_path / "b.csv"

    assert title([one], 1) == "a.csv"
    assert title([one, other], 2) == "a.csv and 1 more"
    assert title([tmp_path], 12) == f"{tmp_path.name} (12 files)"


def test_that_the_digest_of_one_file_is_its_own_and_of_more_depends_on_their_order() -> None:
    assert digest_of(["a1"]) == "a1"
    assert digest_of(["a1", "b2"]) != digest_of(["b2", "a1"])
