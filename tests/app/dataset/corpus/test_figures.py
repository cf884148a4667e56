"""A corpus's summary in words."""

import dataclasses
from typing import Any

import pytest

from app.dataset.corpus.figures import corpus_figures, corpus_origin, coverage_text
from app.dataset.file.description import delimiter_name
from tests.app.support.dataset_fakes import SUMMARY


def test_that_the_figures_say_everything_about_the_corpus() -> None:
    values = {figure.role: figure.value for figure in corpus_figures(SUMMARY)}

    assert values == {
        "documents": "1,234",
        "sentences": "3",
        "words": "45,678",
        "different_words": "900",
        "vocabulary_size": "500",
        "unknown_share": "6.4 %",
        "least_frequent_word": "devoted",
        "validation_documents": "34",
        "duplicate_documents": "7",
        "refused_rows": "1",
    }


def test_that_the_rarest_word_comes_with_its_count() -> None:
    names = [figure.name for figure in corpus_figures(SUMMARY)]

    assert "rarest word, × 10" in names


def test_that_the_origin_names_file_column_encoding_delimiter_and_splitter() -> None:
    assert corpus_origin(SUMMARY) == (
        "comments.csv: column “body”, utf-8, comma-separated  ·  "
        "sentences: Punkt, learned from this text"
    )


def test_that_a_file_of_one_column_is_not_called_separated() -> None:
    summary = dataclasses.replace(SUMMARY, delimiter="")

    assert "utf-8, one column  ·" in corpus_origin(summary)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("lines", "comments.csv: utf-8, one text a line  ·"),
        ("paragraphs", "comments.csv: utf-8, one text a paragraph  ·"),
        ("json", "comments.csv: column “body”, utf-8, JSON Lines  ·"),
    ],
)
def test_that_what_has_no_columns_is_not_said_to_have_them(kind: Any, told: str) -> None:
    assert corpus_origin(dataclasses.replace(SUMMARY, delimiter="", kind=kind)).startswith(told)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (500, ""),
        (100, "With this size 20.0 % of all words would be unknown."),
        (903, "The text has only 900 different words: all are kept."),
    ],
)
def test_that_another_vocabulary_size_is_explained(size: int, text: str) -> None:
    assert coverage_text(SUMMARY, size, 0.2) == text


def test_that_an_unusual_delimiter_is_shown_as_it_is() -> None:
    assert delimiter_name("\x1f") == "'\\x1f'"
