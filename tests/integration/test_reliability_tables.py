"""Tables of many kinds, as people bring them: read right, or refused clearly; never wrong."""

from collections import Counter
from pathlib import Path

from engine.config import CsvConfig
from engine.documents.reader import DocumentReader
from engine.errors import CorpusError
from tests.integration.scale import FULL, SEED, Report, long_test
from tests.integration.table_kinds import KindTable, kind_tables

pytestmark = long_test

EVERY = 1 if FULL else 40  # table that is read
RIGHT, REFUSED = 0.9, 0.05  # of the tables, at least and at most


def outcome(path: Path, table: KindTable) -> str:
    path.write_bytes(table.data)
    try:
        with DocumentReader(path, CsvConfig()) as reader:
            texts = [document.text for document in reader]
    except CorpusError:
        return "refused"
    if set(texts) - table.allowed:
        return "wrong"
    return "right" if set(table.required) <= set(texts) else "in part"


def test_that_tables_of_each_kind_are_read_right_or_refused(tmp_path: Path, report: Report) -> None:
    found: dict[str, Counter[str]] = {}
    wrong: list[str] = []

    for number, table in enumerate(kind_tables(SEED)):
        if number % EVERY:
            continue
        result = outcome(tmp_path / table.file, table)
        found.setdefault(table.kind, Counter())[result] += 1
        wrong += [table.name] if result == "wrong" else []

    assert not wrong, f"{len(wrong)} tables were read wrong, such as\n" + "\n".join(wrong[:20])
    for kind, counts in found.items():
        report(f"tables of kind {kind}: {dict(counts)}")
        assert counts["right"] >= RIGHT * counts.total(), kind
        assert counts["refused"] <= REFUSED * counts.total(), kind
