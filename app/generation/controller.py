"""Draw sentences from the model that is shown when the user asks: the newest, or an earlier one.

The model is taken at the press of the button: training may publish newer ones
meanwhile, and the batch's title says which one was used.
"""

import dataclasses
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.errors import TaskFailure
from app.generation.presets import Preset, presets_as_texts, presets_from_texts
from app.generation.records import Batch, BatchState, given_words
from app.generation.tab import GenerationTab
from app.generation.writing.export import ask_sentences_path, sentences_as
from app.session import Session
from app.shared.formatting import counted
from app.tasks.controller import Surroundings, TaskController
from app.tasks.task_runner import TaskRunner
from engine import Notice, RunControl, SampleConfig, SentenceGenerated, SentenceGrowing

if TYPE_CHECKING:
    from engine import LanguageModel


def model_epoch(model: "LanguageModel") -> str:
    """Name a snapshot briefly, such as "epoch 2.4", and say if it does not predict alone."""
    mixture = model.mixture
    beside = "" if mixture is None else f", mixed with {mixture.table.name}"
    return f"epoch {round(model.epoch, 1):g}{beside}"


def model_moment(model: "LanguageModel") -> str:
    """Name a snapshot exactly, such as "epoch 2.4, step 1,204"."""
    return f"{model_epoch(model)}, step {model.step:,}"


def model_title(model: "LanguageModel") -> str:
    """Name a snapshot fully: what it learned from, its size, how far it is."""
    return f"{model.title}, step {model.step:,}"


def model_origin(session: Session) -> str:
    """Return which run or file the session's model comes from; "" if nothing tells."""
    run = session.run
    if run is None:
        return session.model_path.name if session.model_path is not None else ""
    clock = run.run_id.partition("-")[2][:6]  # an id begins with the run's day and time
    when = f"{clock[:2]}:{clock[2:4]}:{clock[4:]}" if clock.isdecimal() else ""
    return ", ".join(part for part in (run.name, when) if part)


class GenerationController(TaskController):
    """Connect the upper half of the generation tab with the engine's sampler."""

    def __init__(self, tab: GenerationTab, runner: TaskRunner, around: Surroundings) -> None:
        super().__init__(runner, around)
        self._tab, self._panel = tab, tab.generate_panel
        self._ask_save_path = self._jobs.ask_sentences_path or ask_sentences_path
        self._batch: Batch | None = None  # of the running job
        self._end_state: BatchState = "ended"
        self._continues = False  # whether a word was chosen, and its sentence is to be looked at
        self._language = ""  # of the model that was shown last
        self._connect_signals()
        settings = self._settings.settings
        self._panel.show_settings(settings.sample)
        self._panel.form.show_own_presets(presets_from_texts(settings.presets))
        self._show_model()

    def _connect_signals(self) -> None:
        self._panel.generate_requested.connect(self._on_generate_requested)
        self._panel.stop_requested.connect(self._on_stop_requested)
        self._tab.score_panel.continue_requested.connect(self._on_continue_requested)
        self._panel.save_requested.connect(self._on_save_requested)
        self._panel.settings_changed.connect(self._on_settings_changed)
        self._panel.form.own_presets_changed.connect(self._on_own_presets_changed)
        self._session.shown_model_changed.connect(self._show_model)
        self._session.run_state_changed.connect(self._show_model)
        self._session.reopening_changed.connect(self._show_model)

    @Slot()
    def _show_model(self) -> None:
        model = self._session.shown_model
        if model is None:
            self._tab.show_model(None, "")
            if self._session.is_reopening:
                self._tab.show_opening()
            return
        self._forget_another_language(model.reading.config.language)
        text = f"Model: {model_title(model)}."
        if self._session.is_looking_back:
            text = f"Looking back at: {model_title(model)}."
        elif self._session.run_state.is_training:
            text += " It is still learning; each new snapshot is used as it comes."
        self._tab.show_model(text, model.description)

    def _forget_another_language(self, language: str) -> None:
        """Take words to begin with away where the model before had another language."""
        if language and self._language and language != self._language:
            self._panel.clear_start()
        self._language = language or self._language

    @Slot(object)
    def _on_settings_changed(self, config: SampleConfig) -> None:
        self._settings.update(sample=config)

    @Slot(object)
    def _on_own_presets_changed(self, presets: tuple[Preset, ...]) -> None:
        self._settings.update(presets=presets_as_texts(presets))

    @Slot(object)
    def _on_generate_requested(self, config: SampleConfig) -> None:
        self._start(config)

    @Slot(object)
    def _on_continue_requested(self, words: tuple[str, ...]) -> None:
        """Write one sentence that begins with these words, the last of which was chosen."""
        settings = self._panel.settings()
        config = dataclasses.replace(
            settings,
            count=1,
            start=words,
            max_length=max(settings.max_length, len(words)),
            ladder=(),
            beams=0,
            seed=None,
        )
        self._start(config, continues=True)

    def _start(self, config: SampleConfig, *, continues: bool = False) -> None:
        model = self._session.shown_model
        if self._runner.is_busy:
            self._presenter.show_message(
                "Other sentences are being written: wait until they are done, or stop them with "
                "Esc.",
                "info",
            )
            return
        if model is None:
            return
        self._presenter.clear()
        self._end_state = "ended"
        self._continues = continues
        self._batch = Batch(
            config=config,
            model=model_moment(model),
            origin=model_origin(self._session),
            seed=config.seed,
        )
        self._panel.show_batch(self._batch)
        self._panel.show_generating(is_generating=True)
        control = RunControl()
        self._runner.start(partial(self._jobs.generate, model, config, control), control)

    @Slot()
    def _on_stop_requested(self) -> None:
        self._end_state = "stopped"
        self._panel.show_stopping()
        self._runner.stop()

    @Slot(object)
    def _on_runner_event_ready(self, event: object) -> None:
        match event:
            case SentenceGenerated():
                self._show_sentence(event)
            case SentenceGrowing():
                self._panel.sentences.show_growing(event)
            case Notice(unknown_words=words) if words:
                pass  # the line where they are typed says so
            case Notice(text=text, severity=severity):
                self._presenter.show_message(text, severity)
            case _:
                pass  # the sampler has no other events

    def _show_sentence(self, event: SentenceGenerated) -> None:
        if self._batch is None:
            return
        is_first = self._batch.done == 0
        self._batch = dataclasses.replace(self._batch, done=self._batch.done + 1, seed=event.seed)
        self._panel.sentences.append_sentence(event)
        if self._continues:
            self._tab.score_panel.look_at(event.text, event.started_with - 1, given_words(event))
        if is_first:
            self._panel.update_batch(self._batch)  # the seed is known now

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        if self._batch is not None:
            state: BatchState = "failed" if failure is not None else self._end_state
            self._panel.update_batch(dataclasses.replace(self._batch, state=state))
            self._batch = None
        self._panel.show_generating(is_generating=False)
        if failure is not None:
            self._presenter.show_failure(failure, "Generating sentences")

    @Slot()
    def _on_save_requested(self) -> None:
        records = self._panel.sentences.records()
        folder = self._settings.settings.last_folder
        path = self._ask_save_path(Path(folder) / "sentences.txt")
        if path is None or not records:
            return
        done = f"{_sentences(len(records))} in {path}."
        self._presenter.export(path, sentences_as(path.suffix, records), "The sentences", done)


def _sentences(count: int) -> str:
    return f"{counted(count, 'sentence')} {'is' if count == 1 else 'are'}"
