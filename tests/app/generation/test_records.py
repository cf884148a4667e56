"""Titles of batches and perplexities of sentences."""

import math

import pytest

from app.generation.records import Batch, GeneratedSentence, SampleSettings


def test_that_a_title_names_everything_needed_to_repeat_the_batch() -> None:
    settings = SampleSettings(count=10, min_length=7, temperature=0.8)

    title = Batch(settings=settings, model="epoch 2.4, step 1,204", seed=77).title

    for part in ("10 sentences", "epoch 2.4, step 1,204", "0.80", "7 words", "seed 77"):
        assert part in title


def test_that_a_seed_not_known_yet_is_called_random() -> None:
    assert "seed random" in Batch(settings=SampleSettings(), model="epoch 1").title


def test_that_one_word_is_not_called_words() -> None:
    batch = Batch(settings=SampleSettings(count=1, min_length=1), model="epoch 1")

    assert batch.title.startswith("1 sentence  ·")
    assert "at least 1 word  ·" in batch.title


@pytest.mark.parametrize("state", ["stopped", "failed"])
def test_that_a_title_says_how_far_an_unfinished_batch_came(state: str) -> None:
    batch = Batch(settings=SampleSettings(count=10), model="epoch 1", done=4, state=state)  # type: ignore[arg-type]

    assert f"4 of 10 sentences ({state})" in batch.title


def test_that_perplexity_is_the_inverse_geometric_mean_probability() -> None:
    sentence = GeneratedSentence(
        number=1, text="", predicted_words=4, log_probability=4 * math.log(0.1)
    )

    assert sentence.perplexity == pytest.approx(10.0)


def test_that_an_enormous_perplexity_is_infinite_instead_of_an_error() -> None:
    sentence = GeneratedSentence(number=1, text="", predicted_words=1, log_probability=-1e6)

    assert sentence.perplexity == math.inf
