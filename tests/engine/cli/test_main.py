"""The command line with a model that is there already."""

import io
import os
import re
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

import engine
from engine.cli import gradcheck
from engine.cli.main import EXIT_BROKEN_PIPE, EXIT_WRONG, main
from engine.language_model.checkpoint import save_model
from engine.network.gradient_check import GradientReport, ParameterCheck
from engine.training.events import GradientsChecked
from tests.conftest import ROOT
from tests.engine.support.cli_fakes import objects
from tests.engine.support.models import tiny_model


def run_process(
    *arguments: str, code: str = "", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "engine"]
    return subprocess.run(
        [*command, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        check=False,
    )


def test_that_generate_prints_one_sentence_a_line(
    model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["generate", str(model_path), "-n", "5", "--min-length", "2"])

    shown = capsys.readouterr()
    assert code == 0
    assert len(shown.out.splitlines()) == 5
    assert shown.err.startswith("Seed ")


def test_that_the_named_seed_gives_the_same_sentences(
    model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["generate", str(model_path), "-n", "3", "--min-length", "1"])
    first = capsys.readouterr()
    seed = first.err.split()[1].rstrip(":")

    main(["generate", str(model_path), "-n", "3", "--min-length", "1", "--seed", seed])

    assert capsys.readouterr().out == first.out


def test_that_json_has_one_object_a_sentence(
    model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["generate", str(model_path), "-n", "2", "--json", "--seed", "7"])

    drawn = objects(capsys.readouterr().out)
    assert code == 0
    assert [item["event"] for item in drawn] == ["sentence_generated"] * 2
    assert {"number", "text", "words", "log_probability", "is_cut", "seed"} < drawn[0].keys()


def test_that_score_takes_sentences_as_arguments(
    model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["score", str(model_path), "The cat sat.", "zebra"])

    out = capsys.readouterr().out
    assert code == 0
    assert out.count("bits per word") == 2
    assert "zebra\n  probability" in out
    assert "without its unknown words: probability" in out
    assert "unknown: scored as UNKNOWN_TOKEN" in out
    assert out.count("end of sentence") == 2


def test_that_score_reads_lines_of_standard_input(
    model_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("the cat\n\nsat .\n"))

    code = main(["score", str(model_path), "--json"])

    scored = objects(capsys.readouterr().out)
    assert code == 0
    assert [item["text"] for item in scored] == ["the cat", "sat ."]
    assert [len(item["words"]) for item in scored] == [3, 3]  # type: ignore[arg-type]


def test_that_info_describes_the_model(
    model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["info", str(model_path)]) == 0
    text = capsys.readouterr().out
    assert main(["info", str(model_path), "--json"]) == 0
    (info,) = objects(capsys.readouterr().out)

    assert "4 hidden units" in text
    assert "Epoch 1: training loss 1.9000, held-out loss 2.1000" in text
    assert (info["step"], info["parameters"]) == (3, 80)


def test_that_gradcheck_passes(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["gradcheck", "--word-dim", "6", "--hidden-dim", "2"])

    assert code == 0
    assert "Gradient check passed" in capsys.readouterr().out


def test_that_a_failed_gradcheck_is_an_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = ParameterCheck(name="U", size=4, worst_error=0.5, worst_index=(0, 1), passed=False)
    report = GradientReport(
        parameters=(wrong,),
        threshold=1e-6,
        step=0.01,
        device="cpu",
        dtype="float64",
        passed=False,
        note="",
    )
    monkeypatch.setattr(
        gradcheck, "check_gradients", lambda *_, **__: iter([GradientsChecked(report=report)])
    )

    assert main(["gradcheck"]) == 1
    assert "FAILED" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["score", "nowhere", "x"], "There is no file nowhere"),
        (["score", "MODEL.cut", "x"], "cannot be opened as a model"),
        (["generate", "MODEL", "-n", "0"], "between 1 and 100,000 sentences"),
        (["generate", "MODEL", "-n", "ten"], "invalid int value: 'ten'"),
        (
            ["generate", "MODEL", "--temperature", "nan"],
            "temperature must be 0 or a positive number",
        ),
        (["generate", "MODEL", "--min-length", "200"], "shortest sentence (200 words)"),
        (["generate"], "required: MODEL"),
        (["paint", "MODEL"], "invalid choice: 'paint'"),
        ([], "required: COMMAND"),
        (["train", "nowhere.csv", "--out", "missing/model"], "no folder missing"),
        (["train", "nowhere.csv", "--out", "."], "is a folder"),
        (["train", "nowhere.csv", "--out", "a.npz"], "such as a.safetensors"),
        (["train", "nowhere.csv"], "--out MODEL"),
        (["train", "nowhere.csv", "--out", "a", "--hidden-dim", "0"], "hidden size must be"),
        (["train", "nowhere.csv", "--out", "a", "--recipe", "x"], "invalid choice: 'x'"),
        (["train", "nowhere.csv", "--out", "a", "--time-limit", "-1"], "time limit must be"),
        (["train", "nowhere.csv", "--out", "a"], "nowhere.csv"),
        (["train", "nowhere.csv", "--out", "a", "--colum", "x"], "unrecognized arguments: --colum"),
        (["train", "nowhere.csv", "--out", "a", "--epoch", "3"], "engine train --help'"),
        (["score", "MODEL", ""], "at least one word"),
        (["score", "MODEL", "the cat", "  "], "at least one word"),
        (["info", "notes.csv"], "it is a file of another kind"),
        (["evaluate", "MODEL", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_that_a_wrong_file_or_argument_is_one_sentence_and_exit_code_2(
    model_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(model_path.parent)
    Path("notes.csv").write_text("id,body\n1,a text\n", encoding="utf-8")
    Path("MODEL.cut").write_bytes(model_path.read_bytes()[:-5])
    given = [str(model_path) if argument == "MODEL" else argument for argument in arguments]

    code = main(given)

    shown = capsys.readouterr()
    assert code == EXIT_WRONG
    assert shown.out == ""
    assert message in shown.err
    assert "Traceback" not in shown.err
    assert len(shown.err.splitlines()) <= 2  # before the sentence, at most the stage that failed


def test_that_a_python_without_pytorch_is_told_which_one_to_use() -> None:
    code = (
        "import sys; sys.modules['torch'] = None;"
        "from engine.cli.main import main; sys.exit(main(['info', 'x']))"
    )

    done = run_process(code=code)

    assert done.returncode == EXIT_WRONG
    assert len(done.stderr.splitlines()) == 1
    assert b"has no 'torch'" in done.stderr
    assert b"-m engine" in done.stderr


def test_that_an_empty_input_is_told(
    model_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))

    assert main(["score", str(model_path)]) == 0
    assert "standard input had no sentence" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", ["train", "generate", "score", "evaluate", "info", "demo", "runs", "gradcheck"]
)
def test_that_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0

    out = capsys.readouterr().out
    assert "usage:" in out
    assert "None" not in out
    assert "default: )" not in out


def test_that_help_says_of_which_gradient_the_norm_is_limited(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["train", "--help"])

    help_text = " ".join(capsys.readouterr().out.split())
    assert "largest norm of the gradient of the mean loss per word" in help_text


def test_that_help_and_commands_for_models_start_without_what_they_do_not_need() -> None:
    code = (
        "import sys; from engine.cli.main import main; main(['--help']);"
        "is_torch_there = 'torch' in sys.modules; main(['score', 'nowhere', 'x']);"
        "sys.exit(is_torch_there or 'torch._dynamo' in sys.modules)"  # a second of a slow start
    )

    done = run_process(code=code)

    assert done.returncode == 0
    assert b"examples:" in done.stdout
    assert b"There is no file nowhere" in done.stderr


def test_that_a_reader_that_goes_away_ends_the_command_quietly() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as nobody_reads:
        done = subprocess.run(
            [sys.executable, "-m", "engine", "cache"],  # the command that starts fastest
            cwd=ROOT,
            stdout=nobody_reads,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert done.returncode == EXIT_BROKEN_PIPE
    assert done.stderr == b""


def test_that_a_terminal_without_our_letters_still_shows_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = replace(tiny_model(("naïve", "€", "“", "猫", "\ud800")))
    save_model(model, tmp_path / "model")
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="ascii"))

    assert main(["generate", str(tmp_path / "model"), "--min-length", "7", "--seed", "1"]) == 0

    assert len(shown.getvalue().splitlines()) == 10
    assert b"\\u732b" in shown.getvalue()


def test_that_the_benchmark_is_named_where_it_is_now(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["benchmark", "--quick"])

    shown = capsys.readouterr()
    assert code == EXIT_WRONG
    assert shown.out == ""
    assert shown.err == (
        "The benchmark is no command any more: run 'make benchmark', or "
        "'python -m tests.benchmarks', in a copy of the project.\n"
    )


def test_that_the_program_ends_although_a_disk_hangs() -> None:
    code = (
        "import atexit, threading; from engine.cli import main;"
        "main.main = lambda: 130;"
        "atexit.register(print, 'Python ended it');"
        "threading.Thread(target=threading.Event().wait, daemon=True).start();"
        "main.run()"
    )

    done = run_process(code=code)

    assert done.returncode == 130
    assert done.stdout == b""


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes streams")
@pytest.mark.parametrize(
    ("redirected", "code", "told"),
    [
        (
            'generate "$1" >&-',
            EXIT_WRONG,
            "Error: Standard output is closed, so that the result would be lost.",
        ),
        ("cache 2>&-", 0, ""),
        ("cache <&-", 0, ""),
    ],
)
def test_that_a_closed_stream_is_no_traceback(
    model_path: Path, redirected: str, code: int, told: str
) -> None:
    command = f'"$0" -m engine {redirected}'

    done = subprocess.run(
        ["/bin/sh", "-c", command, sys.executable, str(model_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == code
    assert done.stderr.startswith(told)
    assert len(done.stderr.splitlines()) <= 1


@pytest.mark.parametrize("seed", ["-1", str(1 << 64)])
@pytest.mark.parametrize("command", ["train", "generate"])
def test_that_a_seed_that_is_none_is_one_sentence(
    model_path: Path, capsys: pytest.CaptureFixture[str], command: str, seed: str
) -> None:
    out = ["--out", str(model_path.with_name("new.safetensors"))] if command == "train" else []

    assert main([command, str(model_path), "--seed", seed, *out]) == EXIT_WRONG

    told = capsys.readouterr().err
    assert told.startswith("Error: A seed is a whole number from 0 to 18,446,744,073,709,551,615")
    assert len(told.splitlines()) == 1


def test_that_a_dash_is_standard_input(
    model_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("the cat\n"))

    assert main(["score", str(model_path), "-"]) == 0

    assert capsys.readouterr().out.startswith("the cat\n")


def test_that_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0

    assert re.fullmatch(r"RNN Text Lab \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_that_sentences_begin_with_the_start_words(
    model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--start", "the cat", "-n", "4", "--min-length", "3", "--seed", "1"]

    code = main(["generate", str(model_path), *options])

    shown = capsys.readouterr()
    assert code == 0
    lines = shown.out.splitlines()
    assert all(line.startswith(("The cat", "[word by word] the cat")) for line in lines)
    assert shown.err.startswith("Begun with 2 words of probability 0.")


def test_that_json_holds_all_that_made_a_sentence(
    model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filters = ["--top-k", "4", "--top-p", "0.9", "--min-p", "0.01", "--repetition-penalty", "1.1"]
    filters += ["--no-repeat-ngram", "3"]

    main(["generate", str(model_path), "-n", "1", "--min-length", "2", "--json", *filters])

    (drawn,) = objects(capsys.readouterr().out)
    settings = drawn["settings"]
    assert isinstance(settings, dict)
    assert settings["seed"] == drawn["seed"]
    assert [settings[name] for name in ("top_k", "top_p", "min_p")] == [4, 0.9, 0.01]
    assert (settings["repetition_penalty"], settings["no_repeat_ngram"]) == (1.1, 3)


def test_that_temperature_zero_and_one_beam_agree_where_no_end_is_in_sight(
    model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["generate", str(model_path), "--temperature", "0", "--min-length", "5"])
    greedy = capsys.readouterr()
    main(["generate", str(model_path), "--beam", "300", "-n", "1", "--min-length", "5"])
    beam = capsys.readouterr()

    assert len(greedy.out.splitlines()) == len(beam.out.splitlines()) == 1
    assert "The most probable word is always taken" in greedy.err
    assert "Seed" not in greedy.err + beam.err


def test_that_a_ladder_prints_one_sentence_a_rung(
    model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["generate", str(model_path), "--ladder", "0.2", "0.5", "1", "--seed", "3", "--json"])

    drawn = objects(capsys.readouterr().out)
    assert [item["settings"]["temperature"] for item in drawn] == [0.2, 0.5, 1.0]  # type: ignore[index]


def test_that_next_lists_the_most_probable_words(
    model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["next", str(model_path), "the cat", "-k", "3", "--top-k", "2"])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert lines[0].startswith("After the cat: ")
    assert lines[0].endswith("2 words left by the filters")
    assert [line.split()[0] for line in lines[1:]] == ["1", "2", "3"]


def test_that_next_as_json_has_the_same_numbers(
    model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["next", str(model_path), "a zebra", "-k", "100", "--json"])

    (said,) = objects(capsys.readouterr().out)
    words = said["words"]
    assert isinstance(words, list)
    assert said["event"] == "next_words"
    assert said["unknown_words"] == ["a", "zebra"]
    assert sum(word["probability"] for word in words) == pytest.approx(1.0)
    assert sum(word["drawn_with"] for word in words) == pytest.approx(1.0)


def test_that_the_command_line_and_the_library_say_the_same(
    model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = engine.load(model_path)
    filters = ["--top-p", "0.9", "--no-repeat-ngram", "2", "--min-length", "3", "--seed", "5"]

    main(["generate", str(model_path), "-n", "4", "--start", "the cat", "--json", *filters])
    drawn = objects(capsys.readouterr().out)
    main(["next", str(model_path), "the", "-k", "2", "--word", "sat", "--top-k", "3", "--json"])
    (said,) = objects(capsys.readouterr().out)

    written = model.generate(4, "the cat", top_p=0.9, no_repeat_ngram=2, min_length=3, seed=5)
    assert [(each["text"], each["log_probability"]) for each in drawn] == [
        (each.text, each.log_probability) for each in written
    ]
    following = model.next_words("the", 2, word="sat", top_k=3)
    assert said["words"] == [asdict(each) for each in following.words]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--top-p", "2"], "Top-p must be above 0"),
        (["--beam", "3", "--top-k", "5"], "Beam search looks for the most probable"),
        (["--start", "the cat", "--max-length", "1", "--min-length", "0"], "Raise the maximum"),
    ],
)
def test_that_settings_that_cannot_work_are_refused_in_a_sentence(
    options: list[str], sentence: str, model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", str(model_path), *options]) == EXIT_WRONG

    assert sentence in capsys.readouterr().err
