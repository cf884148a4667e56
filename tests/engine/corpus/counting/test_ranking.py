"""The vocabulary is counted on the training part alone, and rare words are unknown."""

import csv
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.tokenize import NLTKWordTokenizer
from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

from engine.config import TokenizerConfig
from engine.control import Notice
from engine.corpus.corpus import Corpus
from engine.corpus.counting.ranking import Ranking
from tests.engine.support.corpora import prepare, write_rows

TUTORIAL = TokenizerConfig(name="tutorial")


@given(
    st.lists(st.lists(st.integers(0, 6), max_size=6), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
def test_that_words_are_ranked_as_counting_simply_ranks_them(
    numbered: list[list[int]], random: object
) -> None:
    left_out = np.array([random.random() < 0.4 for _ in numbered])  # type: ignore[attr-defined]
    ranks = np.array([word for sentence in numbered for word in sentence], dtype=np.int32)
    offsets = np.cumsum([0, *map(len, numbered)]).astype(np.int64)
    totals = np.bincount(ranks, minlength=7).astype(np.int64)

    unknown = random.choice([None, 3])  # type: ignore[attr-defined]

    ranking = Ranking.counted(totals, ranks, offsets, left_out, unknown)

    seen = [w for s, out in zip(numbered, left_out, strict=True) if not out for w in s]
    seen = [word for word in seen if word != unknown]
    expected = sorted(set(seen), key=lambda word: (-seen.count(word), seen.index(word)))
    if left_out.any():
        frequent = ranking.frequent(1) if seen else 0
        assert list(ranking.first(frequent)) == expected
        assert ranking.counts[:frequent].tolist() == [seen.count(word) for word in expected]
        assert ranking.of(np.array(expected, dtype=np.int32)).tolist() == [*range(len(expected))]
    assert ranking.totals.sum() == len(ranks)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "a.csv", [f"The {word} sat here." for word in "abcdefghij"] * 3)


def words_of(corpus: Corpus) -> set[str]:
    return set(corpus.vocabulary.words[2:-1])


def test_that_what_is_held_out_tells_the_vocabulary_nothing(path: Path) -> None:
    corpus, _ = prepare(path, validation_fraction=0.3)

    views = [corpus.sentence_view(number) for number in range(len(corpus))]
    trained = {token.text for view in views if not view.is_validation for token in view.tokens}
    held_out = {token.text for view in views if view.is_validation for token in view.tokens}
    assert words_of(corpus) == trained
    assert held_out - trained  # letters that only held-out documents have
    unknown = {token.text for view in views for token in view.tokens if not token.is_known}
    assert unknown == held_out - trained
    assert (corpus.validation.ids == corpus.vocabulary.unknown_id).any()
    assert not (corpus.training.ids == corpus.vocabulary.unknown_id).any()


def test_that_another_share_counts_the_vocabulary_anew(path: Path) -> None:
    corpus, _ = prepare(path, validation_fraction=0.3)

    changed = corpus.with_validation_fraction(0.0)

    anew, _ = prepare(path, validation_fraction=0.0)
    assert changed.vocabulary == anew.vocabulary
    assert changed.vocabulary != corpus.vocabulary


def test_that_it_is_said_where_rare_words_were_counted(path: Path) -> None:
    corpus, _ = prepare(path, validation_fraction=0.3, min_count=4)

    rare = corpus.summary.rare_words
    assert 0 < rare < corpus.summary.different_words - (len(corpus.vocabulary) - 3)
    said = f"{rare} words occur fewer than 4 times in training: unknown"
    assert corpus.summary.told_rare_words == said


def test_that_words_that_occur_once_are_unknown_and_learned(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.csv", ["the cat sat .", "the dog sat .", "the cat ran ."])
    corpus, _ = prepare(path, validation_fraction=0.0, min_count=2)

    assert words_of(corpus) == {"the", ".", "cat", "sat"}
    assert (corpus.training.ids == corpus.vocabulary.unknown_id).sum() == 2
    assert (corpus.summary.min_count, corpus.summary.rare_words) == (2, 2)
    assert corpus.summary.told_rare_words == "2 words occur once: unknown"
    assert corpus.summary.unknown_share == pytest.approx(2 / 12)
    assert corpus.unknown_share(8000) == corpus.summary.unknown_share
    budget = corpus.vocabulary_budget()
    assert budget.largest_size == len(corpus.vocabulary)
    assert budget.at(8000, 10).unknown_share == pytest.approx(2 / 12)


def installed_punkt(folder: Path) -> PunktSentenceTokenizer:
    """Put a `punkt_tab` where NLTK looks, and return what NLTK itself makes of the same."""
    parameters = PunktParameters()
    parameters.abbrev_types = {"mr", "vs", "etc", "e.g", "i.e", "u.s"}
    parameters.sent_starters = {"it", "the"}
    parameters.ortho_context.update({"and": 44, "it": 46, "the": 46})
    folder = folder / "tokenizers" / "punkt_tab" / "english"
    folder.mkdir(parents=True)
    (folder / "abbrev_types.txt").write_text("\n".join(sorted(parameters.abbrev_types)))
    (folder / "collocations.tab").write_text("")
    (folder / "sent_starters.txt").write_text("it\nthe\n")
    (folder / "ortho_context.tab").write_text("and\t44\nit\t46\nthe\t46\n")
    tokenizer = PunktSentenceTokenizer()
    tokenizer._params = parameters
    return tokenizer


def sentences_of(punkt: PunktSentenceTokenizer, comment: str) -> list[str]:
    """Return NLTK's sentences of each paragraph, marks alone with what they end."""
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n", comment):
        for index, (start, end) in enumerate(punkt.span_tokenize(paragraph)):
            if index and not re.search(r"\w", paragraph[start:end]):
                found[-1] += " " + paragraph[start:end]
            else:
                found.append(paragraph[start:end])
    return found


@pytest.mark.parametrize("has_punkt_tab", [True, False])
def test_that_every_word_counted_once_is_the_tutorials_vocabulary(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_punkt_tab: bool
) -> None:
    path = shared_data / "reddit-comments-2015-08-first-1000-lines.csv"
    with path.open(encoding="utf-8", newline="") as file:
        comments = [row[0] for row in csv.reader(file)][1:-1]  # the last one is cut off
    monkeypatch.setattr("nltk.data.path", [str(tmp_path)] if has_punkt_tab else [])
    punkt = installed_punkt(tmp_path)

    corpus, _ = prepare(path, tokenizer=TUTORIAL, min_count=1, validation_fraction=0.0)

    split = corpus.reading.tokenizer.split_sentences
    sentences = [
        sentence
        for comment in comments
        for sentence in (sentences_of(punkt, comment) if has_punkt_tab else split(comment))
    ]
    words = NLTKWordTokenizer()
    counted = Counter(word for each in sentences for word in words.tokenize(each.lower()))
    assert [*corpus.vocabulary.words[2:-1]] == [word for word, _ in counted.most_common()]
    assert corpus.summary.words == counted.total()


def test_that_a_text_whose_words_are_mostly_rare_gets_advice(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.csv", ["one two three four five .", "six seven eight nine ."])

    _, events = prepare(path, validation_fraction=0.0, min_count=2)
    _, others = prepare(path, validation_fraction=0.0, min_count=1)

    [notice] = [event.text for event in events if isinstance(event, Notice)]
    assert notice.startswith("Only 18% of the words of a.csv are known")
    assert (
        "With the smallest count 1 (Known from 1 ×, --min-count 1), 100% would be known" in notice
    )
    assert not any(isinstance(event, Notice) for event in others)
