"""The longest copied run against a naive search."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.config import CorpusConfig
from engine.corpus import copies
from engine.corpus.copies import CopyFinder
from engine.corpus.corpus import Corpus
from engine.corpus.novelty import held_out_novelty
from tests.engine.support.corpora import corpus_of


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    random = np.random.default_rng(0)
    path = tmp_path_factory.mktemp("copies") / "text.csv"
    rows = [
        " ".join(random.choice(list("abcdef"), size=random.integers(1, 9))) + " ."
        for _ in range(400)
    ]
    path.write_text("text\n" + "\n".join(rows) + "\n", encoding="utf-8")
    config = CorpusConfig(path=path, processes=0, vocabulary_size=6, validation_fraction=0.1)
    return corpus_of(config)


@pytest.fixture(scope="module")
def trained_on(corpus: Corpus) -> dict[int, list[str]]:
    views = {number: corpus.sentence_view(number) for number in range(len(corpus))}
    return {
        number: [token.text for token in view.tokens]
        for number, view in views.items()
        if not view.is_validation
    }


def naive(words: list[str], sentences: dict[int, list[str]]) -> int:
    """Return the length of the longest common run."""
    best = 0
    for sentence in sentences.values():
        for i in range(len(words)):
            for j in range(len(sentence)):
                length = 0
                while (
                    i + length < len(words)
                    and j + length < len(sentence)
                    and words[i + length] == sentence[j + length]
                ):
                    length += 1
                best = max(best, length)
    return best


def starting(words: list[str], sentences: dict[int, list[str]]) -> int:
    """Return how many of the first words stand so in a sentence, 8 at most."""
    lengths = range(min(len(words), 8), 0, -1)
    return next(
        (
            n
            for n in lengths
            if any(tuple(words[:n]) in runs_of(sentence, n) for sentence in sentences.values())
        ),
        0,
    )


@settings(max_examples=60, deadline=None)
@given(words=st.lists(st.sampled_from([*"abcdef", ".", "zebra"]), max_size=9))
def test_that_the_longest_run_is_that_of_a_naive_search(
    words: list[str], corpus: Corpus, trained_on: dict[int, list[str]]
) -> None:
    found = CopyFinder(corpus).longest(words)

    assert found.length == naive(words, trained_on)
    starts = CopyFinder(corpus).runs(words)
    assert starts == tuple(starting(words[at:], trained_on) for at in range(len(words)))
    assert found.words == len(words)
    run = words[found.first : found.first + found.length]
    for number in found.sentences:
        sentence = trained_on[number]
        assert any(sentence[at : at + found.length] == run for at in range(len(sentence)))
    assert found.is_whole == (words in trained_on.values() and bool(words))


def test_that_ten_thousand_sentences_are_found_as_a_naive_search_finds_them(
    tmp_path: Path,
) -> None:
    """The naive search looks for runs of words as pieces of the text; each has shorter ones."""
    random = np.random.default_rng(1)
    words = [f"w{k}" for k in range(60)]
    path = tmp_path / "text.csv"
    sentences = [" ".join(random.choice(words, size=random.integers(2, 9))) for _ in range(10_000)]
    path.write_text("text\n" + "".join(f"{each} .\n" for each in sentences), encoding="utf-8")
    config = CorpusConfig(path=path, processes=0, validation_fraction=0.05)
    corpus = corpus_of(config)
    finder = CopyFinder(corpus)
    assert len(corpus) == 10_000
    views = [corpus.sentence_view(number) for number in range(len(corpus))]
    said = [[token.text for token in view.tokens] for view in views]
    is_held_out = [view.is_validation for view in views]
    pairs = list(zip(said, is_held_out, strict=True))
    learned = "\n".join(f" {' '.join(own)} " for own, is_new in pairs if not is_new)
    held_out = [own for own, is_new in pairs if is_new]

    def is_learned(own: list[str], length: int) -> bool:
        runs = (own[first : first + length] for first in range(len(own) - length + 1))
        return any(f" {' '.join(run)} " in learned for run in runs)

    for own in held_out[:150]:
        length = finder.longest(own).length
        assert is_learned(own, length), own
        assert not is_learned(own, length + 1), own


def test_that_held_out_sentences_are_not_looked_through(
    corpus: Corpus, trained_on: dict[int, list[str]]
) -> None:
    finder = CopyFinder(corpus)

    lengths = {
        number: finder.longest([t.text for t in corpus.sentence_view(number).tokens]).is_whole
        for number in range(len(corpus))
    }

    assert all(lengths[number] for number in trained_on)
    held_out = set(lengths) - set(trained_on)
    assert held_out
    assert not all(lengths[number] for number in held_out)


def test_that_of_a_long_text_a_sample_from_all_over_it_is_looked_through_and_said(
    corpus: Corpus, trained_on: dict[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "_MOST_WORDS", 300)
    finder = CopyFinder(corpus)

    found = {number: finder.longest(words) for number, words in trained_on.items()}

    looked_through = sorted({number for copy in found.values() for number in copy.sentences})
    assert all(copy.is_sampled for copy in found.values())
    assert 100 < sum(len(trained_on[number]) for number in looked_through) <= 300
    assert set(np.array(looked_through) * 10 // len(corpus)) == set(range(10))
    drawn = {number: trained_on[number] for number in looked_through}
    for number, copy in list(found.items())[:100]:
        assert copy.length == naive(trained_on[number], drawn)
    assert finder.longest([]).length == 0


def test_that_held_out_sentences_are_measured_as_written_ones_are(
    corpus: Corpus, trained_on: dict[int, list[str]]
) -> None:
    finder = CopyFinder(corpus)
    held_out = [
        [token.text for token in corpus.sentence_view(number).tokens]
        for number in np.flatnonzero(corpus.is_validation)
    ]

    found = held_out_novelty(corpus, finder)

    assert found is not None
    shares = [finder.longest(words).length / len(words) for words in held_out]
    assert (found.sentences, found.copied) == (len(shares), pytest.approx(np.mean(shares)))
    for length, share in enumerate(found.new, 1):
        stands = {run for words in trained_on.values() for run in runs_of(words, length)}
        runs = [run for words in held_out for run in runs_of(words, length)]
        new = sum(run not in stands for run in runs) / len(runs) if runs else None
        assert share == (new if new is None else pytest.approx(new))
    assert held_out_novelty(corpus.with_validation_fraction(0.0), finder) is None


def runs_of(words: list[str], length: int) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + length]) for at in range(len(words) - length + 1)]
