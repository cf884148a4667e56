"""The model file: a round trip keeps every bit, and no damaged file gets in."""

import json
import math
import platform
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open

from engine.config import Dtype
from engine.errors import ModelFileError
from engine.files.atomic import write_durably
from engine.language_model.checkpoint import FORMAT, load_model, model_to_bytes, save_model
from engine.language_model.history import TrainingHistory
from engine.language_model.model import LanguageModel
from engine.scoring.scorer import score
from engine.tokenization.vocabulary import SENTENCE_END, SENTENCE_START, UNKNOWN_TOKEN, Vocabulary
from tests.engine.support.models import model_of, tiny_history, tiny_model

DATA = Path(__file__).parents[1] / "data"
MARKS = {SENTENCE_START, SENTENCE_END, UNKNOWN_TOKEN}  # each vocabulary has them already
WORDS = st.text(st.characters(), max_size=12).filter(lambda word: word not in MARKS)


def assert_same(left: LanguageModel, right: LanguageModel) -> None:
    for mine, yours in zip(
        left.rnn.parameters_as_numpy(), right.rnn.parameters_as_numpy(), strict=True
    ):
        assert mine.dtype == yours.dtype
        assert mine.tobytes() == yours.tobytes()
    for name in ("vocabulary", "model_config", "train_config", "summary", "step", "epoch"):
        assert getattr(left, name) == getattr(right, name)
    assert left.history == right.history


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_that_a_model_comes_back_bit_for_bit(tmp_path: Path, dtype: Dtype) -> None:
    model = tiny_model(dtype=dtype)

    save_model(model, tmp_path / "a.safetensors")

    assert_same(load_model(tmp_path / "a.safetensors"), model)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.safetensors"]


def test_that_what_was_measured_on_a_sample_says_so_when_it_comes_back(tmp_path: Path) -> None:
    model = tiny_model()
    first, second = model.history.evaluations
    interim = replace(second, epoch=0.5, is_sample=True, standard_error=0.02, is_interim=True)
    sampled = replace(second, is_sample=True, standard_error=0.01, change_error=0.004)
    lost = replace(sampled, training_loss=math.inf, change_error=0.007)
    unknown = replace(second, epoch=2, validation_loss=math.nan)
    history = replace(model.history, evaluations=(interim, lost, unknown, first, second, sampled))

    save_model(replace(model, history=history), tmp_path / "a.safetensors")

    loaded = load_model(tmp_path / "a.safetensors").history
    unknown = replace(unknown, validation_loss=None)
    assert loaded.evaluations == (interim, unknown, first, second, sampled)
    assert [done.change_error for done in loaded.evaluations] == [None, None, None, None, 0.004]


def test_that_an_untrained_model_without_history_comes_back(tmp_path: Path) -> None:
    model = replace(tiny_model(), history=TrainingHistory(), step=0, epoch=0.0)

    save_model(model, tmp_path / "a")

    assert_same(load_model(tmp_path / "a"), model)


@settings(max_examples=60)
@given(st.lists(WORDS, min_size=1, max_size=8, unique=True))
def test_that_any_strings_can_be_words(
    tmp_path_factory: pytest.TempPathFactory, words: list[str]
) -> None:
    path = tmp_path_factory.mktemp("words") / "a"
    model = tiny_model(tuple(words))

    save_model(model, path)

    assert load_model(path).vocabulary == model.vocabulary


def test_that_half_a_surrogate_pair_comes_back(tmp_path: Path) -> None:
    model = tiny_model(("\ud800", "", "\n", "\x00", "“", "😀"))

    save_model(model, tmp_path / "a")

    assert load_model(tmp_path / "a").vocabulary == model.vocabulary


def test_that_other_programs_can_read_the_file(tmp_path: Path) -> None:
    model = tiny_model()
    save_model(model, tmp_path / "a")

    with safe_open(tmp_path / "a", framework="np") as file:
        metadata = file.metadata()
        U = file.get_tensor("U")

    assert (metadata["format"], metadata["version"]) == (FORMAT, "1")
    assert "torch" in json.loads(metadata["libraries"])
    assert np.array_equal(U, model.rnn.parameters_as_numpy()[0])


def test_that_a_library_that_was_not_installed_is_not_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_numpy(name: str) -> str:
        if name != "numpy":
            raise PackageNotFoundError(name)
        return "2.0"

    monkeypatch.setattr("engine.language_model.checkpoint.version", only_numpy)
    save_model(tiny_model(), tmp_path / "a")

    with safe_open(tmp_path / "a", framework="np") as file:
        libraries = json.loads(file.metadata()["libraries"])
    assert libraries == {"python": platform.python_version(), "numpy": "2.0"}


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_that_a_diverged_model_is_not_written_over_a_good_one(tmp_path: Path, value: float) -> None:
    path = tmp_path / "a"
    save_model(tiny_model(), path)
    U, V, W = tiny_model().rnn.parameters_as_numpy()
    W[1, 2] = value

    with pytest.raises(ModelFileError, match=r"W are no longer finite.*smaller learning rate"):
        save_model(model_of(U, V, W), path)

    assert_same(load_model(path), tiny_model())


def test_that_settings_that_no_json_has_make_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        save_model(replace(tiny_model(), epoch=math.inf), tmp_path / "a")

    assert not list(tmp_path.iterdir())


def test_that_a_history_with_a_number_that_is_not_finite_still_makes_a_file(tmp_path: Path) -> None:
    history = tiny_history()
    history.losses[0] = float("nan")

    save_model(replace(tiny_model(), history=history), tmp_path / "a")

    assert list(load_model(tmp_path / "a").history.losses) == [1.9]


def test_that_a_full_disk_is_explained_and_the_old_model_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno
    import os

    path = tmp_path / "a"
    save_model(tiny_model(), path)

    def full(_descriptor: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(ModelFileError, match=r"because the disk is full\. Free some space"):
        save_model(tiny_model(seed=1), path)

    assert_same(load_model(path), tiny_model())


def test_that_a_file_of_version_1_opens() -> None:
    model = load_model(DATA / "version-1.safetensors")

    assert model.vocabulary.words[2:-1] == ("the", "cat", "sat", ".", "naïve")
    assert model.history == tiny_history()
    (event,) = score(model, "The cat sat .")
    assert event.score.log_probability == pytest.approx(-18.57030017400566, abs=1e-9)  # type: ignore[union-attr]


def test_that_the_vocabulary_keeps_its_counts(tmp_path: Path) -> None:
    model = replace(tiny_model(), vocabulary=Vocabulary.from_words(list("abcde"), [9, 7, 7, 2, 0]))
    write_durably(tmp_path / "a", model_to_bytes(model))

    assert load_model(tmp_path / "a").vocabulary.counts == (0, 0, 9, 7, 7, 2, 0, 0)


def test_that_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    import os

    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(ModelFileError, match="not a plain file"):
        load_model(tmp_path / "pipe")


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch, lambda path: None])
def test_that_what_is_no_file_of_ours_is_refused(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    path = tmp_path / "model"
    make(path)

    with pytest.raises(ModelFileError, match="model"):
        load_model(path)


def test_that_a_file_that_may_not_be_read_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model"
    save_model(tiny_model(), path)

    def denied(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(ModelFileError, match=r"cannot be read: Permission denied\. Choose"):
        load_model(path)


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_that_a_name_that_no_file_has_is_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"cannot be the name of a file\. Choose"):
        load_model(tmp_path / name)
    with pytest.raises(ModelFileError, match=r"no file can have that name\. Choose"):
        save_model(tiny_model(), tmp_path / name)
