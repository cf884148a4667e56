"""What differs from the defaults, and names made of it; curve, tags and disk use of kept runs."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.config import CorpusConfig, ModelConfig, TokenizerConfig, TrainConfig
from engine.recipes import settle, settle_model
from engine.runs.curve import read_curve
from engine.runs.folder import RunFolder
from engine.runs.naming import differences, made_name
from engine.runs.store import RunStore
from tests.engine.support.kept_runs import keep
from tests.engine.support.runs import animal_corpus

WORDS = 400_000
TEXT = CorpusConfig(path=Path("reddit.csv"))


def differing(
    corpus: CorpusConfig | None = TEXT,
    model: ModelConfig = ModelConfig(),  # noqa: B008 - frozen
    train: TrainConfig = TrainConfig(),  # noqa: B008 - frozen
    words: int = WORDS,
) -> tuple[str, ...]:
    model = settle_model(model, train.recipe, words, 8000)
    train = settle(train, words, 8000, hidden_dim=model.units)
    return differences(corpus, model, train, words, 8000)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ()),
        ({"words": 2_000_000}, ()),
        ({"words": 2_000_000, "model": ModelConfig(hidden_dim=100)}, ("H 100",)),
        (
            {"model": ModelConfig(hidden_dim=50), "train": TrainConfig(recipe="tutorial")},
            ("H 50", "tutorial"),
        ),
        ({"train": TrainConfig(learning_rate=0.01, epochs=1)}, ("rate 0.01", "1 epoch")),
        ({"model": ModelConfig(seed=3), "train": TrainConfig(seed=3)}, ("seed 3",)),
        ({"train": TrainConfig(seed=3)}, ("order seed 3",)),
        ({"corpus": replace(TEXT, seed=7, min_count=5)}, ("words from 5×", "split seed 7")),
        ({"corpus": replace(TEXT, tokenizer=TokenizerConfig(name="characters"))}, ("characters",)),
        ({"corpus": None, "train": TrainConfig(averaging=0.0)}, ("averaging 0",)),
    ],
)
def test_that_only_what_is_not_the_default_is_named(
    changes: dict[str, Any], expected: tuple[str, ...]
) -> None:
    assert differing(**changes) == expected


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("reddit.csv", "reddit, H 50"),
        ("reddit.csv.gz", "reddit, H 50"),
        ("texts (2 files)", "texts (2 files), H 50"),
        ("v1.2 of my text", "v1.2 of my text, H 50"),
        (".csv", ".csv, H 50"),
        ("x" * 99, "x" * 71 + "…"),
    ],
)
def test_that_a_name_is_made_of_text_and_differences(file: str, name: str) -> None:
    assert made_name(file, ("H 50", "on the CPU")) == name


def line(**values: Any) -> str:
    known = {"event": "epoch_done", "training_loss": 6.0, "validation_loss": 5.0, "elapsed_s": 1.0}
    return json.dumps(known | values) + "\n"


def test_that_a_curve_leaves_out_what_a_crash_undid_and_damaged_lines(tmp_path: Path) -> None:
    lines = [
        line(step=0, epoch=0.0, validation_loss=9.0),
        line(step=9, epoch=1.0, validation_loss=7.0),
        line(step=18, epoch=2.0, validation_loss=6.5),
        line(event="loss_point", step=19),
        line(step=9, epoch=1.0, validation_loss=7.5),
        line(step=18, epoch=2.0, validation_loss=None),
        '{"event": "epoch_done", "step": tr',
    ]
    (tmp_path / "events.jsonl").write_text("".join(lines))

    curve = read_curve(RunFolder(tmp_path), "a run", 100)

    assert curve.steps == (0.0, 9.0, 18.0)
    assert curve.losses == (9.0, 7.5, 6.0)
    assert curve.best == 2


def test_that_a_kept_run_has_its_curve_tags_and_place_on_the_disk(
    tmp_path: Path,
) -> None:
    store = RunStore(tmp_path / "data")
    run_id, _ = keep(store, animal_corpus(tmp_path))
    store.rename(run_id, "")
    store.set_tags(run_id, ["paper ", "", "a  b", "paper"])

    assert store.info(run_id).tags == ("paper", "a b")
    assert store.info(run_id).name.startswith("animals, H 4, ")
    assert store.curves([run_id])[0].epochs == (0.0, 1.0, 2.0)
    use = store.disk_use()
    assert (use.runs, use.trash, use.trash_bytes) == (1, 0, 0)

    store.delete(run_id)
    foreign = store.trash / "of somebody else"
    foreign.mkdir()
    assert store.curves([run_id])[0].epochs == (0.0, 1.0, 2.0)
    assert store.disk_use().trash_bytes == use.runs_bytes
    emptied = store.empty_trash()

    assert (emptied.count, emptied.size, emptied.left) == (1, use.runs_bytes, 0)
    assert store.list(in_trash=True) == ()
    assert foreign.is_dir()
