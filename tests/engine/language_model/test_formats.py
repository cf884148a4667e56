"""Tests of opening and writing model files of both kinds."""

from pathlib import Path

import numpy as np
import pytest

from engine.errors import ModelFileError
from engine.language_model.formats import open_model, write_model
from engine.tokenization.vocabulary import Vocabulary
from tests.engine.support.models import tiny_model


@pytest.mark.parametrize("name", ["model.safetensors", "model.npz", "MODEL.NPZ"])
def test_that_a_written_model_opens_with_its_words(tmp_path: Path, name: str) -> None:
    model = tiny_model()

    write_model(model, tmp_path / name)
    opened = open_model(tmp_path / name)

    assert opened.vocabulary.words == model.vocabulary.words
    for mine, theirs in zip(
        opened.rnn.parameters_as_numpy(), model.rnn.parameters_as_numpy(), strict=True
    ):
        np.testing.assert_array_equal(mine, theirs)


def test_that_parameters_without_words_say_what_is_missing_and_where_to_get_it(
    shared_data: Path,
) -> None:
    with pytest.raises(ModelFileError) as refused:
        open_model(shared_data / "trained-model-theano.npz")

    message = str(refused.value)
    assert "network for 8,000 words, but not the words" in message
    assert "trained-model-theano.words.txt" in message
    assert "prepare the text" in message


def test_that_the_tutorials_parameters_open_with_the_words_of_a_corpus(shared_data: Path) -> None:
    words = [f"word{number}" for number in range(7997)]
    vocabulary = Vocabulary.from_words(words, [1] * len(words))

    model = open_model(shared_data / "trained-model-theano.npz", vocabulary)

    assert (model.word_dim, model.hidden_dim) == (8000, 50)
    assert model.vocabulary is vocabulary


def test_that_a_list_that_belongs_to_no_model_is_not_replaced(tmp_path: Path) -> None:
    words = tmp_path / "model.words.txt"
    words.write_text("precious", encoding="utf-8")

    with pytest.raises(ModelFileError, match=r"would replace model\.words\.txt"):
        write_model(tiny_model(), tmp_path / "model.npz")

    assert words.read_text(encoding="utf-8") == "precious"
    (tmp_path / "model.npz").touch()  # whoever replaces the model replaces its words
    write_model(tiny_model(), tmp_path / "model.npz")
    assert open_model(tmp_path / "model.npz").word_dim == tiny_model().word_dim
