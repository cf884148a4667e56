"""The whole window with engines and answers of the test's own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pytestqt.qtbot import QtBot

from app.application import Application
from app.jobs import Jobs
from app.protocols import UnsavedAnswer
from engine import DeviceChoice, RunControl
from tests.app.support import generation_fakes, training_fakes
from tests.app.support.dataset_fakes import FakeEngine
from tests.app.support.runs_fakes import FakeRuns, FakeRunsDialogs

MODEL_PATH = Path("model.safetensors")


def fake_model() -> Any:
    parts = vars(generation_fakes.fake_model()) | vars(training_fakes.fake_model())
    return SimpleNamespace(**parts)


@dataclass
class Answers:
    """What the person says to each question, and how often the question was asked."""

    unsaved: UnsavedAnswer = "discard"
    save_path: Path | None = MODEL_PATH
    csv_path: Path | None = None
    asked: list[str] = field(default_factory=list)
    runs: FakeRuns = field(default_factory=lambda: FakeRuns(train=endless, model=fake_model()))
    about_runs: FakeRunsDialogs = field(default_factory=FakeRunsDialogs)

    def ask_unsaved(self) -> UnsavedAnswer:
        self.asked.append("unsaved")
        return self.unsaved

    def ask_open_path(self, folder: str) -> Path | None:
        self.asked.append("open model")
        return MODEL_PATH

    def ask_save_path(self, suggested: Path) -> Path | None:
        self.asked.append("save model")
        return self.save_path

    def ask_csv_paths(self, folder: str) -> list[Path]:
        self.asked.append("open csv")
        return [] if self.csv_path is None else [self.csv_path]


@dataclass
class Files:
    """Models that were opened and saved."""

    loaded: list[Path] = field(default_factory=list)
    saved: list[Path] = field(default_factory=list)
    save_error: Exception | None = None

    def load(self, path: Path, _corpus: Any) -> Any:
        self.loaded.append(path)
        return fake_model()

    def save(self, model: Any, path: Path) -> bool:
        if self.save_error is not None:
            raise self.save_error
        self.saved.append(path)
        return path.suffix == ".safetensors"


def endless(*args: Any, **kwargs: Any) -> Iterator[Any]:
    """Stand for a training that only a stop ends."""
    control = next(arg for arg in args if isinstance(arg, RunControl))
    while control.proceed():
        control.pause()
    yield from ()


def rest(app: Application, qtbot: QtBot) -> None:
    """Wait until no job runs."""
    runners = app.runners.all_but_warm_up()
    qtbot.waitUntil(lambda: not any(runner.is_busy for runner in runners))


def fake_jobs(engine: FakeEngine, answers: Answers, files: Files) -> Jobs:
    return Jobs(
        inspect=engine.inspect,
        inspect_several=engine.inspect_several,
        build=engine.build,  # type: ignore[arg-type]
        open_prepared=lambda *_: None,
        sample_path=lambda: Path("sample.csv"),
        runs=answers.runs,
        recipe_defaults=training_fakes.fake_defaults,
        entropy=lambda summary, words: None,
        count_references=lambda corpus, control: iter(()),
        check_gradients=endless,
        time_one_step=endless,
        generate=endless,
        score=endless,
        load=files.load,
        save=files.save,
        list_devices=lambda: (DeviceChoice(request="auto", name="CPU", reason="No GPU."),),
        ask_csv_paths=answers.ask_csv_paths,
        model_dialogs=answers,
        runs_dialogs=answers.about_runs,
        ask_unsaved_at_close=answers.ask_unsaved,
    )
