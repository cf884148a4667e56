"""Where the person was, so that the next start is there again.

One JSON file beside the settings: which text, run or model file, the settings as they stand, what
was typed and compared, the tab and the splitters. It is written a second after the last change,
so that a crash loses no more, and whole or not at all. A file that cannot be read is as none.
"""

import base64
import json
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QTimer, Signal, Slot
from PySide6.QtWidgets import QSplitter, QWidget

from app.dataset.controller import DatasetController
from app.generation.keeping import (
    SentenceKeeper,
    scores_from_json,
    scores_to_json,
    sentences_from_json,
)
from app.generation.tab import GenerationTab
from app.jobs import TrainingChoices
from app.runs.model_files import ModelFilesController
from app.runs.opening import OpenedRun, RunOpener
from app.session import RunState
from app.tasks.controller import Controller, Surroundings
from app.tasks.work_queue import WorkQueue
from app.training.controller import TrainingController
from app.training.tab import TrainingTab
from engine import (
    ConfigError,
    CorpusConfig,
    ExportError,
    ModelConfig,
    RunControl,
    TrainConfig,
    export_file,
)

if TYPE_CHECKING:
    from engine import Corpus, RunInfo

logger = logging.getLogger(__name__)

VERSION = 1
FILE_NAME = "session.json"
WRITE_AFTER_MS = 1000


class LastSession(Controller):
    """Write where the person is, and bring it back.

    Signals
    -------
    found_nothing()
        There is nothing to go on with: the start page should be shown.
    """

    found_nothing = Signal()

    def __init__(
        self,
        path: Path,
        window: QWidget,
        queue: WorkQueue,
        opener: RunOpener,
        around: Surroundings,
        *,
        dataset: DatasetController,
        training: TrainingController,
        training_tab: TrainingTab,
        generation_tab: GenerationTab,
        sentences: SentenceKeeper,
        models: ModelFilesController,
    ) -> None:
        super().__init__(around)
        self._path, self._window, self._queue, self._opener = path, window, queue, opener
        self._dataset, self._training, self._models = dataset, training, models
        self._form = training_tab.form
        self._scores, self._sentences = generation_tab.score_panel, sentences
        self._panel, self._mixture = generation_tab.generate_panel, generation_tab.mixture_check
        self._written = ""
        self.is_damaged = False  # the file that was found
        self._stored = self._read()
        self._is_restoring = False  # while something is brought back, nothing is written over it
        self._set_restoring(is_restoring=self.has_something)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WRITE_AFTER_MS)
        self._timer.timeout.connect(self.write)
        self._connect_signals()

    def _connect_signals(self) -> None:
        session = self._session
        for changed in (
            session.corpus_changed,
            session.run_changed,
            session.model_saved_changed,
            self._form.changed,
            self._scores.text_changed,
            self._scores.compared_changed,
            self._panel.records_changed,
            self._mixture.toggled,
        ):
            changed.connect(self.note_change)
        for splitter in self._splitters():
            splitter.splitterMoved.connect(self.note_change)
        self._opener.opened.connect(self._on_opener_opened)
        self._queue.failed.connect(self._give_up)

    @Slot()
    def note_change(self) -> None:
        """Write soon, once nothing changes any more."""
        if not self._is_restoring:
            self._timer.start()

    @Slot()
    def write(self) -> None:
        """Write now, if something changed; a disk that is full costs the memory, no more."""
        self._timer.stop()
        if self._is_restoring:
            return
        self._sentences.save()
        text = json.dumps(self._present(), indent=1)
        if text == self._written:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            export_file(self._path, text.encode(), "The last session")
            self._written = text
        except (OSError, ExportError) as error:
            logger.warning("The session could not be kept: %s", error)

    def restore_views(self) -> None:
        """Bring back what needs no job: splitters, what was typed and compared."""
        splitters = self._stored.get("splitters")
        for splitter in self._splitters():
            state = splitters.get(splitter.objectName()) if isinstance(splitters, dict) else None
            if isinstance(state, str):
                splitter.restoreState(QByteArray(base64.b64decode(state)))
        was_restoring, self._is_restoring = self._is_restoring, True
        self._scores.show_compared(scores_from_json(self._stored.get("compared")))
        self._scores.set_text(_text(self._stored, "sentence"))
        self._mixture.setChecked(self._stored.get("mixture") is True)
        self._is_restoring = was_restoring

    @property
    def has_something(self) -> bool:
        """Whether there is a text, a run or a model to go on with."""
        return any(self._stored.get(name) for name in ("run", "model_path", "corpus"))

    def restore(self, interrupted: frozenset[str]) -> None:
        """Bring back run and text; the runs in `interrupted` are offered on the start page."""
        run_id, path = _text(self._stored, "run"), _text(self._stored, "model_path")
        self._set_restoring(is_restoring=False)
        is_new = self._session.run_state is RunState.IDLE and self._session.model is None
        if not is_new or self._dataset.path is not None or self._models.is_busy:
            return  # a file came with the command line
        if run_id and run_id not in interrupted:
            work = partial(self._jobs.runs.info, run_id)
            self._set_restoring(is_restoring=True)
            self._queue.do("Opening the last run", work, self._open_run)
        elif self._corpus_config() is not None:
            self._set_restoring(is_restoring=True)
            self._queue.do("Opening the last text", self._read_corpus, self._take_corpus)
            if path and not run_id:
                self._models.open_path(Path(path))
        elif path:
            self._models.open_path(Path(path))
        else:
            self.found_nothing.emit()

    def _set_restoring(self, *, is_restoring: bool) -> None:
        self._is_restoring = is_restoring
        self._session.set_reopening(is_reopening=is_restoring)

    @Slot()
    def _give_up(self) -> None:
        """Begin on the start page, as what was open cannot be opened."""
        if self._is_restoring:
            self._set_restoring(is_restoring=False)
            self.found_nothing.emit()

    def _open_run(self, info: "RunInfo") -> None:
        if info.saved is None:
            self._give_up()
            return
        self._opener.open(info, doing=f"Opening {info.name}", then=self._on_run_back)

    def _on_run_back(self, opened: OpenedRun | None) -> None:
        if opened is None:
            self._give_up()
        else:
            self._finish()

    def _read_corpus(self) -> "Corpus | None":
        config = self._corpus_config()
        if config is None:
            return None
        return self._jobs.open_prepared(config, _text(self._stored, "digest"), RunControl())

    def _take_corpus(self, corpus: "Corpus | None") -> None:
        if corpus is not None and self._session.run_state is RunState.IDLE:
            self._session.set_corpus(corpus, self._corpus_config())
            self._finish()
            return
        config = self._corpus_config()
        self._give_up()
        if config is not None and config.path.name:
            self._dataset.open_paths((config.path, *config.others))

    def _finish(self) -> None:
        """Show the settings as they stood, and the sentences that belong to no run."""
        choices = self._choices()
        if choices is not None:
            self._training.show_choices(choices.model, choices.train)
        unkept = self._stored.get("sentences")
        if self._session.run is None and isinstance(unkept, dict):
            self._panel.show_records(*sentences_from_json(unkept))
        self._set_restoring(is_restoring=False)

    @Slot(object)
    def _on_opener_opened(self, opened: OpenedRun) -> None:
        self._sentences.switch(opened.info.run_id, opened.sentences)

    def _present(self) -> dict[str, object]:
        session, config = self._session, self._session.corpus_config
        corpus, choices = session.corpus, self._form.choices()
        return {
            "version": VERSION,
            "run": "" if session.run is None else session.run.run_id,
            "model_path": "" if session.model_path is None else str(session.model_path),
            "corpus": None if config is None else _with_whole_path(config),
            "digest": "" if corpus is None else corpus.summary.digest,
            "model": None if choices is None else choices.model.to_json(),
            "train": None if choices is None else choices.train.to_json(),
            "sentence": self._scores.text,
            "compared": scores_to_json(self._scores.compared),
            "sentences": self._sentences.unkept,
            "mixture": self._mixture.isChecked(),
            "splitters": {
                splitter.objectName(): bytes(splitter.saveState().toBase64().data()).decode()
                for splitter in self._splitters()
            },
        }

    def _splitters(self) -> list[QSplitter]:
        return [each for each in self._window.findChildren(QSplitter) if each.objectName()]

    def _corpus_config(self) -> CorpusConfig | None:
        config: CorpusConfig | None = _parsed(CorpusConfig.from_json, self._stored.get("corpus"))
        return config

    def _choices(self) -> TrainingChoices | None:
        model = _parsed(ModelConfig.from_json, self._stored.get("model"))
        train = _parsed(TrainConfig.from_json, self._stored.get("train"))
        return None if model is None or train is None else TrainingChoices(model=model, train=train)

    def _read(self) -> dict[str, Any]:
        try:
            values = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            self.is_damaged = True
            logger.info("The last session in %s cannot be read: %s", self._path, error)
            return {}
        if not isinstance(values, dict) or values.get("version") != VERSION:
            return {}
        return values


def _with_whole_path(config: CorpusConfig) -> dict[str, object]:
    return config.to_json() | {"path": str(config.path.absolute())}


def _parsed(parse: Callable[[object], Any], values: object) -> Any:
    try:
        return None if values is None else parse(values)
    except ConfigError as error:
        logger.info("A part of the last session is damaged and was left out: %s", error)
        return None


def _text(values: dict[str, Any], name: str) -> str:
    found = values.get(name)
    return found if isinstance(found, str) else ""
