"""The one source of truth: the corpus, the model, its run, and what the window is doing.

Views receive values from here and keep none. Corpora and models are handles: they are stored
and handed on, never computed with. The states, the ways between them and the commands that
each allows are plain Python.
"""

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from engine import Corpus, CorpusConfig, LanguageModel


REOPENING_TEXT = "Opening what you left off with…"


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentRun:
    """The run that is trained now, was trained last, or was opened."""

    run_id: str
    name: str = ""  # "" until it is known
    saved_step: int | None = None  # of the newest checkpoint
    saved_at: str = ""  # the time of day of that, for the status
    is_recovered: bool = False  # it was interrupted, and is neither continued nor saved yet
    has_converged: bool = False  # its learning rate was halved until nothing changed any more
    next_rate: float | None = None  # with which it goes on, where it diverged


class RunState(Enum):
    """What the main job of the window is doing."""

    IDLE = auto()  # no corpus yet
    PREPARING = auto()
    READY = auto()  # a corpus is there
    TRAINING = auto()
    PAUSED = auto()
    STOPPING = auto()  # a stop was asked for and the job has not ended yet

    @property
    def is_at_rest(self) -> bool:
        """Whether no main job is under way."""
        return self in (RunState.IDLE, RunState.READY)

    @property
    def is_training(self) -> bool:
        """Whether a network is being trained, paused, or a job is asked to stop."""
        return self in (RunState.TRAINING, RunState.PAUSED, RunState.STOPPING)


class Command(Enum):
    """What a person can ask for; whether a model is there is not decided here."""

    OPEN_DATA = auto()
    PREPARE = auto()
    CANCEL_PREPARING = auto()
    START_TRAINING = auto()
    PAUSE = auto()
    RESUME = auto()
    STOP_TRAINING = auto()
    OPEN_MODEL = auto()
    CHECK = auto()  # gradients, or the time of one step


class Session(QObject):
    """What is loaded and what is going on.

    Attributes
    ----------
    corpus : Corpus or None
        The prepared corpus.
    corpus_config : CorpusConfig or None
        What makes it again.
    model : LanguageModel or None
        The last published snapshot, or a model opened from a file.
    shown_model : LanguageModel or None
        What sentences are drawn from and scored with: `model`, or an earlier one of its run
        while the person looks back; mixed with a table of word sequences where asked for.
    run : CurrentRun or None
        The kept run that `model` comes from.
    run_state : RunState
        What the main job is doing.
    model_path : Path or None
        Where the model was last opened from or saved to.
    is_model_saved : bool
        Whether `model` is in a file as it is; True when there is none.
    is_model_kept : bool
        Whether `model` is in the folder of its run, so that nothing is lost without a file.
    is_model_safe : bool
        Whether it is in a file or kept: then it can be replaced without a question.
    is_reopening : bool
        Whether the run, text or model of the last session is on its way.
    unprepared : Path or None
        A file that was chosen after `corpus` was prepared: what is shown belongs to another.

    Signals
    -------
    corpus_changed(object), model_changed(object), run_changed(object), run_state_changed(object)
        The new value.
    shown_model_changed(object)
        The new `shown_model`.
    model_saved_changed(bool)
        The new `is_model_saved`.
    unprepared_changed(object)
        The new `unprepared`.
    reopening_changed(bool)
        The new `is_reopening`.
    """

    corpus_changed = Signal(object)
    model_changed = Signal(object)
    run_changed = Signal(object)
    run_state_changed = Signal(object)
    shown_model_changed = Signal(object)
    model_saved_changed = Signal(bool)
    unprepared_changed = Signal(object)
    reopening_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._corpus: Corpus | None = None
        self._corpus_config: CorpusConfig | None = None
        self._run: CurrentRun | None = None
        self._model: LanguageModel | None = None
        self._earlier: LanguageModel | None = None
        self._mixed: tuple[LanguageModel, LanguageModel] | None = None  # what of, and as what
        self._model_path: Path | None = None
        self._is_model_saved = True
        self._unprepared: Path | None = None
        self._is_reopening = False
        self._run_state = RunState.IDLE

    @property
    def corpus(self) -> "Corpus | None":
        """The prepared corpus."""
        return self._corpus

    @property
    def corpus_config(self) -> "CorpusConfig | None":
        """What makes the corpus again."""
        return self._corpus_config

    @property
    def run(self) -> CurrentRun | None:
        """The kept run that the model comes from."""
        return self._run

    @property
    def model(self) -> "LanguageModel | None":
        """The last published snapshot, or a model opened from a file."""
        return self._model

    @property
    def shown_model(self) -> "LanguageModel | None":
        """What sentences are drawn from and scored with."""
        own = self._model if self._earlier is None else self._earlier
        return self._mixed[1] if self._mixed is not None and self._mixed[0] is own else own

    @property
    def is_looking_back(self) -> bool:
        """Whether `shown_model` is an earlier one."""
        return self._earlier is not None

    @property
    def model_path(self) -> Path | None:
        """Where the model was last opened from or saved to."""
        return self._model_path

    @property
    def is_model_saved(self) -> bool:
        """Whether the model is in a file as it is."""
        return self._is_model_saved

    @property
    def is_model_kept(self) -> bool:
        """Whether the model is in the folder of its run."""
        if self._model is None or self._run is None or self._run.saved_step is None:
            return False
        return self._model.step <= self._run.saved_step

    @property
    def is_model_safe(self) -> bool:
        """Whether the model is in a file or in the folder of its run, or there is none."""
        return self._is_model_saved or self.is_model_kept

    @property
    def unprepared(self) -> Path | None:
        """The file that was chosen after the corpus was prepared."""
        return self._unprepared

    @property
    def is_reopening(self) -> bool:
        """Whether what was open last time is on its way."""
        return self._is_reopening

    @property
    def run_state(self) -> RunState:
        """What the main job is doing."""
        return self._run_state

    def set_corpus(self, corpus: "Corpus | None", config: "CorpusConfig | None" = None) -> None:
        """Take a prepared corpus, and what makes it again."""
        self._corpus, self._corpus_config = corpus, config
        self.set_unprepared(None)
        self.corpus_changed.emit(corpus)
        if self._run_state.is_at_rest:
            self.set_run_state(RunState.IDLE if corpus is None else RunState.READY)

    def set_unprepared(self, path: Path | None) -> None:
        """Say which file was chosen that the corpus is not of; None: the corpus is the text."""
        if path != self._unprepared:
            self._unprepared = path
            self.unprepared_changed.emit(path)

    def set_reopening(self, *, is_reopening: bool) -> None:
        """Say whether what was open last time is on its way."""
        if is_reopening != self._is_reopening:
            self._is_reopening = is_reopening
            self.reopening_changed.emit(is_reopening)

    def set_run(self, run: CurrentRun | None) -> None:
        """Say which kept run the model comes from, or comes from soon."""
        is_another = run is None or self._run is None or run.run_id != self._run.run_id
        self._run = run
        if is_another:
            self.look_back(None)
        self.run_changed.emit(run)

    def set_model(
        self,
        model: "LanguageModel | None",
        *,
        path: Path | None = None,
        run: CurrentRun | None = None,
    ) -> None:
        """Take a model.

        `path` is the file, `run` the kept run that it was opened from; a model with neither
        was just trained and belongs to the present run.
        """
        is_opened = path is not None or run is not None or model is None
        self._model = model
        if is_opened:
            self._model_path = path
            self.set_run(run)
        self.model_changed.emit(model)
        if self._earlier is None:
            self.shown_model_changed.emit(model)
        self._set_model_saved(is_saved=is_opened and not (run is not None and run.is_recovered))

    def look_back(self, model: "LanguageModel | None") -> None:
        """Draw from and score with an earlier model of the run; None is the newest again."""
        if model is not self._earlier:
            self._earlier = model
            self.shown_model_changed.emit(self.shown_model)

    def mix(self, model: "LanguageModel", mixed: "LanguageModel | None") -> None:
        """Draw from and score with a mixture of `model` as long as that is shown; None: without."""
        before = self.shown_model
        self._mixed = None if mixed is None else (model, mixed)
        if self.shown_model is not before:
            self.shown_model_changed.emit(self.shown_model)

    def mark_model_saved(self, path: Path, model: "LanguageModel | None" = None) -> None:
        """Note that `model` (default: the current one) is now in the file `path`.

        A snapshot published while the file was being written stays unsaved.
        """
        self._model_path = path
        if model is None or model is self._model:
            self._set_model_saved(is_saved=True)

    def set_run_state(self, state: RunState) -> None:
        """Go to `state`; raise ValueError if that may not follow the present one."""
        if state is self._run_state:
            return
        if not is_allowed(self._run_state, state):
            raise ValueError(f"{self._run_state.name} cannot become {state.name}")
        self._run_state = state
        self.run_state_changed.emit(state)

    def finish_run(self) -> None:
        """Go back to rest when a job has ended: ready with a corpus, idle without one."""
        if not self._run_state.is_at_rest:
            self.set_run_state(RunState.IDLE if self._corpus is None else RunState.READY)

    def _set_model_saved(self, *, is_saved: bool) -> None:
        if is_saved != self._is_model_saved:
            self._is_model_saved = is_saved
            self.model_saved_changed.emit(is_saved)


def is_allowed(state: RunState, new_state: RunState) -> bool:
    """Return whether `new_state` may follow `state`."""
    return new_state in _TRANSITIONS[state]


def enabled_commands(state: RunState) -> frozenset[Command]:
    """Return what a person can ask for in `state`."""
    return _COMMANDS[state]


_TRANSITIONS: dict[RunState, frozenset[RunState]] = {
    # A kept run brings its own corpus: it is continued from IDLE, and may fail to find it.
    RunState.IDLE: frozenset({RunState.PREPARING, RunState.TRAINING, RunState.READY}),
    RunState.PREPARING: frozenset({RunState.READY, RunState.STOPPING, RunState.IDLE}),
    RunState.READY: frozenset({RunState.PREPARING, RunState.TRAINING, RunState.IDLE}),
    RunState.TRAINING: frozenset(
        {RunState.PAUSED, RunState.STOPPING, RunState.READY, RunState.IDLE}
    ),
    RunState.PAUSED: frozenset(
        {RunState.TRAINING, RunState.STOPPING, RunState.READY, RunState.IDLE}
    ),
    RunState.STOPPING: frozenset({RunState.READY, RunState.IDLE}),
}

_COMMANDS: dict[RunState, frozenset[Command]] = {
    RunState.IDLE: frozenset(
        {Command.OPEN_DATA, Command.PREPARE, Command.OPEN_MODEL, Command.CHECK}
    ),
    RunState.PREPARING: frozenset({Command.CANCEL_PREPARING, Command.CHECK}),
    RunState.READY: frozenset(
        {
            Command.OPEN_DATA,
            Command.PREPARE,
            Command.START_TRAINING,
            Command.OPEN_MODEL,
            Command.CHECK,
        }
    ),
    RunState.TRAINING: frozenset({Command.PAUSE, Command.STOP_TRAINING}),
    RunState.PAUSED: frozenset({Command.RESUME, Command.STOP_TRAINING}),
    RunState.STOPPING: frozenset(),
}
