"""The tutorial's own example, "what are n't you understanding about this ? !", is as it was."""

from pathlib import Path

import numpy as np
import pytest

from engine.config import FORMER_TOKENIZER, TokenizerConfig
from engine.network.reference import RNNNumpy, initial_parameters
from engine.scoring.scorer import score
from tests.engine.support.corpora import prepare
from tests.engine.support.models import model_of

TOKENS = ["what", "are", "n't", "you", "understanding", "about", "this", "?", "!"]
# What version 0.1 made of the first 1,000 lines of the tutorial's comments, and its network's
# first guess with 100 hidden units and the seed 10.
X = (0, 63, 33, 18, 10, 515, 58, 34, 46, 98)
LOG_P = (
    *(-8.382856316575486, -8.37959003745167, -8.392957629528093, -8.38468832327639),
    *(-8.384697134586597, -8.389635178606582, -8.38365612745691, -8.388281343745325),
    *(-8.38886569127968, -8.385018968454),
)


def test_that_the_tutorials_sentence_and_its_numbers_are_unchanged(shared_data: Path) -> None:
    path = shared_data / "reddit-comments-2015-08-first-1000-lines.csv"
    corpus, _ = prepare(
        path,
        tokenizer=FORMER_TOKENIZER,
        min_count=1,
        counted="all",
        validation_fraction=0.0,
        processes=0,
    )
    view = corpus.sentence_view(18)
    assert [token.text for token in view.tokens] == TOKENS
    assert (view.x, view.y) == (X, (*X[1:], 1))

    words = corpus.vocabulary.words[2:-1]
    U, V, W = initial_parameters(len(corpus.vocabulary), 100, 10)
    o, _ = RNNNumpy.from_parameters(U, V, W).forward_propagation(X)
    assert [np.log(o[t, word]) for t, word in enumerate(view.y)] == pytest.approx(LOG_P, abs=1e-12)

    model = model_of(U, V, W, words)
    for typed in (view.text, " ".join(TOKENS)):
        [event] = score(model, typed)
        scored = event.score  # type: ignore[union-attr]
        assert [word.word for word in scored.words[:-1]] == TOKENS
        found = [word.log_probability for word in scored.words]
        assert found == pytest.approx(LOG_P, abs=1e-12)


def test_that_its_words_are_the_tutorials_however_sentences_end(shared_data: Path) -> None:
    path = shared_data / "reddit-comments-2015-08-first-1000-lines.csv"
    corpus, _ = prepare(
        path, tokenizer=TokenizerConfig(name="tutorial"), validation_fraction=0.0, processes=0
    )

    assert [token.text for token in corpus.sentence_view(18).tokens] == TOKENS
