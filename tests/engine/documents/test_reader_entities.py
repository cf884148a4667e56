"""HTML entities become characters only where the user wishes, and only where it is certain."""

from pathlib import Path

import pytest

from engine.config import CorpusConfig, CsvConfig
from engine.control import RunControl
from engine.corpus.build import build_corpus
from engine.corpus.corpus import CorpusReady
from engine.documents.reader import DocumentReader, count_entities, decode_entities, inspect_csv


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "comments.csv"
    path.write_text("id,body\n1,me &gt; you &amp; him\n2,AT&T it is\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "decoded", "count"),
    [
        ("a &gt; b &lt; c &amp; d", "a > b < c & d", 3),
        ("&amp;gt; once only", "&gt; once only", 1),
        ("&#39;quoted&#x27;", "'quoted'", 2),
        ("&eacute;t&eacute; &#128;", "été €", 3),
        ("AT&T; ?a=1&copy=2 &gt R&D", "AT&T; ?a=1&copy=2 &gt R&D", 0),
        ("&nosuch; &#0; &#xD800; &#9999999;", "&nosuch; &#0; &#xD800; &#9999999;", 0),
        ("no mark", "no mark", 0),
    ],
)
def test_that_only_whole_and_known_entities_are_decoded(
    text: str, decoded: str, count: int
) -> None:
    assert decode_entities(text) == decoded
    assert count_entities(text) == count


def test_that_the_preview_counts_entities_and_leaves_them(path: Path) -> None:
    preview = inspect_csv(path)

    assert preview.entities == 2
    assert preview.rows[0] == ("1", "me &gt; you &amp; him")


def test_that_the_preview_shows_them_decoded_on_request(path: Path) -> None:
    preview = inspect_csv(path, CsvConfig(decode_entities=True))

    assert (preview.entities, preview.are_entities_decoded) == (2, True)
    assert preview.rows[0] == ("1", "me > you & him")


def test_that_documents_are_read_as_in_the_preview(path: Path) -> None:
    with DocumentReader(path, CsvConfig(decode_entities=True)) as reader:
        texts = [document.text for document in reader]

    assert texts == ["me > you & him", "AT&T it is"]


def test_that_the_choice_makes_another_text_of_the_same_file(path: Path, tmp_path: Path) -> None:
    """What was kept without decoding is not used for a preparation with it."""
    words = []
    for is_decoded in (False, True, False):
        config = CorpusConfig(path=path, csv=CsvConfig(decode_entities=is_decoded))
        events = build_corpus(config, RunControl(), cache_folder=tmp_path / "cache")
        corpus = next(event.corpus for event in events if isinstance(event, CorpusReady))
        words.append([token.text for token in corpus.sentence_view(0).tokens])

    assert words[0] == ["me", "&", "gt", ";", "you", "&", "amp", ";", "him"]
    assert words[1] == ["me", ">", "you", "&", "him"]
    assert words[2] == words[0]


def test_that_entities_of_the_first_thousand_documents_are_counted_while_they_are_left(
    path: Path,
) -> None:
    texts = [*["no"] * 999, "a &gt; b", "c &lt; d"]
    path.write_text("\n".join(["id,body", *(f"1,{text}" for text in texts)]), encoding="utf-8")

    with DocumentReader(path, CsvConfig()) as reader:
        assert [document.text for document in reader] == texts

    assert reader.entities == 1
