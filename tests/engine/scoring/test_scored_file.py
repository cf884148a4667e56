"""A new file with the scores beside the rows: bounded, all or nothing, and named failures."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.config import CsvConfig
from engine.control import RunControl, StageProgress
from engine.documents.reader import DocumentReader
from engine.errors import ConfigError, CorpusError, ExportError
from engine.language_model.results import NOTHING, FileScored, TextScore
from engine.scoring import scored_file
from engine.scoring.scored_file import (
    ScoredRow,
    added_columns,
    csv_line,
    score_file,
    score_rows,
)
from tests.engine.support.models import tiny_model
from tests.engine.support.runs import StopsAfter

CONFIG = CsvConfig(columns=("text",))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    rows = [f'{k},"the cat, {"zebra " * (k % 2)}sat ."' for k in range(1500)]
    rows.insert(700, "none,")  # a row without a text
    path.write_text("id,text\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_that_every_row_comes_back_with_its_score(source: Path, tmp_path: Path) -> None:
    *progress, done = score_file(
        tiny_model(), source, CONFIG, tmp_path / "new.csv", RunControl(), base="2"
    )

    rows = list(csv.DictReader(io.StringIO((tmp_path / "new.csv").read_text("utf-8-sig"))))
    assert isinstance(done, FileScored)
    assert (done.rows, done.texts, len(rows)) == (1501, 1500, 1501)
    empty = rows.pop(700)
    assert (empty["id"], empty["log2_probability"], empty["words"]) == ("none", "", "")
    assert [row["id"] for row in rows] == list(map(str, range(1500)))
    assert sum(int(row["unknown_words"]) for row in rows) == done.total.unknown == 1500 + 750
    bits = [float(row["log2_probability"]) for row in rows]
    assert sum(bits) == pytest.approx(done.total.log_probability / 0.693147, rel=1e-4)
    assert isinstance(progress[-1], StageProgress)
    assert progress[-1].done == source.stat().st_size
    costs = [word.log_probability for word in done.words]
    assert costs == sorted(costs)
    assert sum(costs) == pytest.approx(done.total.log_probability)


def test_that_words_come_with_the_other_columns_of_their_row(source: Path, tmp_path: Path) -> None:
    *progress, done = score_file(
        tiny_model(), source, CONFIG, tmp_path / "new.csv", RunControl(), per_word=True
    )

    rows = list(csv.DictReader(io.StringIO((tmp_path / "new.csv").read_text("utf-8-sig"))))
    assert isinstance(done, FileScored)
    assert (done.rows, done.texts, len(rows)) == (1501, 1500, done.total.words)
    assert [row["word"] for row in rows[:5]] == ["the", "cat", ",", "sat", "."]
    assert {row["id"] for row in rows} == set(map(str, range(1500)))
    assert [row["position"] for row in rows[:7]] == ["1", "2", "3", "4", "5", "6", "1"]
    assert [row["known"] for row in rows[:4]] == ["yes", "yes", "no", "yes"]
    assert rows[-1]["sentence"] == "1501"
    *_, per_row = score_file(tiny_model(), source, CONFIG, tmp_path / "new.csv", RunControl())
    assert isinstance(per_row, FileScored)
    assert (done.total.words, done.total.unknown) == (per_row.total.words, per_row.total.unknown)
    assert done.total.log_probability == pytest.approx(per_row.total.log_probability)
    assert done.total.log_probability_of_known == pytest.approx(
        per_row.total.log_probability_of_known
    )
    assert sum(word.count for word in done.words) == done.total.words
    costs = [word.log_probability for word in done.words]
    assert sum(costs) == pytest.approx(done.total.log_probability)
    assert isinstance(progress[-1], StageProgress)


def test_that_few_rows_are_in_memory_however_many_there_are(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, written, most = 0, 0, 0
    rows = DocumentReader.rows

    def counted(self: DocumentReader) -> Iterator[Any]:
        nonlocal read, most
        for row in rows(self):
            read += 1
            most = max(most, read - written)
            yield row

    def noted(cells: Any) -> str:
        nonlocal written
        written += 1
        return "\n"

    monkeypatch.setattr(DocumentReader, "rows", counted)
    monkeypatch.setattr(scored_file, "csv_line", noted)

    list(score_file(tiny_model(), source, CONFIG, tmp_path / "new.csv", RunControl()))

    assert read == 1501
    assert most <= 512


@pytest.mark.parametrize("per_word", [False, True])
@pytest.mark.parametrize("stops_at", [0, 1])
def test_that_a_stop_leaves_the_former_file(
    stops_at: int, per_word: bool, source: Path, tmp_path: Path
) -> None:
    target, control = tmp_path / "new.csv", RunControl()
    target.write_text("former", "utf-8")
    if not stops_at:
        control.stop()

    events = []
    scoring = score_file(tiny_model(), source, CONFIG, target, control, per_word=per_word)
    for event in scoring:
        events.append(event)
        control.stop()

    assert not any(isinstance(event, FileScored) for event in events)
    assert len(events) == stops_at
    assert target.read_text("utf-8") == "former"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.csv", "rows.csv"]


def test_that_what_cannot_be_is_said_before_a_row_is_scored(source: Path, tmp_path: Path) -> None:
    def scores(target: Path, column: str = "text") -> None:
        list(score_file(tiny_model(), source, CsvConfig(columns=(column,)), target, RunControl()))

    with pytest.raises(ConfigError, match="is the file that is read"):
        scores(source)
    with pytest.raises(CorpusError, match="no column"):
        scores(tmp_path / "new.csv", "body")
    with pytest.raises(ExportError, match="that folder does not exist"):
        scores(tmp_path / "none" / "new.csv")


@pytest.mark.parametrize(
    ("base", "log_probability"), [("e", -12.345679), ("2", -17.81105), ("10", -5.36166)]
)
def test_that_figures_are_rounded_and_what_is_not_there_is_empty(
    base: str, log_probability: float
) -> None:
    def line(score: TextScore | None) -> str:
        (cells,) = ScoredRow(number=1, fields=["a,b", ""], score=score).lines(base, None)
        return csv_line(cells)

    scored = replace(NOTHING, words=5, unknown=2, log_probability=-12.3456789)

    assert line(scored) == f'"a,b",,{log_probability},11.8122,5,2\n'
    assert line(replace(scored, log_probability=-1e4)).endswith(",,5,2\n"), "no float holds it"
    assert line(None) == '"a,b",,,,,\n'


def test_that_columns_are_never_named_twice() -> None:
    taken = ["words", "words_2", "log10_probability"]

    assert added_columns(taken, "10") == [
        "log10_probability_2",
        "perplexity",
        "words_2_2",
        "unknown_words",
    ]


def test_that_a_stop_within_a_text_ends_the_rows(source: Path) -> None:
    with DocumentReader(source, CONFIG) as reader:
        events = list(score_rows(tiny_model(), reader, StopsAfter(3), per_word=True))

    assert [isinstance(event, ScoredRow) for event in events] == [True, False, False]
    assert isinstance(events[-1], FileScored)
    assert (events[-1].rows, events[-1].texts) == (1, 1)


def test_that_long_rows_are_taken_one_by_one(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scored_file, "_MOST_CHARACTERS", 1)

    *progress, done = score_file(tiny_model(), source, CONFIG, tmp_path / "new.csv", RunControl())

    assert isinstance(done, FileScored)
    assert len(progress) == done.rows == 1501
