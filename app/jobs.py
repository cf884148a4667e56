"""Everything the window asks of the engine and of the person, so that tests can put fakes here.

The defaults are the engine's own functions, imported where they are first used,
and Qt's dialogs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.controllers.dataset_jobs import (
    AskPath,
    Build,
    Inspect,
    ask_csv_path,
    build_with_engine,
    inspect_with_engine,
    sample_path_of_engine,
)
from app.controllers.generation_controller import (
    AskSavePath,
    Generate,
    generate_with_engine,
)
from app.controllers.model_files_controller import (
    Dialogs as ModelDialogs,
)
from app.controllers.model_files_controller import (
    Load,
    Save,
    load_with_engine,
    save_with_engine,
)
from app.controllers.refused_rows_export import AskRowsPath
from app.controllers.runs_controller import Dialogs as RunsDialogs
from app.controllers.runs_jobs import Runs
from app.controllers.scoring_controller import Score, score_with_engine
from app.controllers.tools_controller import (
    CheckGradients,
    TimeOneStep,
    check_gradients_with_engine,
    time_one_step_with_engine,
)
from app.controllers.training_jobs import Dialogs as TrainingDialogs
from app.controllers.training_jobs import defaults_of_engine, entropy_of_engine
from app.controllers.vocabulary_controller import Estimate, estimate_with_engine
from app.controllers.warm_up import ListDevices, list_devices_of_engine
from app.widgets.model_dialogs import UnsavedAnswer
from app.widgets.refused_rows_dialog import ask_refused_rows_path
from app.widgets.sentence_dialog import ask_sentences_path

if TYPE_CHECKING:
    from engine import CorpusSummary, RecipeDefaults


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """The engine's functions and the person's answers."""

    inspect: Inspect = inspect_with_engine
    build: Build = build_with_engine
    sample_path: Callable[[], Path] = sample_path_of_engine
    estimate_epoch: Estimate = estimate_with_engine
    recipe_defaults: "Callable[[str], RecipeDefaults]" = defaults_of_engine
    entropy: "Callable[[CorpusSummary], float | None]" = entropy_of_engine
    check_gradients: CheckGradients = check_gradients_with_engine
    time_one_step: TimeOneStep = time_one_step_with_engine
    generate: Generate = generate_with_engine
    score: Score = score_with_engine
    load: Load = load_with_engine
    save: Save = save_with_engine
    list_devices: ListDevices = list_devices_of_engine
    runs: Runs | None = None  # None = the engine's, in the folder of the settings

    ask_csv_path: AskPath = ask_csv_path
    ask_refused_rows_path: AskRowsPath = ask_refused_rows_path
    ask_sentences_path: AskSavePath = ask_sentences_path
    model_dialogs: ModelDialogs | None = None  # None = Qt's
    training_dialogs: TrainingDialogs | None = None
    runs_dialogs: RunsDialogs | None = None
    ask_unsaved_at_close: Callable[[bool], UnsavedAnswer] | None = None  # is the run kept?
