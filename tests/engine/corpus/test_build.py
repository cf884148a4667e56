"""A corpus has the tutorial's ids, honest counts, and stops when it is told to."""

import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.config import FORMER_TOKENIZER, CorpusConfig, CsvConfig
from engine.control import Notice, RunControl, StageProgress
from engine.corpus.build import build_corpus
from engine.corpus.corpus import CorpusReady
from engine.corpus.split import draw_validation
from engine.corpus.workers import BatchPreparer
from engine.errors import CorpusError
from engine.events import Event
from engine.tokenization.sentence_ends import SentenceRules
from engine.tokenization.sentences import SentenceSplitter
from engine.tokenization.tokenizers import make_tokenizer
from engine.tokenization.tokenizing import tokenize
from tests.engine.support.corpora import prepare, splitter_for, write_rows
from tests.patience import HANGS_AFTER_S


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    # Counts: "." 3, "b" 3, "a" 2, "c" 1, "d" 1; of equals the first seen comes first.
    return write_rows(tmp_path / "tiny.csv", ["B a b.", "C b a.\n\nD."])


def test_that_the_first_row_named_as_left_out_is_none_that_was_repaired(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    rows = [f"{k},The cat sits at place {k}.,ham" for k in range(30)]
    rows[2] += ",,"
    rows[7] = "7,broken"
    path.write_text("\n".join(["id,text,label", *rows]), encoding="utf-8")

    _, events = prepare(path, min_count=1)

    [told] = [event.text for event in events if isinstance(event, Notice)]
    assert told == (
        "1 row of rows.csv left out; the first at line 9: it has 2 fields instead of 3."
    )


def test_that_ids_are_those_worked_out_by_hand(tiny: Path) -> None:
    corpus, _ = prepare(tiny, validation_fraction=0.0, vocabulary_size=6)

    assert corpus.vocabulary.words == (
        *("SENTENCE_START", "SENTENCE_END", "b", ".", "a", "UNKNOWN_TOKEN"),
    )
    assert corpus.vocabulary.counts == (0, 0, 3, 3, 2, 0)
    assert corpus.training.ids.tolist() == [0, 2, 4, 2, 3, 1, 0, 5, 2, 4, 3, 1, 0, 5, 3, 1]
    assert corpus.training.offsets.tolist() == [0, 6, 12, 16]
    assert corpus.training.ids.dtype == np.int32
    assert corpus.training.offsets.dtype == np.int64
    assert corpus.training.sequence(2).tolist() == [0, 5, 3, 1]
    assert corpus.training.words_to_predict == 13
    assert len(corpus.validation) == 0


@pytest.mark.parametrize(
    ("rows", "is_told"),
    [(["1.5 , 2", "3.25 !"], True), (["7 of 9", "No 3"], False), (["日本 12", "語 3"], False)],
)
def test_that_a_column_of_numbers_is_told(tmp_path: Path, rows: list[str], is_told: bool) -> None:
    _, events = prepare(write_rows(tmp_path / "a.csv", rows * 20), min_count=1)

    told = [event.text for event in events if isinstance(event, Notice)]
    assert any(text.startswith("Hardly a word of ") for text in told) is is_told


def test_that_the_summary_counts_by_hand(tiny: Path) -> None:
    corpus, _ = prepare(tiny, validation_fraction=0.0, vocabulary_size=6)

    summary = corpus.summary
    assert (summary.documents, summary.sentences, summary.words) == (2, 3, 10)
    assert (summary.different_words, summary.vocabulary_size) == (5, 6)
    assert (summary.least_frequent_word, summary.least_frequent_count) == ("a", 2)
    assert summary.unknown_share == 0.2
    assert (summary.training_words, summary.validation_words) == (13, 0)
    assert (summary.name, summary.columns) == ("tiny.csv", ("text",))
    assert len(summary.digest) == 64
    assert corpus.word_frequencies() == (3, 3, 2, 1, 1)
    assert len(corpus) == 3


def test_that_a_sentence_is_shown_as_the_network_sees_it(tiny: Path) -> None:
    corpus, _ = prepare(tiny, validation_fraction=0.0, vocabulary_size=6)

    view = corpus.sentence_view(1)

    assert view.text == "C b a."
    assert [(token.text, token.is_known) for token in view.tokens] == [
        *(("c", False), ("b", True), ("a", True), (".", True)),
    ]
    assert view.x == (0, 5, 2, 4, 3)
    assert view.y == (5, 2, 4, 3, 1)
    assert not view.is_validation
    with pytest.raises(IndexError):
        corpus.sentence_view(3)


@pytest.mark.parametrize("size", [4, 5, 6, 7, 8, 50])
def test_that_another_vocabulary_size_is_the_same_as_preparing_anew(size: int, tiny: Path) -> None:
    corpus, _ = prepare(tiny, vocabulary_size=8000)

    changed = corpus.with_vocabulary_size(size)

    anew, _ = prepare(tiny, vocabulary_size=size)
    assert changed.summary == anew.summary
    assert changed.vocabulary == anew.vocabulary
    assert np.array_equal(changed.training.ids, anew.training.ids)
    assert corpus.unknown_share(size) == pytest.approx(anew.summary.unknown_share)


def test_that_text_cannot_forge_a_special_token(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.csv", ["SENTENCE_START UNKNOWN_TOKEN SENTENCE_END."])

    corpus, _ = prepare(path)

    assert [token.text for token in corpus.sentence_view(0).tokens] == [
        *("sentence_start", "unknown_token", "sentence_end", "."),
    ]
    assert corpus.sentence_view(0).x == (0, 2, 3, 4, 5)


def test_that_events_end_with_the_corpus_and_name_the_stages(tiny: Path) -> None:
    _, events = prepare(tiny)

    stages = [event.stage for event in events if isinstance(event, StageProgress)]
    assert list(dict.fromkeys(stages)) == [
        *("Reading the file", "Learning where sentences end"),
        *("Splitting into sentences and words", "Counting words"),
    ]
    for event in events:
        if isinstance(event, StageProgress) and event.total is not None:
            assert 0 <= event.done <= event.total


def test_that_refused_rows_are_kept_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,text\n1,one two.\n2\n3,three.\n4,four.\n")

    corpus, events = prepare(path)

    assert corpus.summary.refused_rows == 1
    assert [problem.line for problem in corpus.problems] == [3]
    notices = [event.text for event in events if isinstance(event, Notice)]
    assert len(notices) == 1
    assert "line 3" in notices[0]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"id,text\n1,\n2,  \n", "no text in the column 'text'"), (b"id,text\n", "no text")],
)
def test_that_a_file_without_sentences_is_refused(
    data: bytes, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)

    with pytest.raises(CorpusError, match=sentence):
        prepare(path, csv=CsvConfig(columns=("text",)))


def test_that_equal_documents_are_counted_and_removed_on_request(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.csv", ["Same.", "Other.", "Same.", "Same."])

    kept, _ = prepare(path, validation_fraction=0.5)
    removed, _ = prepare(path, remove_duplicates=True)

    assert (kept.summary.documents, kept.summary.duplicate_documents) == (4, 2)
    assert (removed.summary.documents, removed.summary.duplicate_documents) == (2, 2)
    sides = {kept.sentence_view(index).is_validation for index in (0, 2, 3)}
    assert len(sides) == 1


@given(
    groups=st.lists(st.integers(0, 8), min_size=1, max_size=40),
    fraction=st.floats(0.0, 0.5),
    seed=st.integers(0, 9),
)
def test_that_the_split_keeps_equal_documents_together(
    groups: list[int], fraction: float, seed: int
) -> None:
    numbered = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    group_of = np.array([numbered[group] for group in groups], dtype=np.int64)

    chosen = draw_validation(group_of, fraction, seed)

    assert np.array_equal(chosen, draw_validation(group_of, fraction, seed))
    assert not chosen.all()
    assert set(group_of[chosen]).isdisjoint(group_of[~chosen])
    assert chosen.any() == (fraction > 0.0 and len(numbered) > 1)


def test_that_the_split_holds_out_the_share_asked_for() -> None:
    documents = np.arange(1000, dtype=np.int64)

    first = draw_validation(documents, 0.05, seed=1)

    assert first.sum() == 50
    assert not np.array_equal(first, draw_validation(documents, 0.05, seed=2))


@settings(max_examples=25)
@given(st.lists(st.text(alphabet="ab cd.!\n'\"", min_size=1, max_size=30), min_size=1, max_size=8))
def test_that_words_and_counts_are_those_of_counting_simply(texts: list[str]) -> None:
    texts = [text for text in texts if text.strip()] or ["a"]
    splitter = splitter_for(texts)
    tokenizer = make_tokenizer(FORMER_TOKENIZER, SentenceRules(), installed=splitter)

    batch = BatchPreparer(tokenizer).prepare(texts)

    assert batch is not None
    sentences = [sentence for text in texts for sentence in splitter.split(text)]
    expected = [token for sentence in sentences for token in tokenize(sentence)]
    assert [batch.words[number] for number in batch.numbers.tolist()] == expected
    assert batch.words == list(Counter(expected))
    assert batch.texts.decode() == "".join(sentences)
    assert int(batch.document_lengths.sum()) == len(sentences)


def test_that_a_pause_holds_the_work_until_it_goes_on(tiny: Path) -> None:
    waits = threading.Event()

    class Watched(RunControl):
        def proceed(self) -> bool:
            waits.set()
            return super().proceed()

    control = Watched()
    control.pause()
    events: list[Event] = []
    thread = threading.Thread(
        target=lambda: events.extend(build_corpus(CorpusConfig(path=tiny), control))
    )
    thread.start()
    assert waits.wait(HANGS_AFTER_S)
    assert not any(isinstance(event, CorpusReady) for event in events)
    control.resume()
    thread.join()

    assert isinstance(events[-1], CorpusReady)


def test_that_a_text_nltk_gives_up_on_is_refused_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_rows(tmp_path / "a.csv", ["One.", "Tangled.", "Three."])
    split = SentenceSplitter.split

    def give_up(self: SentenceSplitter, text: str) -> list[str]:
        if text == "Tangled.":
            raise TimeoutError
        return split(self, text)

    monkeypatch.setattr(SentenceSplitter, "split", give_up)

    corpus, _ = prepare(path, validation_fraction=0.0, tokenizer=FORMER_TOKENIZER)

    assert [(problem.line, problem.reason) for problem in corpus.problems] == [
        (3, "its text took too long to split into words")
    ]
    assert [corpus.sentence_view(index).text for index in range(2)] == ["One.", "Three."]


def test_that_the_vocabulary_budget_agrees_with_the_corpus_of_each_size(tmp_path: Path) -> None:
    texts = ["The cat sees a dog. A dog!", "The hen.", "A cat and the cow see the cat."]
    corpus, _ = prepare(write_rows(tmp_path / "budget.csv", texts))
    budget = corpus.vocabulary_budget()

    for size in range(4, budget.largest_size + 1):
        sized, cost = corpus.with_vocabulary_size(size), budget.at(size, 10)
        views = [sized.sentence_view(number) for number in range(len(sized))]
        touched = [view for view in views if not all(token.is_known for token in view.tokens)]
        assert cost.vocabulary_size == len(sized.vocabulary)
        assert cost.unknown_share == pytest.approx(sized.summary.unknown_share)
        assert cost.touched_share == pytest.approx(len(touched) / len(views))


def test_that_a_doubtful_encoding_is_told_each_time_with_its_readings(tmp_path: Path) -> None:
    path = tmp_path / "menu.csv"
    path.write_bytes("text\nTwo cafés are open.\nNo more to say.\n".encode("cp1252"))
    config = CorpusConfig(path=path, min_count=1)

    for _ in range(2):  # a prepared text would say nothing
        events = list(build_corpus(config, RunControl(), cache_folder=tmp_path / "cache"))

        [notice] = [event for event in events if isinstance(event, Notice)]
        assert "menu.csv is doubtful" in notice.text
        assert "cp1252: Two cafés are open." in notice.text
        assert len(notice.text.splitlines()) == 4


@pytest.mark.parametrize(("text", "told"), [("café noir", "cp1255: 1,cafי noir"), ("cafe", "")])
def test_that_other_readings_of_a_doubtful_encoding_are_told(
    text: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"id,text\n1,{text}\n2,tea\n".encode("cp1252"))

    _, events = prepare(path)

    notices = [each.text for each in events if isinstance(each, Notice)]
    found = [each for each in notices if each.startswith("The encoding of a.csv is doubtful")]
    assert len(found) == bool(told)
    assert all(told in each for each in found)
