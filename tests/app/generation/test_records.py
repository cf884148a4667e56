"""Titles of batches and perplexities of sentences."""

import math

import pytest

from app.generation.records import Batch
from engine import SampleConfig
from tests.app.support.generation_fakes import sentence


def test_that_a_title_names_everything_needed_to_repeat_the_batch() -> None:
    config = SampleConfig(count=10, min_length=7, temperature=0.8)

    title = Batch(config=config, model="epoch 2.4, step 1,204", seed=77).title

    for part in ("10 sentences", "epoch 2.4, step 1,204", "0.80", "7 words", "seed 77"):
        assert part in title


def test_that_a_seed_not_known_yet_is_called_random() -> None:
    assert "seed random" in Batch(config=SampleConfig(), model="epoch 1").title


def test_that_one_word_is_not_called_words() -> None:
    batch = Batch(config=SampleConfig(count=1, min_length=1), model="epoch 1")

    assert batch.title.startswith("1 sentence  ·")
    assert "at least 1 word  ·" in batch.title


@pytest.mark.parametrize("state", ["stopped", "failed"])
def test_that_a_title_says_how_far_an_unfinished_batch_came(state: str) -> None:
    batch = Batch(config=SampleConfig(count=10), model="epoch 1", done=4, state=state)  # type: ignore[arg-type]

    assert f"4 of 10 sentences ({state})" in batch.title


def test_that_perplexity_is_the_inverse_geometric_mean_probability() -> None:
    drawn = sentence(words=("i", "think", "so"), log_probability=4 * math.log(0.1))

    assert drawn.perplexity == pytest.approx(10.0)


def test_that_an_enormous_perplexity_is_infinite_instead_of_an_error() -> None:
    assert sentence(words=(), log_probability=-1e6).perplexity == math.inf


def test_that_a_sentence_cut_before_its_first_word_has_a_perplexity() -> None:
    assert sentence(words=(), log_probability=0.0, is_cut=True).perplexity == 1.0


def test_that_a_title_names_start_filters_and_origin() -> None:
    config = SampleConfig(start=("i", "think"), top_k=40, ladder=(0.0, 1.0, 2.0))

    title = Batch(config=config, model="epoch 2", origin="notes.csv, 12:00:01", seed=1).title

    assert title.startswith(
        "3 sentences  ·  begins with “i think”  ·  notes.csv, 12:00:01, epoch 2"
    )
    assert "temperature 0 to 2  ·  top-k 40" in title


def test_that_a_beam_search_has_neither_temperature_nor_seed() -> None:
    title = Batch(config=SampleConfig(beams=50), model="epoch 2").title

    assert "beam search, 50 at a time" in title
    assert "seed" not in title
