"""A plain text has lines or paragraphs and no column, and nothing that is told says otherwise."""

from pathlib import Path

import pytest

from engine.control import Notice
from engine.errors import CorpusError
from tests.engine.support.corpora import prepare

LINES = "It is so.\nSo it is.\n"


@pytest.mark.parametrize(
    ("files", "kind", "told"),
    [
        ({"a.txt": LINES}, "lines", "one text a line"),
        ({"a.txt": LINES.replace("\n", "\n\n")}, "paragraphs", "one text a paragraph"),
        ({"a.csv": f"text\n{LINES}"}, "table", "column text"),
        ({"a.csv": LINES}, "table", "column 1"),
        ({"a.jsonl": '{"body": "It is so."}\n'}, "json", "column body"),
        ({"a.txt": LINES, "b.txt": LINES}, "lines", "one text a line"),
        ({"a.csv": f"text\n{LINES}", "b.txt": LINES}, "table", "column text"),
    ],
)
def test_that_a_summary_says_what_a_text_is(
    files: dict[str, str], kind: str, told: str, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    corpus, _ = prepare(tmp_path if len(files) > 1 else tmp_path / next(iter(files)))

    assert (corpus.summary.kind, corpus.summary.named_columns) == (kind, told)


def test_that_no_other_column_of_a_plain_text_is_proposed(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("1.5 , 2\n3.25 !\n" * 20, encoding="utf-8")

    _, events = prepare(path, min_count=1)

    [told] = [event.text for event in events if isinstance(event, Notice)]
    assert told == (
        "Hardly a word of a.txt has a letter. If that is not the text, choose another file."
    )


def test_that_a_plain_text_without_text_is_refused_without_a_column(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\0 two\n")

    with pytest.raises(CorpusError) as refused:
        prepare(path)

    assert str(refused.value).startswith("a.txt has no text. 1 row left out")
    assert str(refused.value).endswith("Choose another file.")
