"""Exported sentences are complete and inert."""

import csv
import json
from pathlib import Path

import pytest

from app.generation.records import Batch
from app.generation.writing.export import sentences_as, sentences_as_csv
from app.shared.saving import neutralised
from engine import SampleConfig, SentenceGenerated
from tests.app.support.generation_fakes import sentence

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def records(*texts: str) -> list[tuple[Batch, SentenceGenerated]]:
    batch = Batch(config=SampleConfig(temperature=0.5), model="epoch 1, step 9", seed=7)
    return [
        (batch, sentence(number, text, log_probability=-11.5, seed=7, settings=batch.config))
        for number, text in enumerate(texts, start=1)
    ]


@pytest.mark.parametrize("start", DANGEROUS)
def test_that_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    assert neutralised(f"{start}SUM(A1)") == f"'{start}SUM(A1)"


@pytest.mark.parametrize("cell", ["", "plain", "1 + 1", "'quoted", "a=b"])
def test_that_a_harmless_cell_is_left_alone(cell: str) -> None:
    assert neutralised(cell) == cell


def test_that_no_cell_of_an_exported_csv_begins_dangerously(shared_data: Path) -> None:
    naughty = json.loads((shared_data / "big-list-of-naughty-strings.json").read_text("utf-8"))
    texts = [*naughty, *(f"{start}x" for start in DANGEROUS)]

    rows = list(csv.reader(sentences_as_csv(records(*texts)).splitlines(keepends=True)))

    assert not [cell for row in rows for cell in row if cell.startswith(DANGEROUS)]


def test_that_a_csv_keeps_the_settings_with_each_sentence(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"

    path.write_bytes(sentences_as(path.suffix, records("I say, “yes”.")))

    with path.open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file))
    assert row["sentence"] == "I say, “yes”."
    assert (row["temperature"], row["min_length"], row["seed"]) == ("0.50", "7", "7")
    assert row["model"] == "epoch 1, step 9"
    assert float(row["minus_log10_probability"]) == pytest.approx(11.5 / 2.302585, abs=1e-5)


def test_that_a_text_file_holds_one_sentence_a_line(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"

    path.write_bytes(sentences_as(path.suffix, records("One.", "=Two.")))

    assert path.read_text("utf-8") == "One.\n=Two.\n"


def test_that_half_a_character_is_replaced_instead_of_failing(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"

    path.write_bytes(sentences_as(path.suffix, records("broken \ud800 pair")))

    assert path.read_text("utf-8") == "broken ? pair\n"


def test_that_json_lines_hold_probability_seed_and_all_settings(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"

    path.write_bytes(sentences_as(path.suffix, records("“One”.", "Two.")))

    first, _ = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert (first["text"], first["seed"], first["log_probability"]) == ("“One”.", 7, -11.5)
    assert SampleConfig.from_json(first["settings"]) == SampleConfig(temperature=0.5)
    assert first["model"] == "epoch 1, step 9"
