"""No model of nonsense: whatever explodes, every file of the run holds usable numbers.

Learning rates from too high to absurd, with and without clipping, in both recipes and number
formats. Each file that a run writes is looked at, not only what is left at its end.
"""

import math
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from engine.config import CorpusConfig, ModelConfig, TrainConfig
from engine.control import RunControl
from engine.corpus.corpus import Corpus
from engine.errors import DivergedError
from engine.language_model.checkpoint import load_model
from engine.language_model.model import LanguageModel
from engine.runs import recorder
from engine.runs.folder import RunFolder
from engine.runs.store import RunStore
from engine.training.events import RunEnded
from engine.training.state import load_state
from tests.engine.support.runs import animal_corpus, pairs_of
from tests.integration.scale import FULL, Report, long_test

RATES = (1.0, 3.0, 10.0, 100.0, 1000.0, 1e6, 1e12, 1e38)
CASES = list(product(RATES, ("tutorial", "fast"), (None, 1e30), ("float32", "float64")))
EVERY = 1 if FULL else 9


class Written:
    """Every version of every file of a run, in the order of writing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.versions: list[tuple[str, bytes]] = []
        real = RunFolder.write

        def write(folder: RunFolder, path: Path, data: bytes) -> None:
            self.versions.append((path.name, data))
            real(folder, path, data)

        monkeypatch.setattr(RunFolder, "write", write)
        monkeypatch.setattr(recorder, "_AUTOSAVE_S", 0.0)
        monkeypatch.setattr("engine.training.trainer._POINT_EVERY_S", 0.001)

    def models(self, folder: Path) -> list[tuple[str, LanguageModel]]:
        """Open them all; a number that is not finite is refused by that."""
        models = []
        for number, (name, data) in enumerate(self.versions):
            path = folder / f"{number}-{name}"
            if name.startswith(("best", "last")):
                path.write_bytes(data)
                models.append((name, load_model(path)))
            elif name.startswith("state"):
                path.write_bytes(data)
                state = load_state(path)
                if state.best:
                    models.append(("best of the state", state.model("best")))
        return models


def is_usable(model: LanguageModel, corpus: Corpus) -> bool:
    loss = model.rnn.calculate_loss(*pairs_of(corpus))
    return math.isfinite(loss) and loss < 1.5 * math.log(model.word_dim)


@long_test
def test_that_no_explosion_gets_into_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: Report
) -> None:
    corpus = animal_corpus(tmp_path)
    csv = CorpusConfig(path=Path(corpus.summary.path))
    stopped = files = 0
    for number, case in enumerate(CASES[::EVERY]):
        rate, recipe, clip_norm, dtype = case
        written, folder = Written(monkeypatch), tmp_path / str(number)
        store, sizes = RunStore(folder / "data"), {"hidden_dim": 6, "device": "cpu"}
        model: Any = ModelConfig(dtype=dtype, **sizes)
        config: Any = TrainConfig(recipe=recipe, learning_rate=rate, clip_norm=clip_norm, epochs=6)
        run_id = store.new_run_id()

        try:
            list(store.train(corpus, csv, model, config, RunControl(), run_id=run_id))
        except DivergedError:
            stopped += 1
            assert is_usable(store.open_model(run_id), corpus), case
            *_, end = store.resume(run_id, corpus, RunControl())
            assert isinstance(end, RunEnded), case
            assert is_usable(store.open_model(run_id), corpus), case
        else:
            assert rate < 10.0, case

        models = written.models(folder)
        assert all(is_usable(model, corpus) for name, model in models if "best" in name), case
        files += len(models)
        monkeypatch.undo()

    assert files
    report(
        f"{len(CASES[::EVERY])} explosions with learning rates of 1 to 1e38, {stopped} stopped as "
        f"diverged, each of them went on to its end with the rate that was proposed; of {files} "
        "models written meanwhile none was not finite and no best one exploded"
    )
