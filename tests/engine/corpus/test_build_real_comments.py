"""The tutorial's own comments: the first 1,000 lines of its file, the last record cut off.

That record opens its quote in line 874 and has no end.
"""

import math
from pathlib import Path

import pytest

from engine.config import CorpusConfig
from engine.control import Notice, RunControl
from engine.corpus.build import build_corpus
from engine.corpus.corpus import Corpus, CorpusReady
from engine.events import Event
from engine.language_model.history import EpochDone
from engine.network.rnn import RNN
from tests.engine.support.runs import of_type, pairs_of, run


@pytest.fixture(scope="module")
def prepared(shared_data: Path) -> list[Event]:
    path = shared_data / "reddit-comments-2015-08-first-1000-lines.csv"
    config = CorpusConfig(path=path, processes=1, min_count=1, counted="all")
    return list(build_corpus(config, RunControl()))


@pytest.fixture(scope="module")
def comments(prepared: list[Event]) -> Corpus:
    assert isinstance(prepared[-1], CorpusReady)
    return prepared[-1].corpus


def test_that_the_record_that_is_cut_off_is_named_with_its_line(
    prepared: list[Event], comments: Corpus
) -> None:
    [problem] = comments.problems

    assert problem.line == 874
    assert "never closed; the text up to line 1000" in problem.reason
    assert comments.summary.refused_rows == 1
    [notice] = of_type(prepared, Notice)
    assert "the first at line 874: a quote opens here" in notice.text


def test_that_the_real_comments_are_counted(comments: Corpus) -> None:
    summary = comments.summary

    assert summary.documents == 211
    assert summary.training_documents + summary.validation_documents == 211
    assert summary.validation_documents == 11
    assert sum(comments.word_frequencies()) == summary.words
    assert summary.training_words + summary.validation_words == summary.words + summary.sentences


def test_that_an_untrained_network_knows_nothing_of_the_comments(comments: Corpus) -> None:
    C = len(comments.vocabulary)

    loss = RNN(C, 100).calculate_loss(*pairs_of(comments))

    assert C == comments.summary.different_words + 3 > 4000
    assert loss == pytest.approx(math.log(C), abs=0.01)


def test_that_one_epoch_lowers_the_loss_on_held_out_comments(comments: Corpus) -> None:
    model = {"hidden_dim": 32, "dtype": "float32"}
    events = run(comments, epochs=1, batch_size=8, unigram_start=False, model=model)

    before, after = (done.validation_loss for done in of_type(events, EpochDone))
    assert before == pytest.approx(math.log(len(comments.vocabulary)), abs=0.05)
    assert after < before - 1.0
