"""Hostile files: read exactly right, or refused by a sentence that names the line.

The seconds that are told fail nothing; how much work a file takes, `test_csv_work` counts.
"""

import json
import re
import time
from pathlib import Path

from engine.config import CsvConfig
from engine.documents.reader import DocumentReader, RowProblem, inspect_csv
from engine.documents.rows import REPAIRED
from engine.errors import CorpusError
from tests.integration.hostile_bytes import Hostile, hostile_files
from tests.integration.hostile_csv import Table, TrueRow, tables
from tests.integration.scale import FULL, SEED, Report, long_test

pytestmark = long_test

LARGE = 100_000  # bytes; larger files only in the full form
REPLACED = "\ufffd"
_UP_TO = re.compile(r"up to line (\d+) cannot be told")


def faults(table: Table, texts: dict[int, str], problems: list[RowProblem]) -> list[str]:
    """Return what was read wrong, merged, lost in silence or refused without need."""
    rows = {row.line: row for row in table.rows}
    found = [f"no row begins on line {line}: {texts[line]!r}" for line in texts.keys() - rows]
    for line, row in rows.items():
        text = texts.get(line)
        if text is not None and text not in row.texts:
            found.append(f"line {line} was read as {text!r}")
        if text is None and row.must_read:
            found.append(f"line {line} was refused: {problems}")
        if text is None and not row.must_read and not _is_named(row, problems):
            found.append(f"line {line} is lost in silence: {problems}")
        if text is not None and row.must_refuse:
            found.append(f"line {line} was read: {text!r}")
    return found


def _is_named(row: TrueRow, problems: list[RowProblem]) -> bool:
    for problem in problems:
        end = _UP_TO.search(problem.reason)
        last = int(end[1]) if end and not row.must_refuse else problem.line
        if problem.line <= row.line <= last:
            return True
    return False


def read(path: Path, config: CsvConfig) -> tuple[dict[int, str], list[RowProblem]]:
    with DocumentReader(path, config) as reader:
        documents = list(reader)
    assert len({document.line for document in documents}) == len(documents)
    return {document.line: document.text for document in documents}, reader.problems


def stop_fault(path: Path, config: CsvConfig, problems: list[RowProblem]) -> str | None:
    """Return what is wrong with reading when the first damaged row shall end it."""
    damaged = [p for p in problems if not p.reason.startswith((REPAIRED, "its text is empty"))]
    try:
        read(path, CsvConfig(**{**config.to_json(), "bad_rows": "stop"}))
    except CorpusError as error:
        wanted = f"{path.name}, line {damaged[0].line}: " if damaged else "no refusal"
        return None if wanted in str(error) else f"stopped with {error}"
    return "did not stop" if damaged else None


def test_that_damaged_tables_are_read_exactly_or_refused_by_line(
    tmp_path: Path, report: Report
) -> None:
    path = tmp_path / "table.csv"
    wrong: list[str] = []
    slowest = 0.0
    chosen = list(tables(SEED, None if FULL else 120))

    for table in chosen:
        path.write_bytes(table.data)
        begin = time.process_time()
        texts, problems = read(path, table.config)
        slowest = max(slowest, time.process_time() - begin)
        wrong += [f"{table.name}: {fault}" for fault in faults(table, texts, problems)]
        stopped = stop_fault(path, table.config, problems)
        wrong += [f"{table.name}: {stopped}"] if stopped else []

    assert not wrong, f"{len(wrong)} faults, such as\n" + "\n".join(wrong[:20])
    report(
        f"hostile tables: {len(chosen):,} of known truth, 0 merged, 0 read wrong, "
        f"0 lost in silence; slowest {slowest:.2f} s"
    )


def outcome(path: Path) -> tuple[str, ...] | CorpusError:
    """Read all there is, and look at it as the preview does."""
    try:
        inspect_csv(path)
        texts, _ = read(path, CsvConfig())
    except CorpusError as error:
        return error
    for text in texts.values():
        text.encode("utf-8")  # no mark of damage is left in a text
        assert "\0" not in text
    return tuple(texts.values())


def outcome_fault(case: Hostile, found: tuple[str, ...] | CorpusError) -> str | None:
    if isinstance(found, CorpusError):
        sentence = str(found)
        if case.texts is not None or case.file not in sentence or not sentence.endswith("."):
            return f"was refused with {sentence!r}"
    elif case.is_refused:
        return f"was read: {found[:3]}"
    elif case.texts not in (None, found):
        return f"was read as {found[:3]}"
    elif REPLACED in "".join(found):
        return "has replaced characters"
    return None


def test_that_hostile_files_are_read_or_refused(tmp_path: Path, report: Report) -> None:
    cases = [case for case in hostile_files(SEED) if FULL or len(case.data) < LARGE]
    wrong: list[str] = []
    seconds: dict[str, float] = {}

    for case in cases:
        path = tmp_path / case.file
        path.write_bytes(case.data)
        begin = time.process_time()
        fault = outcome_fault(case, outcome(path))
        seconds[case.name] = time.process_time() - begin
        wrong += [f"{case.name} {fault}"] if fault else []

    assert not wrong, "\n".join(wrong)
    slowest = max(seconds, key=lambda name: seconds[name])
    report(
        f"hostile files: {len(cases)} read right or refused by a sentence with their name; "
        f"slowest {seconds[slowest]:.1f} s ({slowest})"
    )


def test_that_csv_spectrum_is_read_right(shared_data: Path, report: Report) -> None:
    folder = shared_data / "csv-spectrum"
    files = sorted((folder / "csvs").glob("*.csv"))

    for path in files:
        truth = json.loads((folder / "json" / f"{path.stem}.json").read_bytes())
        rows = truth if isinstance(truth, list) else [truth]
        preview = inspect_csv(path)
        assert [list(row) for row in preview.rows] == [
            [right(value) for value in row.values()] for row in rows
        ]
        assert preview.problems == ()

    report(f"csv-spectrum: {len(files)} of {len(files)} files read right")


def right(value: str) -> str:
    """Mend csv-spectrum's JSON where it disagrees with its own CSV."""
    return value.replace("\r\n", "\n").replace("1234567890", "2095257564")
