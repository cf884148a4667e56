"""The commands that read a corpus: train, demo and evaluate."""

import json
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import cli_saving, cli_training
from engine.checkpoint import load_model, save_model
from engine.cli import EXIT_INTERRUPTED, EXIT_WRONG, main
from engine.control import RunControl
from engine.errors import DivergedError, ModelFileError
from engine.events import Event, RunEnded, SnapshotPublished
from engine.language_model import LanguageModel
from tests.engine.models import tiny_model

COMMENTS = [
    "The cat sat on the mat. It was a very good cat!",
    "A dog ran after the cat because the cat ran away.",
    "Nobody knows why the dog and the cat ran so fast.",
    "I think that the mat is better than the old one.",
] * 6


@pytest.fixture
def csv_path(tmp_path: Path) -> Path:
    path = tmp_path / "comments.csv"
    rows = "".join(f'{number},"{text}"\n' for number, text in enumerate(COMMENTS))
    path.write_text("id,body\n" + rows, encoding="utf-8")
    return path


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that no other test has put anything into."""
    folder = tmp_path / "cache"
    for module in ("cli_training", "kept_texts"):
        monkeypatch.setattr(f"engine.{module}.corpus_cache_folder", lambda: folder)
    return folder


def train_arguments(csv_path: Path, *more: str) -> list[str]:
    out = str(csv_path.with_name("model.safetensors"))
    small = ["--hidden-dim", "5", "--vocabulary-size", "30", "--processes", "1", "--column", "body"]
    return ["train", str(csv_path), "--out", out, *small, *more]


def snapshot(step: int) -> SnapshotPublished:
    model: LanguageModel = replace(tiny_model(), step=step)
    return SnapshotPublished(step=step, epoch=float(step), model=model)


def ended(step: int, reason: Any = "finished") -> RunEnded:
    return RunEnded(reason=reason, epoch=1.0, step=step, elapsed_s=1.0)


def test_that_a_trained_model_draws_and_scores(
    csv_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(train_arguments(csv_path, "--epochs", "2", "--device", "cpu", "--seed", "3"))

    shown = capsys.readouterr()
    model_path = csv_path.with_name("model.safetensors")
    assert code == 0
    assert "trained for 2 epochs" in shown.out
    assert shown.err.endswith("model.safetensors.\n")
    assert "24 documents" in shown.err
    assert "Epoch 2: training loss" in shown.err
    assert load_model(model_path).hidden_dim == 5
    assert main(["generate", str(model_path), "-n", "2", "--min-length", "1"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["score", str(model_path), "the cat ran away ."]) == 0
    assert "perplexity" in capsys.readouterr().out


def test_that_json_tells_each_epoch(csv_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--epochs", "2", "--json", "--device", "cpu", "--validation-fraction", "0.2"]
    code = main(train_arguments(csv_path, *arguments))

    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    epochs = [event for event in events if event["event"] == "epoch_done"]
    assert code == 0
    assert [event["epoch"] for event in epochs][-2:] == [1, 2]
    for key in ("training_loss", "validation_loss", "words_per_s", "elapsed_s"):
        assert isinstance(epochs[-1][key], float)
    assert {"corpus_ready", "training_started", "run_ended", "checkpoint_saved"} <= {
        event["event"] for event in events
    }


@pytest.mark.parametrize("option", [[], ["--tf32"]], ids=["usual", "tf32"])
def test_that_tf32_is_the_users_choice(csv_path: Path, option: list[str]) -> None:
    arguments = train_arguments(csv_path, "--epochs", "1", "--device", "cpu", *option)

    assert main(arguments) == 0

    model = load_model(csv_path.with_name("model.safetensors"))
    assert model.train_config.allow_tf32 == bool(option)


def test_that_refused_rows_are_named_with_their_lines(
    csv_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with csv_path.open("a", encoding="utf-8") as file:
        file.write('24,"a record that is cut o')

    code = main(train_arguments(csv_path, "--epochs", "1", "--device", "cpu"))

    err = capsys.readouterr().err
    assert code == 0
    assert err.count("line 26") == 1  # said once, and not as Python writes a text
    assert "['" not in err


def test_that_empty_rows_are_told_in_one_line(
    csv_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with csv_path.open("a", encoding="utf-8") as file:
        file.write("".join(f'{number},""\n' for number in range(20)))

    main(train_arguments(csv_path, "--epochs", "1", "--device", "cpu"))

    told = [line for line in capsys.readouterr().err.splitlines() if "is empty" in line]
    assert "20 rows: its text is empty (lines 26, 27, 28 and 17 more)" in told
    assert len(told) == 2  # with the warning


def hints(path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> list[str]:
    """Train for an epoch; return the notes and warnings that were shown."""
    capsys.readouterr()
    arguments = ["--epochs", "1", "--hidden-dim", "2", "--processes", "1", "--device", "cpu", *more]
    main(["train", str(path), "--out", str(path.with_name("hinted.safetensors")), *arguments])
    lines = capsys.readouterr().err.splitlines()
    return [line for line in lines if line.startswith(("Note: ", "Warning: "))]


def test_that_entities_duplicates_numbers_and_no_held_out_text_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = {
        "entities": [*COMMENTS[:4], "The cat &gt; the dog &amp; the mat."],
        "equal": COMMENTS,
        "one": COMMENTS[:1],
        "numbers": [f"{number}.5" for number in range(100, 140)],
        "good": COMMENTS[:4] + [f"The cat sat {word} times." for word in ("two", "three")],
    }
    paths = {name: tmp_path / f"{name}.csv" for name in texts}
    for name, rows in texts.items():
        paths[name].write_text("body\n" + "".join(f'"{row}"\n' for row in rows), encoding="utf-8")
    half = ("--validation-fraction", "0.4")

    assert "(2 of them" in hints(paths["entities"], capsys, *half)[0]
    assert hints(paths["entities"], capsys, *half, "--decode-entities") == []
    assert "--remove-duplicates" in hints(paths["equal"], capsys, *half)[0]
    assert "--remove-duplicates" not in "".join(
        hints(paths["equal"], capsys, *half, "--remove-duplicates")
    )
    assert "Nothing is held out of 1 document" in hints(paths["one"], capsys)[0]
    assert "column body has a letter" in hints(paths["numbers"], capsys, *half)[-1]
    assert hints(paths["good"], capsys, *half) == []


def test_that_an_evaluation_tells_no_vocabulary_of_its_own(
    csv_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(train_arguments(csv_path, "--epochs", "1", "--device", "cpu"))
    model_path = str(csv_path.with_name("model.safetensors"))
    other = csv_path.with_name("other.csv")
    other.write_text("The zebra sat on the mat.\n", encoding="utf-8")
    plain = ["--processes", "1", "--no-header"]
    capsys.readouterr()

    assert main(["evaluate", model_path, str(other), *plain]) == 0
    shown = capsys.readouterr()
    assert main(["evaluate", model_path, str(csv_path), "--column", "body"]) == 0

    assert "Vocabulary" not in shown.err
    assert "held out" not in shown.err
    assert "Warning" not in shown.err
    assert "column 1)" in shown.err
    assert "8 words (each end of a sentence is one) in 1 sentence;" in shown.out
    assert "Warning: The model was trained on comments.csv" in capsys.readouterr().err


def test_that_evaluate_measures_another_file(
    csv_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(train_arguments(csv_path, "--epochs", "1", "--device", "cpu"))
    model_path = csv_path.with_name("model.safetensors")
    other = csv_path.with_name("other.csv")
    other.write_text("body\nThe zebra sat on the mat.\n", encoding="utf-8")
    capsys.readouterr()

    assert main(["evaluate", str(model_path), str(other), "--processes", "1", "--json"]) == 0

    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["event"], result["sentences"], result["words"]) == ("corpus_evaluated", 1, 8)
    assert result["unknown_share"] >= 1 / 7
    assert result["loss"] > 0.0


def test_that_the_first_ctrl_c_ends_the_training_and_keeps_the_model(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def events(_corpus: Any, _model: Any, _train: Any, control: RunControl) -> Iterator[Event]:
        yield snapshot(1)
        signal.raise_signal(signal.SIGINT)
        assert control.is_stopped
        yield snapshot(2)
        yield ended(2, "stopped")

    monkeypatch.setattr(cli_training, "train", events)
    before = signal.getsignal(signal.SIGINT)

    code = main(train_arguments(csv_path))

    assert code == EXIT_INTERRUPTED
    assert load_model(csv_path.with_name("model.safetensors")).step == 2
    assert "press Ctrl+C again to abort" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before


def test_that_a_second_ctrl_c_aborts_at_once_and_still_keeps_the_model(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def events(*_: Any) -> Iterator[Event]:
        yield snapshot(1)
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        pytest.fail("this must not be reached")

    monkeypatch.setattr(cli_training, "train", events)

    code = main(train_arguments(csv_path))

    assert code == EXIT_INTERRUPTED
    assert load_model(csv_path.with_name("model.safetensors")).step == 1
    assert capsys.readouterr().err.endswith("Aborted.\n")


def test_that_a_diverged_training_keeps_the_last_good_model(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def events(*_: Any) -> Iterator[Event]:
        yield snapshot(5)
        raise DivergedError("The loss is no longer finite. Lower the learning rate.")

    monkeypatch.setattr(cli_training, "train", events)

    code = main(train_arguments(csv_path))

    assert code == EXIT_WRONG
    assert load_model(csv_path.with_name("model.safetensors")).step == 5
    assert "Error: The loss is no longer finite. Lower the learning rate.\n" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize("name", ["comments.csv", "notes.txt"], ids=["the text", "another file"])
def test_that_a_model_does_not_replace_a_file_that_is_none(
    csv_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    csv_path.with_name("notes.txt").write_text("a night of writing", encoding="utf-8")
    path = csv_path.with_name(name)
    before = path.read_bytes()

    codes = [
        main(["train", str(csv_path), "--out", str(path), "--epochs", "1", "--processes", "1"]),
        main(["demo", "--seconds", "0.1", "--out", str(path)]),
    ]

    assert codes == [EXIT_WRONG, EXIT_WRONG]
    assert path.read_bytes() == before
    assert capsys.readouterr().err.count("Give another name") == 2


def test_that_a_model_may_replace_a_model(csv_path: Path) -> None:
    path = csv_path.with_name("model.safetensors")
    save_model(tiny_model(), path)

    assert main(train_arguments(csv_path, "--epochs", "1", "--device", "cpu")) == 0
    assert load_model(path).hidden_dim == 5


def test_that_a_training_that_exploded_at_once_does_not_promise_a_file(
    csv_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wild = ["--learning-rate", "1000", "--recipe", "tutorial", "--epochs", "3", "--device", "cpu"]

    code = main(train_arguments(csv_path, *wild))

    told = capsys.readouterr().err.splitlines()[-1]
    assert code == EXIT_WRONG
    assert not csv_path.with_name("model.safetensors").exists()
    assert "are kept" not in told
    assert "model.safetensors was not written" in told
    assert told.endswith("--learning-rate 0.005")


def test_that_a_training_that_exploded_names_the_file_of_its_best_model(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def events(*_: Any) -> Iterator[Event]:
        yield snapshot(5)
        raise DivergedError("All of it.", what="The loss rose.", next_rate=0.01)

    monkeypatch.setattr(cli_training, "train", events)

    main(train_arguments(csv_path))

    path = csv_path.with_name("model.safetensors")
    told = capsys.readouterr().err.splitlines()[-1]
    assert f"The best model so far, of epoch 1, was saved to {path}." in told
    assert load_model(path).step == 5


def test_that_what_exploded_after_an_autosave_is_not_left_in_the_file(
    csv_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def events(*_: Any) -> Iterator[Event]:
        yield snapshot(5)
        yield snapshot(0)  # the best ones were those before the first step
        raise DivergedError("The loss rose to 5,000 nats a word.")

    monkeypatch.setattr(cli_saving, "_AUTOSAVE_S", 0.0)
    monkeypatch.setattr(cli_training, "train", events)

    main(train_arguments(csv_path))

    assert load_model(csv_path.with_name("model.safetensors")).step == 0


def test_that_training_goes_on_when_an_autosave_fails(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    saves: list[int] = []

    def save(model: LanguageModel, _path: Path) -> None:
        saves.append(model.step)
        if model.step == 1:
            raise ModelFileError("The disk is full.")

    monkeypatch.setattr(cli_saving, "save_model", save)
    monkeypatch.setattr(cli_saving, "_AUTOSAVE_S", 0.0)
    monkeypatch.setattr(
        cli_training, "train", lambda *_: iter([snapshot(1), snapshot(2), ended(2)])
    )

    code = main(train_arguments(csv_path))

    assert code == 0
    assert saves == [1, 2]
    assert "Warning: The disk is full. The training goes on." in capsys.readouterr().err


def test_that_a_stop_before_the_first_step_does_not_write_over_a_trained_model(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model_path = csv_path.with_name("model.safetensors")
    save_model(replace(tiny_model(), step=9000), model_path)  # a night of training
    before = model_path.read_bytes()
    monkeypatch.setattr(cli_training, "train", lambda *_: iter([snapshot(0), ended(0, "stopped")]))

    main(train_arguments(csv_path))

    assert model_path.read_bytes() == before
    assert "Nothing was learned yet" in capsys.readouterr().err


def test_that_a_stop_during_the_preparation_saves_nothing(
    csv_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(_config: Any, _control: RunControl, **_: Any) -> Iterator[Event]:
        signal.raise_signal(signal.SIGINT)
        return iter(())

    monkeypatch.setattr(cli_training, "build_corpus", build)

    assert main(train_arguments(csv_path)) == EXIT_INTERRUPTED
    assert not csv_path.with_name("model.safetensors").exists()


def test_that_the_demo_draws_ten_sentences_and_scores_one(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_training, "sample_comments_path", lambda: csv_path)
    monkeypatch.setattr(cli_training, "train", lambda *_: iter([snapshot(1), ended(1)]))

    code = main(["demo", "--seconds", "1"])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert lines[10] == cli_training._DEMO_SENTENCE
    assert "perplexity" in lines[11]


def kept_names(csv_path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the files of which the cache holds a text, as `cache --json` lists them."""
    capsys.readouterr()
    assert main(["cache", "--json"]) == 0
    (values,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [text["name"] for text in values["texts"] if text["path"] == str(csv_path)]


def test_that_a_prepared_text_is_listed_and_can_be_cleared(
    csv_path: Path, capsys: pytest.CaptureFixture[str], own_cache: Path
) -> None:
    main(train_arguments(csv_path, "--epochs", "1"))
    listed = kept_names(csv_path, capsys)

    main(["cache", "clear"])

    assert listed == ["comments.csv"]
    assert capsys.readouterr().out.startswith(f"1 prepared text deleted from {own_cache}")
    assert kept_names(csv_path, capsys) == []


def test_that_no_cache_keeps_nothing(
    csv_path: Path, capsys: pytest.CaptureFixture[str], own_cache: Path
) -> None:
    code = main(train_arguments(csv_path, "--epochs", "1", "--no-cache"))

    assert code == 0
    assert kept_names(csv_path, capsys) == []


def test_that_the_documents_of_a_plain_text_can_be_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "comments.txt"
    path.write_text("\n\n".join(f"{text}\nAnd so it was." for text in COMMENTS), encoding="utf-8")
    documents = []

    for unit in ("lines", "paragraphs"):
        arguments = train_arguments(path, "--epochs", "1", "--documents", unit, "--json")
        main([argument for argument in arguments if argument not in ("--column", "body")])
        events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        (ready,) = [event for event in events if event["event"] == "corpus_ready"]
        documents.append(ready["documents"])

    assert documents == [48, 24]


def test_that_entities_are_decoded_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "comments.csv"
    rows = "".join(f"{text.replace('.', ' &gt;')}\n" for text in COMMENTS)
    path.write_text("body\n" + rows, encoding="utf-8")

    main(train_arguments(path, "--epochs", "1", "--decode-entities"))

    model = load_model(tmp_path / "model.safetensors")
    assert ">" in model.vocabulary.words
    assert "gt" not in model.vocabulary.words
