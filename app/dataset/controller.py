"""From a chosen file to a prepared corpus: what the dataset tab's requests set going."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.dataset.corpus.figures import coverage_text, open_quote_text
from app.dataset.file.description import TextSize, size_of_text
from app.dataset.file.panel import ask_csv_paths, ask_text_folder
from app.dataset.file.preview import doubt_text
from app.dataset.tab import DatasetTab
from app.errors import MessageAction, TaskFailure
from app.jobs import CsvInspected, Jobs, adapted, inspected, is_same_corpus
from app.session import Command, RunState, enabled_commands
from app.tasks.controller import Surroundings, TaskController
from app.tasks.task_runner import TaskRunner
from engine import (
    ConfigError,
    CorpusConfig,
    CorpusReady,
    CsvConfig,
    Notice,
    RunControl,
    StageProgress,
)

if TYPE_CHECKING:
    from engine import Corpus, CsvPreview, Event

MOST_NOTICES = 3  # shown together after a preparation


class DatasetController(TaskController):
    """Connect the dataset tab with the engine's corpus builder."""

    def __init__(self, tab: DatasetTab, runner: TaskRunner, around: Surroundings) -> None:
        super().__init__(runner, around)
        self._tab = tab
        self._ask_paths = self._jobs.ask_csv_paths or ask_csv_paths
        self._ask_folder = self._jobs.ask_text_folder or ask_text_folder
        self._others: dict[Path, tuple[Path, ...]] = {}  # by the first of several: the rest
        self._size: TextSize | None = None  # of the file that is looked at
        self._path: Path | None = None
        self._candidate: Path | None = None  # chosen while another file is shown
        self._config: CorpusConfig | None = None  # of the preparation that is going on
        self._is_inspecting = self._must_inspect_again = False
        self._prepares_at_once = self._got_corpus = self._got_preview = False
        self._goes_on = False  # to the training, once it is prepared: the sample needs no look
        self._is_quiet = False  # the file of a run may be gone: its prepared text is there
        self._preview: CsvPreview | None = None
        self._notices: list[Notice] = []
        self._connect_signals()
        tab.show_commands(enabled_commands(self._session.run_state))

    @property
    def path(self) -> Path | None:
        """The chosen file."""
        return self._path

    @property
    def _prepared(self) -> CorpusConfig | None:
        """What makes the session's corpus."""
        return self._session.corpus_config

    @Slot()
    def ask_and_open(self) -> bool:
        """Ask for a file and look at it; return False if none was chosen."""
        if not self._can_open():
            return True  # it is said why, in the tab
        paths = self._ask_paths(self._settings.settings.last_folder)
        if paths:
            self.open_paths(paths)
        return bool(paths)

    @Slot()
    def ask_and_open_folder(self) -> None:
        """Ask for a folder whose files are one text, and look at it."""
        if self._can_open():
            path = self._ask_folder(self._settings.settings.last_folder)
            if path is not None:
                self.open_path(path)

    @Slot()
    def open_sample(self) -> None:
        """Prepare the sample comments at once: nothing about them needs checking."""
        if self._can_open():
            self._goes_on = True
            self._open(self._jobs.sample_path(), prepares_at_once=True)

    def open_path(self, path: Path) -> None:
        """Look at `path` and show its first rows."""
        self.open_paths([path])

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Look at files that are one text, and show the first rows of the first."""
        if self._can_open():
            self._goes_on = False
            self._others[paths[0]] = tuple(paths[1:])
            self._open(paths[0], prepares_at_once=False)

    def _can_open(self) -> bool:
        if Command.OPEN_DATA in enabled_commands(self._session.run_state):
            return True
        self._presenter.show_message(
            "Another text can be opened when the present job has ended. Stop it first.", "warning"
        )
        return False

    def prepare_again(self, config: CorpusConfig) -> None:
        """Prepare the text of a run anew, with its own settings."""
        if self._can_open() and not self._runner.is_busy:
            self._path = config.path
            self._others[config.path] = config.others
            self._tab.show_corpus_config(config)
            control = RunControl()
            self._start_preparing(config, partial(self._jobs.build, config, control), control)

    def _open(self, path: Path, *, prepares_at_once: bool) -> None:
        self._presenter.clear()
        self._prepares_at_once = prepares_at_once
        if self._got_preview and self._path is not None:
            self._candidate = path  # the file that is shown stays until this one can be read
        else:
            self._show_file(path)
        self._start_inspecting()

    def _show_file(self, path: Path) -> None:
        """Show a new file, with the default choices."""
        self._path, self._candidate, self._got_preview = path, None, False
        self._tab.show_new_file(path, self._others_of(path))
        self._tab.show_config(CorpusConfig(path=path))

    @Slot()
    def _on_back_requested(self) -> None:
        """Show the prepared text instead of a file that was chosen since."""
        if self._prepared is not None and self._can_open():
            self._presenter.clear()
            self._show_prepared(self._prepared)

    def _show_prepared(self, config: CorpusConfig) -> None:
        """Show the file of a corpus that was opened, with the choices it was made with."""
        self._path, self._candidate, self._got_preview = config.path, None, False
        self._others[config.path] = config.others
        self._is_quiet = True
        self._tab.show_corpus_config(config)
        self._session.set_unprepared(None)
        self._tab.show_outdated("")
        self._start_inspecting()

    def _start_inspecting(self) -> None:
        if self._runner.is_busy:
            self._must_inspect_again = True
            if self._is_inspecting:
                self._runner.stop()  # a large spreadsheet takes seconds
            return
        path = self._candidate or self._path
        if path is None:
            return
        self._must_inspect_again, self._is_inspecting, self._preview = False, True, None
        self._size = None
        self._tab.show_looking("Reading the first rows")
        control = RunControl()
        config = CsvConfig() if self._candidate is not None else self._tab.csv_form.reading_config()
        shown = self._tab.csv_form.file_shown if path == self._path else 0
        paths = (path, *self._others_of(path))
        job = partial(looked_at, self._jobs, paths, shown, config, control)
        self._runner.start(job, control)

    def _others_of(self, path: Path) -> tuple[Path, ...]:
        return self._others.get(path, ())

    @Slot()
    def _on_reading_changed(self) -> None:
        self._prepares_at_once, self._candidate = False, None
        self._presenter.clear()
        self._start_inspecting()

    @Slot()
    def _on_plain_quotes_requested(self) -> None:
        """Look at the file again with quotes as text, and prepare it so."""
        if self._can_open():
            self._tab.csv_form.choose_quoting("none")
            self._prepares_at_once = True

    @Slot()
    def _on_prepare_requested(self) -> None:
        if self._path is None or self._runner.is_busy:
            return
        if Command.PREPARE not in enabled_commands(self._session.run_state):
            self._presenter.show_message(
                "Another job began meanwhile. Prepare the text when it has ended.", "warning"
            )
            return
        try:
            config = self._chosen(self._path)
        except ConfigError as error:
            self._presenter.show_exception(error, "Checking the settings")
            return
        control = RunControl()
        self._start_preparing(config, self._job(config, control), control)

    def _chosen(self, path: Path) -> CorpusConfig:
        """Return what the tab says of the text in `path`; raise ConfigError where it cannot be."""
        choices = self._tab.corpus_form.choices()
        return CorpusConfig(
            path=path,
            others=self._others_of(path),
            bad_files=self._tab.csv_form.bad_files,
            csv=self._tab.csv_form.config(),
            tokenizer=self._tab.words_page.tokenizer(),
            vocabulary_size=choices.vocabulary_size,
            min_count=choices.min_count,
            validation_fraction=choices.validation_fraction,
            remove_duplicates=choices.remove_duplicates,
        )

    @Slot()
    def _tell_changed(self) -> None:
        """Let "Prepare" stand out where something was changed since the text was prepared."""
        prepared, path = self._prepared, self._path
        if prepared is None or path is None or not self._got_preview:
            self._tab.show_changed(is_changed=False)
            return
        try:
            chosen = replace(self._chosen(path), seed=prepared.seed, counted=prepared.counted)
        except ConfigError:
            return  # said when "Prepare" is pressed
        self._tab.show_changed(is_changed=not is_same_corpus(chosen, prepared))

    def _start_preparing(
        self, config: CorpusConfig, job: Callable[[], "Iterator[Event]"], control: RunControl
    ) -> None:
        self._presenter.clear()
        self._config, self._got_corpus, self._notices = config, False, []
        self._session.set_run_state(RunState.PREPARING)
        self._tab.show_busy("Starting", can_cancel=True)
        self._runner.start(job, control)

    @Slot()
    def _on_use_requested(self) -> None:
        """Give the present corpus the chosen vocabulary, whatever file is being looked at."""
        corpus, size = self._session.corpus, self._tab.corpus_form.choices().vocabulary_size
        can_prepare = Command.PREPARE in enabled_commands(self._session.run_state)
        if corpus is None or self._prepared is None or self._runner.is_busy or not can_prepare:
            return
        config = replace(self._prepared, vocabulary_size=size)
        job = partial(adapted, corpus, self._prepared, config)
        self._start_preparing(config, job, RunControl())

    def _job(self, config: CorpusConfig, control: RunControl) -> Callable[[], "Iterator[Event]"]:
        """Return the whole preparation, or the short way if vocabulary or split alone differ."""
        corpus, prepared = self._session.corpus, self._prepared
        if corpus is not None and prepared is not None and prepared != config:
            same = replace(
                config,
                vocabulary_size=prepared.vocabulary_size,
                validation_fraction=prepared.validation_fraction,
                seed=prepared.seed,
            )
            if same == prepared:
                return partial(adapted, corpus, prepared, config)
        return partial(self._jobs.build, config, control)

    @Slot()
    def _on_cancel_requested(self) -> None:
        if self._is_inspecting:
            self._runner.stop()
        elif self._session.run_state is RunState.PREPARING:
            self._session.set_run_state(RunState.STOPPING)
            self._tab.show_busy("Stopping", can_cancel=True)
            self._runner.stop()

    @Slot(int)
    def _on_vocabulary_changed(self, size: int) -> None:
        corpus = self._session.corpus
        if corpus is None:
            return
        is_other = self._session.unprepared is not None  # nothing is known of the file shown
        text = coverage_text(corpus.summary, size, corpus.unknown_share(size))
        self._tab.show_kept(size, "" if is_other else text)

    @Slot(object)
    def _on_runner_event_ready(self, event: object) -> None:
        match event:
            case TextSize():
                self._size = event
            case CsvInspected(preview=preview):
                self._preview = preview
                if not self._must_inspect_again:
                    self._show_preview(preview)
            case StageProgress():
                self._tab.prepare_panel.show_progress(event)
            case Notice():
                self._notices.append(event)
            case CorpusReady(corpus=corpus):
                self._got_corpus = True
                self._note_doubts(corpus)
                self._close_other_run(corpus)
                self._session.set_corpus(corpus, self._config)
            case _:
                raise TypeError(f"a preparation does not report {type(event).__name__}")

    def _note_doubts(self, corpus: "Corpus") -> None:
        """Note what is doubtful in other files than the one in the preview."""
        shown = self._preview.doubts if self._preview is not None else ()
        others = [doubt for doubt in corpus.summary.doubts if doubt not in shown]
        if others:
            self._notices.insert(0, Notice(text=doubt_text(others, corpus.summary.name)))

    def _show_preview(self, preview: "CsvPreview") -> None:
        if self._candidate is not None:
            self._show_file(self._candidate)
        self._got_preview = True
        self._tab.show_preview(preview, comes_forward=not self._is_quiet, size=self._size)
        self._tell_outdated()

    def _tell_outdated(self) -> None:
        """Grey the text that is prepared while another file is shown."""
        prepared, path = self._prepared, self._path
        is_other = (
            path is not None
            and prepared is not None
            and path.absolute() != prepared.path.absolute()
        )
        self._session.set_unprepared(path if is_other else None)
        self._tab.show_outdated(prepared.path.name if is_other and prepared is not None else "")
        self._on_vocabulary_changed(self._tab.corpus_form.choices().vocabulary_size)
        self._tell_changed()

    def _close_other_run(self, corpus: "Corpus") -> None:
        """Let go of a kept run of another text: what is shown belongs together."""
        run, model = self._session.run, self._session.model
        if run is None or model is None or not self._session.is_model_safe:
            return
        if model.summary.digest != corpus.summary.digest:
            self._session.set_model(None)
            self._presenter.show_message(
                f"The run of {model.summary.name} is kept: File > Runs… opens it again."
            )

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        self._tab.show_idle()
        if self._is_inspecting:
            self._is_inspecting = False
            self._finish_inspecting(failure)
            return
        self._session.finish_run()
        self._finish_preparing(failure)

    def _finish_inspecting(self, failure: TaskFailure | None) -> None:
        if self._must_inspect_again:
            self._start_inspecting()
            return
        is_quiet, self._is_quiet = self._is_quiet, False
        if self._preview is None:
            if not is_quiet:
                self._tell_unread(failure)
        elif self._prepares_at_once:
            self._prepares_at_once = False
            self._on_prepare_requested()
        elif self._path is not None and not is_quiet:
            self._settings.add_recent_file(self._path, *self._others_of(self._path))

    def _tell_unread(self, failure: TaskFailure | None) -> None:
        """Say why a file was not read; one that is shown already stays as it is."""
        candidate, self._candidate = self._candidate, None
        name = self._file_name if candidate is None else candidate.name
        if candidate is None:
            self._got_preview = False
            self._tab.show_no_preview()
        if failure is None:
            self._presenter.show_message(f"Reading {name} was cancelled.")
            return
        action = None
        # `Path.is_file` raises where a name is too long.
        if candidate is not None and os.path.isfile(candidate):  # noqa: PTH113
            action = MessageAction(
                text="Choose how it is read",
                tip=f"Show {name} in place of {self._file_name}, to choose encoding and columns",
                run=partial(self._insist_on, candidate),
            )
        self._presenter.show_failure(failure, f"Reading {name}", action)

    def _insist_on(self, path: Path) -> None:
        """Show a file that cannot be read as it is, so that its options can be changed."""
        if self._can_open():
            self._show_file(path)
            self._tab.show_no_preview()
            self._tell_outdated()

    def _finish_preparing(self, failure: TaskFailure | None) -> None:
        goes_on, self._goes_on = self._goes_on, False
        if failure is not None:
            self._presenter.show_failure(failure, f"Preparing {self._file_name}")
        elif not self._got_corpus:
            self._presenter.show_message("The preparation was cancelled. Nothing was changed.")
        else:
            self._tell_outdated()
            if self._notices:
                self._show_notices()
            if goes_on:
                self._tab.prepare_panel.train_requested.emit()

    def _show_notices(self) -> None:
        shown = self._notices[:MOST_NOTICES]
        corpus = self._session.corpus
        is_in_tab = corpus is not None and bool(open_quote_text(corpus.problems))
        is_warning = any(notice.severity == "warning" for notice in shown) and not is_in_tab
        text = " ".join(notice.text for notice in shown)
        self._presenter.show_message(text, "warning" if is_warning else "info")

    @property
    def _file_name(self) -> str:
        return self._path.name if self._path is not None else "the file"

    @Slot(object)
    def _on_corpus_changed(self, corpus: "Corpus | None") -> None:
        prepared = self._prepared
        if corpus is None or prepared is None:
            self._tab.show_no_corpus()
            return
        self._tab.show_corpus(corpus)
        is_own = self._session.run_state is RunState.PREPARING
        if not is_own and not self._runner.is_busy:
            self._show_prepared(prepared)
        self._on_vocabulary_changed(self._tab.corpus_form.choices().vocabulary_size)

    @Slot(object)
    def _on_run_state_changed(self, state: RunState) -> None:
        self._tab.show_commands(enabled_commands(state))

    def _connect_signals(self) -> None:
        tab = self._tab
        tab.file_panel.open_requested.connect(self.ask_and_open)
        tab.file_panel.open_folder_requested.connect(self.ask_and_open_folder)
        tab.file_panel.sample_requested.connect(self.open_sample)
        tab.csv_form.reading_changed.connect(self._on_reading_changed)
        tab.prepare_panel.prepare_requested.connect(self._on_prepare_requested)
        tab.prepare_panel.cancel_requested.connect(self._on_cancel_requested)
        tab.outdated_strip.accepted.connect(self._on_back_requested)
        tab.corpus_page.plain_quotes_requested.connect(self._on_plain_quotes_requested)
        tab.corpus_form.vocabulary_changed.connect(self._on_vocabulary_changed)
        for changed in (
            tab.corpus_form.changed,
            tab.csv_form.columns_changed,
            tab.csv_form.policy_changed,
            tab.words_page.tokenizer_changed,
        ):
            changed.connect(self._tell_changed)
        tab.vocabulary_page.use_requested.connect(self._on_use_requested)
        self._session.corpus_changed.connect(self._on_corpus_changed)
        self._session.run_state_changed.connect(self._on_run_state_changed)


def looked_at(
    jobs: Jobs, paths: Sequence[Path], shown: int, config: CsvConfig, control: RunControl
) -> Iterator[TextSize | CsvInspected]:
    """Tell how large a file is, and look at its first rows or at those of one of several."""
    is_folder = os.path.isdir(paths[0])  # noqa: PTH112 - pathlib's raises where a name is too long
    if len(paths) > 1 or is_folder:
        yield from inspected(partial(jobs.inspect_several, paths, shown, config, control))
        return
    size = size_of_text(paths[0])
    if size is not None:
        yield size
    yield from inspected(partial(jobs.inspect, paths[0], config, control))
