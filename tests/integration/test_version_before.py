"""What version 0.1 wrote before the rooms were moved opens, goes on, and is not taken for new.

The files in `tests/engine/data/version_0_1` were written by the program as it was on
2026-11-30: a text and what was prepared from it, two runs that were stopped within an epoch
and the models of the same runs that were let go on to their end, a .npz, and settings.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest

from app.settings import SettingsStore
from engine import (
    Corpus,
    CorpusConfig,
    LanguageModel,
    RunControl,
    RunStore,
    StageProgress,
    clear_cached_corpora,
    list_cached_corpora,
    open_model,
)
from tests.engine.support.corpora import prepared

DATA = Path(__file__).parents[1] / "engine" / "data" / "version_0_1"
RUNS = {"fast": "20261101-120000-abcde1", "tutorial": "20261101-120001-abcde1"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the files, whose runs are told where their text lies now."""
    folder = tmp_path / "before"
    shutil.copytree(DATA, folder)
    for run_id in RUNS.values():
        RunStore(folder).set_text_paths(run_id, [folder / "animals.csv"])
    return folder


def prepare(config: CorpusConfig, cache: Path | None = None) -> tuple[Corpus, set[str]]:
    """Return the corpus, and the stages of its preparation."""
    corpus, events = prepared(config, cache)
    return corpus, {event.stage for event in events if isinstance(event, StageProgress)}


def parameters(model: LanguageModel) -> list[np.ndarray]:
    return [each.copy() for each in model.rnn.parameters_as_numpy()]


@pytest.mark.parametrize("name", ["fast_whole_run.safetensors", "tutorial.npz"])
def test_that_a_model_of_the_version_before_opens(name: str, folder: Path) -> None:
    model = open_model(folder / name)

    assert (model.word_dim, model.hidden_dim) == (18, 4)
    assert model.vocabulary.words[3:5] == (".", "hen")


def test_that_settings_of_the_version_before_are_read(folder: Path) -> None:
    settings = SettingsStore(folder / "settings.ini").settings

    assert (settings.theme, settings.last_tab) == ("dark", 2)
    assert settings.recent_files == ("animals.csv",)
    # Those of a training last with their run and text now; what the file says of one is left alone.


def test_that_a_prepared_text_of_the_version_before_is_made_again_and_deleted(
    folder: Path,
) -> None:
    cache = folder / "cache"
    config = RunStore(folder).corpus_config(RUNS["fast"])
    assert [text.name for text in list_cached_corpora(cache).texts] == ["animals.csv"]

    _, stages = prepare(config, cache)

    assert "Splitting into sentences and words" in stages
    assert len(list_cached_corpora(cache).texts) == 2
    assert clear_cached_corpora(cache).count == 2
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize("recipe", RUNS)
def test_that_an_interrupted_run_of_the_version_before_ends_as_it_would_have(
    recipe: str, folder: Path
) -> None:
    store, run_id = RunStore(folder), RUNS[recipe]
    assert {run.run_id for run in store.find_interrupted()} == set(RUNS.values())

    corpus, _ = prepare(store.corpus_config(run_id))
    list(store.resume(run_id, corpus, RunControl()))

    # Bit for bit on the processor that wrote the files; another one rounds otherwise.
    ended = parameters(store.open_model(run_id))
    expected = parameters(open_model(folder / f"{recipe}_whole_run.safetensors"))
    for mine, before in zip(ended, expected, strict=True):
        np.testing.assert_allclose(mine, before, rtol=1e-9, atol=1e-12)
