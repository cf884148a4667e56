"""What a program or a notebook sees of the engine: its names, its paths, its models in one line."""

from pathlib import Path

import pytest

import engine
from tests.engine.support.models import tiny_model


@pytest.fixture
def csv_path(tmp_path: Path) -> str:
    path = tmp_path / "comments.csv"
    path.write_text("text\n" + "The cat sees a dog.\n" * 20, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", dir(engine))
def test_that_every_name_can_be_imported(name: str) -> None:
    assert getattr(engine, name) is not None


def test_that_the_tutorials_network_can_be_checked_from_the_front() -> None:
    for kind in (engine.RNNNumpy, engine.RNN):
        options = {"dtype": "float64"} if kind is engine.RNN else {}
        network = kind(20, 4, seed=1, **options)

        assert engine.gradient_check(network, [0, 1, 2, 3], [1, 2, 3, 4]).passed


def test_that_a_model_is_shown_in_one_line() -> None:
    text = repr(tiny_model())

    assert text.startswith("<LanguageModel: ")
    assert "\n" not in text
    assert len(text) < 160


def test_that_files_and_folders_may_be_named_by_strings(csv_path: str, tmp_path: Path) -> None:
    cache, model = str(tmp_path / "cache"), str(tmp_path / "model.safetensors")

    assert engine.inspect_csv(csv_path).columns == ("text",)
    config = engine.CorpusConfig(path=csv_path, processes=0)  # type: ignore[arg-type]
    *_, ready = engine.build_corpus(config, engine.RunControl(), cache_folder=cache)
    assert isinstance(ready, engine.CorpusReady)
    assert len(engine.list_cached_corpora(cache).texts) == 1
    assert engine.clear_cached_corpora(cache).count == 1
    engine.save_model(tiny_model(), model)
    assert engine.load_model(model).word_dim == engine.open_model(model).word_dim
    engine.write_model(tiny_model(), str(tmp_path / "model.npz"))
    assert engine.can_be_opened(model)
    assert not engine.can_be_opened(str(tmp_path / "model.onnx"))
    assert engine.RunStore(str(tmp_path / "data")).list() == ()
