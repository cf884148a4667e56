"""The commands that read a corpus: train, demo and evaluate."""

import io
import json
import sys
from pathlib import Path

import pytest

from engine.cli import training as cli_training
from engine.cli.main import EXIT_WRONG, main
from engine.language_model.checkpoint import load_model
from engine.language_model.formats import write_model
from tests.engine.support.archives import write_xlsx
from tests.engine.support.cli_fakes import (
    COMMENTS,
    ended,
    objects,
    snapshot,
    train_arguments,
)
from tests.engine.support.models import tiny_model


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that no other test has put anything into."""
    folder = tmp_path / "cache"
    for module in ("cli.preparation", "corpus.kept.cache"):
        monkeypatch.setattr(f"engine.{module}.corpus_cache_folder", lambda: folder)
    return folder


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

    events = objects(capsys.readouterr().out)
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
    arguments += ["--force", "--min-count", "1"]
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
        "letters": ["7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 8 8 8 9 9 word"] * 20,
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
    assert "column body has a letter" in hints(paths["numbers"], capsys, *half)[0]
    assert "column body has a letter" in hints(paths["letters"], capsys, *half)[0]
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


def cached_names(csv_path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the files of which the cache holds a text, as `cache --json` lists them."""
    capsys.readouterr()
    assert main(["cache", "--json"]) == 0
    (values,) = objects(capsys.readouterr().out)
    return [text["name"] for text in values["texts"] if text["path"] == str(csv_path)]


def test_that_a_prepared_text_is_listed_and_can_be_cleared(
    csv_path: Path, capsys: pytest.CaptureFixture[str], own_cache: Path
) -> None:
    main(train_arguments(csv_path, "--epochs", "1"))
    listed = cached_names(csv_path, capsys)

    main(["cache", "clear"])

    assert listed == ["comments.csv"]
    assert capsys.readouterr().out.startswith(f"1 prepared text deleted from {own_cache}")
    assert cached_names(csv_path, capsys) == []


def test_that_no_cache_keeps_nothing(
    csv_path: Path, capsys: pytest.CaptureFixture[str], own_cache: Path
) -> None:
    code = main(train_arguments(csv_path, "--epochs", "1", "--no-cache"))

    assert code == 0
    assert cached_names(csv_path, capsys) == []


def test_that_the_documents_of_a_plain_text_can_be_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "comments.txt"
    path.write_text("\n\n".join(f"{text}\nAnd so it was." for text in COMMENTS), encoding="utf-8")
    documents = []

    for unit in ("lines", "paragraphs"):
        arguments = train_arguments(path, "--epochs", "1", "--documents", unit, "--json", "--force")
        main([argument for argument in arguments if argument not in ("--column", "body")])
        events = objects(capsys.readouterr().out)
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


def test_that_a_sheet_of_a_spreadsheet_is_trained_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [("body",), *((text,) for text in COMMENTS)]
    path = write_xlsx(tmp_path / "comments.xlsx", {"Notes": (("text",), ("no",)), "Texts": rows})

    assert main(train_arguments(path, "--epochs", "1", "--sheet", "Texts")) == 0
    assert f"comments.xlsx: {len(COMMENTS)} documents" in capsys.readouterr().err
    assert main(train_arguments(path, "--sheet", "Text", "--force")) != 0
    assert "It has 'Notes', 'Texts'" in capsys.readouterr().err


def test_that_evaluate_opens_the_tutorials_file(
    csv_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    npz = csv_path.with_name("model.npz")
    write_model(tiny_model(), npz)

    assert main(["evaluate", str(npz), str(csv_path), "--column", "body"]) == 0

    assert "nats per word" in capsys.readouterr().out


def test_that_a_text_may_come_on_standard_input(
    csv_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, text = csv_path.with_name("model.safetensors"), csv_path.read_bytes()
    arguments = train_arguments(csv_path, "--epochs", "1", "--device", "cpu")
    arguments[1] = "-"

    codes = []
    for command in (arguments, ["evaluate", str(model), "-", "--column", "body"]):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        codes.append(main(command))

    assert codes == [0, 0]
    assert load_model(model).summary.name == "standard input.csv"
    assert "24 documents" in capsys.readouterr().err


def test_that_a_run_of_standard_input_is_not_promised_to_be_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "-", "--keep-run", "--data-folder", str(tmp_path)]) == EXIT_WRONG

    assert "standard input can be read only once" in capsys.readouterr().err


def two_files(folder: Path) -> list[Path]:
    """Write the comments into two files, with the same column in another place."""
    folder.mkdir()
    one, two = folder / "one.csv", folder / "two.csv"
    one.write_text("body\n" + "".join(f'"{row}"\n' for row in COMMENTS), encoding="utf-8")
    two.write_text(
        "id;body\n" + "".join(f"{n};{row}\n" for n, row in enumerate(COMMENTS)), encoding="utf-8"
    )
    return [one, two]


def small(*arguments: object) -> list[str]:
    settings = ["--hidden-dim", "4", "--epochs", "1", "--processes", "1", "--device", "cpu"]
    return [str(each) for each in arguments] + settings


@pytest.mark.parametrize("is_folder", [False, True], ids=["files", "folder"])
def test_that_several_files_are_one_text(
    tmp_path: Path, is_folder: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    files = two_files(tmp_path / "texts")
    given = [tmp_path / "texts"] if is_folder else files
    model = tmp_path / "model.safetensors"

    command = small("train", given[0], "--column", "body", "--out", model)
    assert main([*command, *map(str, given[1:])]) == 0
    assert f"{2 * len(COMMENTS)} documents" in capsys.readouterr().err
    name = "texts (2 files)" if is_folder else "one.csv and 1 more"
    assert load_model(model).summary.name == name
    assert main(["evaluate", str(model), *map(str, given), "--processes", "1"]) == 0

    shown = capsys.readouterr()
    assert "nats per word" in shown.out
    assert f"The model was trained on {name}" in shown.err


def test_that_a_damaged_file_among_several_is_named_and_can_be_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = two_files(tmp_path / "texts")
    other = tmp_path / "texts" / "other.csv"
    other.write_text("x,y\n1,2\n", encoding="utf-8")
    command = small("train", *files, other, "--out", tmp_path / "model.safetensors")

    assert main(command) == EXIT_WRONG
    told = capsys.readouterr().err
    assert "1 of 3 files cannot be used: other.csv has no column 'body'" in told
    assert "--bad-files skip" in told
    assert not (tmp_path / "model.safetensors").exists()
    assert main([*command, "--bad-files", "skip"]) == 0
    assert "1 file of one.csv and 2 more left out: other.csv" in capsys.readouterr().err


def test_that_the_model_does_not_replace_one_of_the_texts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = two_files(tmp_path / "texts")

    assert main(small("train", *files, "--out", files[1])) == EXIT_WRONG
    assert "is the text itself" in capsys.readouterr().err


def test_that_standard_input_is_no_one_of_several(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = two_files(tmp_path / "texts")

    assert main(small("train", files[0], "-", "--out", tmp_path / "m.safetensors")) == EXIT_WRONG
    assert "give it without other files" in capsys.readouterr().err
