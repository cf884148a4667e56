"""Sentences and words are NLTK's; reading again is pleasant."""

import csv
import gzip
import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.tokenize import word_tokenize
from nltk.tokenize.punkt import PunktSentenceTokenizer, PunktTrainer

from engine.tokenization.sentences import SentenceSplitter, SplitterLearner
from engine.tokenization.tokenizing import FastTokenizer, tokenize
from tests.engine.support.corpora import splitter_for

SAMPLE = [
    "Mr. Smith went to Washington. He saw Dr. Jones there! Was it late? It was 5 p.m. sharp.",
    "The end of one thing is the start of another. Mr. Brown knows. Dr. Jones does too.",
] * 20


@pytest.fixture(scope="module")
def splitter() -> SentenceSplitter:
    return splitter_for(SAMPLE)


def fast_tokens(*sentences: str) -> list[list[str]]:
    tokenizer = FastTokenizer()
    tokens = []
    for sentence in sentences:
        numbers: list[int] = []
        tokenizer.append_numbers(sentence, numbers)
        tokens.append([tokenizer.table.words[number] for number in numbers])
    return tokens


# Pieces that NLTK's expressions look at, so that they meet in every order.
PIECES = (
    st.sampled_from(
        (" ", " ", " ", "  ", '"', "'", "''", "``", "`", ".", "..", "...", ",", ":", ";", "!", "?")
    )
    | st.sampled_from(
        ("(", ")", "[", "]", "<", ">", "{", "}", "--", "-", "–", "«", "»", "“", "”", "‘", "’", "*")
    )
    | st.sampled_from(
        ("a", "x", "the", "1", "2.5", "é", "n't", "'s", "’s", "'ll", "'re", "'tis", "cannot", "s")
    )
    | st.sampled_from(
        ("gonna", "wanna", "d'ye", "more'n", "\n", "\t", "\xa0", "\x1f", "…", "&", "$", "%")
    )
)


@settings(max_examples=1000)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_that_the_fast_tokeniser_equals_nltk(sentence: str) -> None:
    assert fast_tokens(sentence) == [word_tokenize(sentence, preserve_line=True)]


@settings(max_examples=300)
@given(st.text(max_size=40))
def test_that_the_fast_tokeniser_equals_nltk_on_any_text(sentence: str) -> None:
    assert fast_tokens(sentence) == [word_tokenize(sentence, preserve_line=True)]


def test_that_the_fast_tokeniser_equals_nltk_on_real_comments(shared_data: Path) -> None:
    path = shared_data / "reddit-comments-2015-08-first-1000-lines.csv"
    lines = [line.strip().lower() for line in path.read_text("utf-8").splitlines()]

    assert fast_tokens(*lines) == [word_tokenize(line, preserve_line=True) for line in lines]


def test_that_a_full_tokeniser_starts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.tokenization.tokenizing._MOST_KEPT_CHUNKS", 2)
    tokenizer = FastTokenizer()
    numbers: list[int] = []
    tokenizer.append_numbers("one two three four", numbers)

    assert tokenizer.is_full()
    tokenizer.forget()
    assert not tokenizer.is_full()
    assert tokenizer.table.words == []


def test_that_words_are_lower_cased_and_split_as_in_the_tutorial() -> None:
    tokens = "do n't say that , it 's ( nearly ) over ."
    assert tokenize("Don't SAY that, it's (nearly) over.") == tokens.split()
    assert tokenize("") == []


def test_that_abbreviations_do_not_end_a_sentence(splitter: SentenceSplitter) -> None:
    assert splitter.split("I saw Dr. Jones. He left.") == ["I saw Dr. Jones.", "He left."]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n\n ", []),
        ("A heading\n\nIt follows.", ["A heading", "It follows."]),
        ("A heading\r\n \r\nIt follows.", ["A heading", "It follows."]),
        ("A line\nthat is wrapped. Another.", ["A line\nthat is wrapped.", "Another."]),
        ("just plain lazy ! !  okay , we get it .", ["just plain lazy ! !", "okay , we get it ."]),
        ("no way out . what now ? go .", ["no way out .", "what now ?", "go ."]),
        ("!!!", ["!!!"]),
    ],
)
def test_where_sentences_end(text: str, sentences: list[str], splitter: SentenceSplitter) -> None:
    assert splitter.split(text) == sentences


@settings(max_examples=200)
@given(st.text(alphabet="ab .!?\n'\"Mr", max_size=60))
def test_that_splitting_loses_nothing_but_white_space(text: str) -> None:
    splitter = splitter_for(["Mr. A went. Then he came."])

    assert "".join("".join(splitter.split(text)).split()) == "".join(text.split())


def test_that_remembered_decisions_are_those_of_punkt(shared_data: Path) -> None:
    path = shared_data / "reddit-comments-2015-08-first-1000-lines.csv"
    with path.open(encoding="utf-8", newline="") as file:
        comments = [" ".join(row[0].split()) for row in csv.reader(file)][:120]
    trainer = PunktTrainer("\n\n".join(comments))
    plain = PunktSentenceTokenizer(trainer.get_params())
    splitter = SentenceSplitter(trainer.get_params(), "")

    for comment in comments:
        wanted = "".join(plain.tokenize(comment)).replace(" ", "")
        assert "".join(splitter.split(comment)).replace(" ", "") == wanted
        assert len(splitter.split(comment)) <= len(plain.tokenize(comment))


def test_that_a_splitter_is_the_same_in_another_process(splitter: SentenceSplitter) -> None:
    copy = pickle.loads(pickle.dumps(splitter))  # noqa: S301 - our own, as the pool does

    assert copy.description == splitter.description
    assert copy.split(SAMPLE[0]) == splitter.split(SAMPLE[0])


def test_that_the_learner_takes_a_bounded_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.tokenization.sentences.SAMPLE_CHARACTERS", 70_000)
    learner = SplitterLearner()
    text = "One more sentence. " * 2000
    while learner.has_room():
        learner.learn(text)

    assert learner.characters == 70_000
    assert "learned from 70,000 characters" in learner.description


def test_that_installed_punkt_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "tokenizers" / "punkt_tab" / "english"
    folder.mkdir(parents=True)
    for name in ("collocations.tab", "sent_starters.txt", "ortho_context.tab"):
        (folder / name).write_text("")
    (folder / "abbrev_types.txt").write_text("zzz\n")
    monkeypatch.setattr("nltk.data.path", [str(tmp_path)])

    splitter = splitter_for(["No text."])

    assert "punkt_tab" in splitter.description
    assert splitter.split("it is zzz. and on.") == ["it is zzz. and on."]


def test_that_lower_cased_reviews_split_sensibly(shared_data: Path) -> None:
    with gzip.open(shared_data / "movie-reviews.csv.gz", "rt", encoding="utf-8") as file:
        reviews = [row["text"] for row, _ in zip(csv.DictReader(file), range(60), strict=False)]
    splitter = splitter_for(reviews[:20])

    sentences = [sentence for review in reviews for sentence in splitter.split(review)]

    lengths = sorted(len(sentence.split()) for sentence in sentences)
    assert 15 <= lengths[len(lengths) // 2] <= 30
    assert lengths[-1] < 200
    assert sum(length < 2 for length in lengths) < len(lengths) / 100
