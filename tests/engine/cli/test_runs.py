"""Kept runs on the command line: keep, list, resume, change."""

import json
import shlex
import signal
from pathlib import Path

import pytest

from engine.cli.main import EXIT_INTERRUPTED, EXIT_WRONG, main
from engine.cli.terminal.output import Output
from engine.events import Event
from engine.language_model.checkpoint import load_model
from engine.language_model.history import EpochDone
from engine.runs.store import RunStore
from tests.engine.support.cli_fakes import objects

ROWS = ["The cat sat on the mat.", "A dog ran after the cat.", "Nobody knows why it ran."] * 8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with one kept run of one epoch."""
    csv = tmp_path / "pets.csv"
    csv.write_text("text\n" + "".join(f'"{row}"\n' for row in ROWS), encoding="utf-8")
    small = ["--hidden-dim", "4", "--processes", "1", "--device", "cpu", "--epochs", "1"]
    small += ["--no-unigram-start"]  # each epoch is to be better than the one before
    data = ["--data-folder", str(tmp_path / "data")]
    assert main(["train", str(csv), "--keep-run", "--run-name", "Pets", *small, *data]) == 0
    return tmp_path / "data"


def runs(folder: Path, *arguments: str) -> int:
    return main(["runs", *arguments, "--data-folder", str(folder)])


def test_that_a_kept_run_is_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()

    assert runs(folder) == 0
    text = capsys.readouterr().out
    assert runs(folder, "list", "--json") == 0
    values = json.loads(capsys.readouterr().out)

    assert "finished     Pets" in text
    assert "epoch 1, 1 step," in text
    assert (values["event"], values["state"], values["epoch"]) == ("run", "finished", 1.0)


def test_that_a_run_goes_on_with_more_epochs(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runs(folder, "resume", "last") == EXIT_WRONG
    assert (
        "has finished its 1 epoch. To go on, give it more epochs in all, such as --epochs 2"
        in capsys.readouterr().err
    )
    assert runs(folder, "resume", "last", "--epochs", "3") == 0

    (run,) = RunStore(folder).list()
    assert (run.epoch, run.state) == (3.0, "finished")
    assert "trained for 3 epochs" in capsys.readouterr().out


def test_that_a_run_is_changed_exported_and_thrown_away(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, model = RunStore(folder), tmp_path / "model.safetensors"
    run_id = store.list()[0].run_id

    assert runs(folder, "rename", run_id, "Beasts") == 0
    assert runs(folder, "note", run_id[:12], "good") == 0
    assert runs(folder, "export", "last", str(model), "--best") == 0
    assert runs(folder, "duplicate", run_id, "Twin") == 0
    assert runs(folder, "delete", run_id) == 0

    assert "brings it back" in capsys.readouterr().out
    assert [(run.name, run.note) for run in store.list()] == [("Twin", "good")]
    assert load_model(model).hidden_dim == 4
    assert runs(folder, "restore", run_id) == 0
    assert "Beasts is back." in capsys.readouterr().out


def test_that_the_model_of_an_epoch_is_listed_and_exported(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runs(folder, "resume", "last", "--epochs", "3") == 0
    capsys.readouterr()
    model = tmp_path / "second.safetensors"

    assert runs(folder, "epochs", "last") == 0
    text = capsys.readouterr().out
    assert runs(folder, "epochs", "last", "--json") == 0
    values = objects(capsys.readouterr().out)
    assert runs(folder, "export", "last", str(model), "--at-epoch", "2") == 0

    assert [line.split()[:3] for line in text.splitlines()] == [
        ["epoch", f"{number}", "loss"] for number in (1, 2, 3)
    ]
    assert [value["epoch"] for value in values] == [1.0, 2.0, 3.0]
    assert all(Path(value["path"]).is_file() for value in values)
    assert load_model(model).epoch == 2.0
    assert runs(folder, "export", "last", str(model), "--at-epoch", "9") == EXIT_WRONG
    assert "Those of the epochs 1, 2, 3 are kept." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["resume"], "Say which run to resume"),
        (["epochs"], "Say which run to list the epochs of"),
        (["export", "last", "x.safetensors", "--best", "--at-epoch", "1"], "give one of them"),
        (["delete", "nothing"], "No run has an id that begins with 'nothing'"),
        (["export", "last"], "Say where to save the model"),
        (["restore", "nothing"], "There is no run in the trash"),
    ],
)
def test_that_a_wrong_argument_is_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert runs(folder, *arguments) == EXIT_WRONG
    assert message in capsys.readouterr().err


def test_that_an_export_does_not_replace_a_file_that_is_no_model(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    csv = tmp_path / "pets.csv"
    before = csv.read_bytes()

    assert runs(folder, "export", "last", str(csv)) == EXIT_WRONG

    assert csv.read_bytes() == before
    assert "exists and is not a model file" in capsys.readouterr().err


def test_that_a_shorter_run_is_refused_before_its_text_is_prepared(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs(folder, "resume", "last", "--epochs", "3")
    (tmp_path / "pets.csv").unlink()
    capsys.readouterr()

    code = runs(folder, "resume", "last", "--epochs", "2")

    (run,) = RunStore(folder).list()
    assert code == EXIT_WRONG
    assert (run.epoch, run.train_config.epochs) == (3.0, 3)
    assert capsys.readouterr().err == (
        "Error: The run has finished its 3 epochs. "
        "To go on, give it more epochs in all, such as --epochs 6.\n"
    )


def test_that_the_beginning_of_several_ids_names_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs(folder, "duplicate", "last")

    assert runs(folder, "delete", "2") == EXIT_WRONG

    told = capsys.readouterr().err
    assert "2 runs have an id that begins with '2'" in told
    for run in RunStore(folder).list():
        assert run.run_id in told


def test_that_the_trash_is_listed_and_its_last_run_comes_back(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (run,) = RunStore(folder).list()
    assert runs(folder, "trash") == 0
    assert "No run is in the trash" in capsys.readouterr().err
    runs(folder, "delete", "last")
    capsys.readouterr()

    assert runs(folder, "trash") == 0
    assert run.run_id in capsys.readouterr().out
    assert runs(folder, "restore", "last") == 0

    assert [each.run_id for each in RunStore(folder).list()] == [run.run_id]


def test_that_a_stopped_run_says_how_to_go_on(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def show(_output: Output, event: Event) -> None:
        if isinstance(event, EpochDone) and event.step > 0:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Output, "show", show)
    small = ["--hidden-dim", "4", "--processes", "1", "--device", "cpu", "--epochs", "30"]
    data = ["--data-folder", str(folder)]

    codes = [main(["train", str(tmp_path / "pets.csv"), "--keep-run", *small, *data])]
    (run,) = [each for each in RunStore(folder).list() if each.state == "stopped"]
    codes.append(runs(folder, "resume", run.run_id))

    command = f"To go on: python -m engine runs resume {run.run_id} --data-folder {folder}\n"
    assert codes == [EXIT_INTERRUPTED] * 2
    assert capsys.readouterr().err.count(command) == 2


def test_that_an_empty_folder_says_how_to_keep_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runs(tmp_path) == 0
    assert "'train --keep-run' keeps one" in capsys.readouterr().err


def test_that_a_diverged_run_names_the_command_that_goes_on_with_it(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = ["--hidden-dim", "4", "--processes", "1", "--device", "cpu", "--epochs", "3"]
    data, wild = ["--data-folder", str(folder)], ["--recipe", "tutorial", "--learning-rate", "1000"]
    code = main(["train", str(tmp_path / "pets.csv"), "--keep-run", *wild, *small, *data])
    told = capsys.readouterr().err.strip().splitlines()[-1]
    command = told.split("python -m engine ")[1]
    assert code == EXIT_WRONG
    assert "smaller learning rate, such as 0.005. To go on from the best" in told

    assert main(shlex.split(command)) == 0

    run = RunStore(folder).info(shlex.split(command)[2])
    assert (run.state, run.epoch, run.train_config.learning_rate) == ("finished", 3.0, 0.005)
    assert "learning rate 0.005" in capsys.readouterr().err


def test_that_a_run_that_diverges_again_names_the_command_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = runs(folder, "resume", "last", "--epochs", "30", "--learning-rate", "1000")

    assert code == EXIT_WRONG
    (run,) = RunStore(folder).list()
    assert f"python -m engine runs resume {run.run_id} --data-folder" in capsys.readouterr().err


def test_that_a_run_of_a_clock_that_was_ahead_does_not_stay_the_last(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (run,) = RunStore(folder).list()
    run.path.rename(run.path.with_name("20991231-235959-abcdef"))
    capsys.readouterr()

    assert runs(folder, "duplicate", "last", "Begun later") == 0
    assert runs(folder, "note", "last", "the last") == 0

    assert [(run.name, run.note) for run in RunStore(folder).list()] == [
        ("Begun later", "the last"),
        ("Pets", ""),
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["list", "--epochs", "3"], "--epochs is of 'runs resume', not of 'runs list'"),
        (["delete", "last", "--best"], "--best is of 'runs export', not of 'runs delete'"),
        (["epochs", "last", "--at-epoch", "1"], "--at-epoch is of 'runs export'"),
        (["export", "last", "x.safetensors", "--time-limit", "1"], "--time-limit is of 'runs res"),
        (["delete", "last", "again"], "takes one run and no 'again'"),
        (["list", "last"], "takes no 'last'"),
    ],
)
def test_that_what_an_action_does_not_use_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert runs(folder, *arguments) == EXIT_WRONG

    assert told in capsys.readouterr().err
    assert len(RunStore(folder).list()) == 1


def test_that_each_change_is_an_object_in_json(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_id = RunStore(folder).list()[0].run_id
    actions = [["rename", run_id, "B"], ["note", run_id, "n"], ["duplicate", run_id]]
    actions += [["delete", run_id], ["restore", run_id]]
    capsys.readouterr()

    codes = [runs(folder, *action, "--json") for action in actions]

    told = objects(capsys.readouterr().out)
    assert codes == [0] * 5
    assert [values["action"] for values in told] == [action[0] for action in actions]
    assert {values["event"] for values in told} == {"run_changed"}
    assert [values["run_id"] == run_id for values in told] == [True, True, False, True, True]


def test_that_a_run_is_told_where_its_text_lies_now(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = (tmp_path / "pets.csv").rename(tmp_path / "moved.csv")
    again = ["resume", "last", "--epochs"]
    assert runs(folder, *again, "2") == EXIT_WRONG
    told = capsys.readouterr().err
    assert "is not there any more" in told
    assert told.endswith("--text-file FILE\n")

    codes = [runs(folder, *again, "2", "--text-file", str(moved)), runs(folder, *again, "3")]

    assert codes == [0, 0]
    (run,) = RunStore(folder).list()
    assert (run.epoch, run.corpus_path) == (3.0, str(moved))


def test_that_a_run_on_several_files_goes_on_also_where_they_were_moved_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts, data = tmp_path / "texts", tmp_path / "data"
    texts.mkdir()
    for name in ("a.csv", "b.csv"):
        rows = "".join(f'"{row}"\n' for row in ROWS)
        (texts / name).write_text(f"text\n{rows}", encoding="utf-8")
    small = ["--hidden-dim", "4", "--processes", "1", "--device", "cpu", "--epochs", "1"]
    files = [str(texts / "a.csv"), str(texts / "b.csv")]
    assert main(["train", *files, "--keep-run", *small, "--data-folder", str(data)]) == 0
    assert runs(data, "resume", "last", "--epochs", "2") == 0

    moved = texts.rename(tmp_path / "moved")
    assert runs(data, "resume", "last", "--epochs", "3") == EXIT_WRONG
    told = capsys.readouterr().err
    where = [str(moved / "a.csv"), str(moved / "b.csv")]
    codes = [
        runs(data, "resume", "last", "--epochs", "3", "--text-file", *where),
        runs(data, "resume", "last", "--epochs", "4"),
    ]

    assert f"is not there any more: {files[0]}" in told
    assert codes == [0, 0]
    assert [str(path) for path in RunStore(data).list()[0].corpus_config.paths] == where


def test_that_an_export_replaces_a_model_only_if_that_is_wished(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "m.safetensors"
    assert runs(folder, "export", "last", str(model)) == 0
    before = model.stat().st_mtime_ns

    assert runs(folder, "export", "last", str(model), "--best") == EXIT_WRONG
    assert "holds a model already. Give --force to replace it" in capsys.readouterr().err
    assert model.stat().st_mtime_ns == before
    assert runs(folder, "export", "last", str(model), "--best", "--force") == 0

    assert model.stat().st_mtime_ns > before
    assert runs(folder, "delete", "last", "--force") == EXIT_WRONG


def test_that_a_run_without_a_save_is_begun_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (run,) = RunStore(folder).list()
    for path in run.path.iterdir():
        if path.name != "run.json":
            path.unlink()

    assert runs(folder) == 0
    assert "'runs resume' begins it again" in capsys.readouterr().out
    assert runs(folder, "resume", "last") == 0

    assert RunStore(folder).list()[0].state == "finished"
