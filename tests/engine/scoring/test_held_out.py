"""The percentile against a sort, and what is scored for it."""

from pathlib import Path

import numpy as np
import pytest

from engine.config import CorpusConfig
from engine.control import RunControl
from engine.scoring.held_out import score_held_out
from engine.scoring.percentile import HeldOutScores
from engine.scoring.text_scores import score_texts
from tests.engine.support.corpora import corpus_of
from tests.engine.support.models import tiny_model


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("words", [1, 7, 30])
def test_that_a_percentile_is_a_place_in_the_sorted_list(words: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 20, 300).tolist()
    scores = (-random.integers(1, 60, 300)).astype(float).tolist()
    wanted = -25.0

    found = HeldOutScores(lengths, scores).percentile(words, wanted)

    near = [s for s, n in zip(scores, lengths, strict=True) if abs(n - words) <= max(1, words // 5)]
    if len(near) < 20:
        order = sorted(range(300), key=lambda k: abs(lengths[k] - words))
        near = [scores[k] for k in order[:20]]
    ranked = sorted(near)
    low, high = np.searchsorted(ranked, [wanted, wanted + 0.5])
    assert found is not None
    assert found.compared == len(near)
    assert found.share == pytest.approx((low + high) / 2 / len(near))


def test_that_nothing_held_out_gives_no_percentile() -> None:
    assert HeldOutScores([], []).percentile(3, -1.0) is None


def test_that_held_out_sentences_are_scored_and_no_others(tmp_path: Path) -> None:
    path = tmp_path / "cats.csv"
    path.write_text("text\n" + "".join(f"the cat sat {k} .\n" for k in range(60)), "utf-8")
    config = CorpusConfig(path=path, processes=0, validation_fraction=0.2)
    corpus = corpus_of(config)
    model = tiny_model()

    *_, scored = score_held_out(model, corpus, RunControl())

    assert isinstance(scored, HeldOutScores)
    texts = [corpus.sentence_view(k).text for k in np.flatnonzero(corpus.is_validation)]
    expected = [each.log_probability for each in score_texts(model, texts)]
    middle = sorted(expected)[len(expected) // 2]
    found = scored.percentile(5, middle)
    assert found is not None
    assert found.compared == len(texts) > 5
    below = sum(each < middle for each in expected)
    same = sum(each == middle for each in expected)
    assert found.share == pytest.approx((below + same / 2) / len(texts))


def test_that_a_stop_ends_the_work(tmp_path: Path) -> None:
    path = tmp_path / "cats.csv"
    path.write_text("text\n" + "".join(f"the cat {k} .\n" for k in range(40)), "utf-8")
    corpus = corpus_of(CorpusConfig(path=path, processes=0))
    control = RunControl()
    control.stop()

    assert list(score_held_out(tiny_model(), corpus, control)) == []
