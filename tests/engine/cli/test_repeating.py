"""A run is repeated to the last bit by the line that is copied, and by the file of its settings."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file

from engine import (
    CorpusConfig,
    CsvConfig,
    ModelConfig,
    RunControl,
    RunEnded,
    RunError,
    RunInfo,
    RunStore,
    TokenizerConfig,
    TrainConfig,
    run_settings,
    train_command,
)
from engine.cli.main import EXIT_WRONG, build_parser, main
from engine.cli.settings.configs import TrainRecords, train_records
from engine.cli.settings.settings_file import read_settings, settings_text
from tests.engine.support.cli_fakes import write_comments
from tests.engine.support.corpora import corpus_of
from tests.engine.support.run_infos import run_info

OPTIONS = {
    "all defaults": "--seed 0",
    "every seed of its own": "--seed 3 --split-seed 4 --order-seed 5 --validation-fraction 0.2",
    "the tutorial": "--recipe tutorial --learning-rate 0.0123456789 --min-count 1",
    "a text read otherwise": "--column 1 --no-header --counted all --tokenizer words --lower-case",
    "a tuned recipe": "--no-unigram-start --averaging 0 --weight-decay 0.125 --clip-norm 2.5",
}


def keep(csv_path: Path, data: Path, *options: str) -> RunInfo:
    place = ["--keep-run", "--data-folder", str(data)]
    cpu = ["--device", "cpu", "--hidden-dim", "5", "--epochs", "2"]
    assert main(["train", str(csv_path), *cpu, *options, *place]) == 0
    return RunStore(data).list()[0]


def bits(run: RunInfo) -> dict[str, bytes]:
    tensors = load_file(run.path / "last.safetensors")
    timed = ("history.elapsed_s", "evaluations")  # hold how long it took; their losses are below
    return {name: each.tobytes() for name, each in tensors.items() if name not in timed} | {
        "losses": f"{run.training_loss} {run.validation_loss} {run.best_loss}".encode()
    }


@pytest.fixture
def csv_path(tmp_path: Path) -> Path:
    return write_comments(tmp_path / "it's my text.csv")


@pytest.mark.parametrize("options", OPTIONS.values(), ids=list(OPTIONS))
def test_that_the_copied_line_and_the_file_repeat_a_run_bit_by_bit(
    csv_path: Path, tmp_path: Path, options: str
) -> None:
    run = keep(csv_path, tmp_path / "data", *options.split())
    file = tmp_path / "settings.toml"
    file.write_text(run_settings(run), encoding="utf-8")
    line = shlex.split(train_command(run))
    assert line[:4] == ["python", "-m", "engine", "train"]

    for number, arguments in enumerate((line[3:], ["train", "--config", str(file)])):
        data = tmp_path / f"again {number}"
        again = arguments + ["--keep-run"] * ("--keep-run" not in arguments)
        assert main([*again, "--data-folder", str(data)]) == 0
        assert bits(RunStore(data).list()[0]) == bits(run)


def test_that_what_is_typed_wins_over_the_file(
    csv_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = csv_path.with_name("settings.toml")
    file.write_text(
        f'[text]\npath = "{csv_path.name}"\n[text.reading]\ncolumns = ["body"]\n'
        "[network]\nhidden_dim = 7\n"
    )

    typed = ["--hidden-dim", "9", "--column", "title"]
    assert main(["train", "--config", str(file), *typed, "--print-config"]) == 0

    printed = capsys.readouterr().out
    assert f'path = "{csv_path}"' in printed
    assert "hidden_dim = 9\n" in printed
    assert 'columns = ["title"]\n' in printed


def test_that_every_setting_is_in_a_printed_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--print-config"]) == 0

    printed = capsys.readouterr().out
    names = {
        name
        for kind in (CsvConfig, TokenizerConfig, ModelConfig, TrainConfig)
        for name in kind().to_json()
    }
    assert {
        name for name in names if f"\n{name} = " not in printed and f"# {name}: " not in printed
    } == set()
    assert '# path = "…"' in printed


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            "[network]\nhiden_dim = 5",
            "has 'hiden_dim', which is not a setting: did you mean 'hidden_dim'?\n",
        ),
        (
            "[networks]\nhidden_dim = 5",
            "has 'networks', which is not a setting: did you mean 'network'?\n",
        ),
        ("[network]\nhidden_dim = 'many'", "'hidden_dim' is 'many', which is of the wrong kind"),
        ("[network]\nhidden_dim = -5", "The hidden size must be between 1 and 8192, not -5."),
        ("[training]\nepochs = 2.5", "'epochs' is 2.5"),
        ("[text.reading]\nquoting = 'red'", "'quoting' is 'red'"),
        ("hidden_dim = 5", "which is not a setting"),
        ("[network\n", "is not a TOML file of settings"),
        ("\ud800", "is not a TOML file of settings"),
        ("[network]\nhidden_dim = 5", "Say which text"),
    ],
)
def test_that_a_wrong_file_is_explained_in_a_sentence(
    tmp_path: Path, content: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(content, encoding="utf-8", errors="surrogatepass")

    assert main(["train", "--config", str(path), "--keep-run"]) == EXIT_WRONG

    error = capsys.readouterr().err
    assert told in error
    assert len(error.splitlines()) == 1


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)
RECORDS = st.builds(
    TrainRecords,
    st.builds(
        CorpusConfig,
        path=TEXTS.map(lambda text: Path("/texts") / text.replace("/", "_").replace("\0", "_")),
        csv=st.builds(
            CsvConfig,
            columns=st.lists(TEXTS, max_size=2).map(tuple),
            has_header=st.none() | st.booleans(),
            delimiter=st.none()
            | st.sampled_from([",", "\t", "\n", "\\t", "\x01", "\\", "||", "-"]),
            sheet=st.none() | TEXTS,
        ),
        tokenizer=st.builds(
            TokenizerConfig, name=st.just("words"), lower_case=st.booleans(), language=TEXTS
        ),
        validation_fraction=st.floats(0.0, 0.5),
        seed=st.integers(0, 5),
    ),
    st.builds(ModelConfig, hidden_dim=st.integers(1, 99), seed=st.integers(0, (1 << 64) - 1)),
    st.builds(
        TrainConfig,
        learning_rate=st.none() | st.floats(1e-9, 10.0),
        unigram_start=st.none() | st.booleans(),
        seed=st.integers(0, 5),
    ),
)


@settings(max_examples=25)
@given(records=RECORDS)
def test_that_any_settings_come_back_from_line_and_file(
    records: TrainRecords, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = run_info(
        corpus_config=records.corpus, model_config=records.model, train_config=records.train
    )
    path = tmp_path_factory.getbasetemp() / "settings.toml"
    path.write_text(settings_text(records), encoding="utf-8")

    from_file = build_parser(read_settings(path)).parse_args(["train"])
    from_file.column = read_settings(path)["column"]

    assert train_records(from_file) == records
    typed = train_records(build_parser().parse_args(shlex.split(train_command(run))[3:]))
    assert typed.corpus == records.corpus
    assert typed.model == records.model
    assert typed.train.seed == records.train.seed


def test_that_a_missing_file_of_settings_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--config", str(tmp_path / "none.toml")]) == EXIT_WRONG

    assert f"There is no file {tmp_path / 'none.toml'}." in capsys.readouterr().err


@pytest.mark.parametrize("is_by_hand", [True, False])
def test_that_a_run_whose_rate_was_changed_is_not_said_to_be_repeated(
    csv_path: Path, tmp_path: Path, is_by_hand: bool
) -> None:
    run, store = keep(csv_path, tmp_path), RunStore(tmp_path)
    assert run.corpus_config is not None
    corpus = corpus_of(run.corpus_config)
    assert not run.has_changed_rate

    control = RunControl()
    if is_by_hand:
        control.request_rate(0.0005)
    rate = None if is_by_hand else 0.0005
    events = store.resume(run.run_id, corpus, control, epochs=3, learning_rate=rate)
    assert isinstance(list(events)[-1], RunEnded)

    with pytest.raises(RunError, match=r"learning rate of .* was changed on the way"):
        train_command(store.info(run.run_id))


def test_that_a_run_that_began_with_a_model_is_not_said_to_be_repeated() -> None:
    with pytest.raises(Exception, match="began with a model that was trained before"):
        train_command(replace(run_info(), is_continued=True))
