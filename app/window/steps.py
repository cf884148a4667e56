"""The keys of the window: which step each means in the tab that is in front, and what it undoes.

One action a key, whatever has the focus; what a step does is the affair of its tab.
"""

from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QLineEdit, QPushButton

from app.dataset.tab import DatasetTab
from app.errors import Message
from app.generation.tab import GenerationTab
from app.session import RunState, Session
from app.shared.formatting import counted
from app.tasks.runners import Runners
from app.training.tab import TrainingTab
from app.window.controller import DATASET_TAB, GENERATION_TAB, TRAINING_TAB
from app.window.undo import UndoList

if TYPE_CHECKING:
    from app.window.main_window import MainWindow

_EXPORTS = {
    DATASET_TAB: "dataset.save_problems_button",
    TRAINING_TAB: "training.export_plot_button",
    GENERATION_TAB: "generation.save_button",
}
_FIELDS = {DATASET_TAB: "dataset.search_edit", GENERATION_TAB: "generation.search_edit"}
ARMED_MS = 4000  # in which a second Esc stops a training
_RUNNING = (RunState.TRAINING, RunState.PAUSED)


class Steps(QObject):
    """Connect the Run menu with the tabs."""

    def __init__(
        self,
        window: "MainWindow",
        session: Session,
        runners: Runners,
        undo: UndoList,
        *,
        dataset: DatasetTab,
        training: TrainingTab,
        generation: GenerationTab,
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._undo = window, session, undo
        self._dataset, self._training, self._generation = dataset, training, generation
        self._armed = QTimer(self)
        self._armed.setSingleShot(True)
        self._armed.setInterval(ARMED_MS)
        self._connect_menu()
        self._connect_undo()
        self._stoppable = (  # by tab
            (runners.dataset,),
            (runners.training,),
            (runners.generation, runners.replacement),
        )
        for runner in chain.from_iterable(self._stoppable):
            runner.busy_changed.connect(self._offer)
        window.tab_changed.connect(self._offer)
        session.run_state_changed.connect(self._offer)
        self._offer()

    def _connect_menu(self) -> None:
        menu = self._window.run_menu
        menu.next.triggered.connect(self._on_next_triggered)
        menu.pause.triggered.connect(self._training.buttons.press_pause)
        menu.stop.triggered.connect(self._on_stop_triggered)
        menu.undo.triggered.connect(self._undo.undo)
        menu.redo.triggered.connect(self._undo.redo)
        menu.sentence.triggered.connect(self._on_sentence_triggered)
        menu.export.triggered.connect(self._on_export_triggered)
        menu.find_text.triggered.connect(self._on_find_triggered)
        self._undo.changed.connect(menu.show_undo)

    def _connect_undo(self) -> None:
        panel, scores = self._generation.generate_panel, self._generation.score_panel
        panel.cleared.connect(self._on_sentences_cleared)
        scores.removed.connect(self._on_compared_removed)
        scores.replaced.connect(self._on_sentence_replaced)

    @Slot()
    def _offer(self) -> None:
        runners = self._stoppable[self._window.current_tab]
        self._window.run_menu.show_commands(
            can_pause=self._session.run_state in _RUNNING,
            can_stop=any(runner.is_busy for runner in runners),
        )

    @Slot()
    def _on_next_triggered(self) -> None:
        if self._window.is_home:
            self._window.home.press_bright()
            return
        if self._window.take_problem_step():
            return
        steps: dict[int, Callable[[], None]] = {
            DATASET_TAB: self._dataset.press_bright,
            TRAINING_TAB: self._training.buttons.press_bright,
            GENERATION_TAB: self._generation.generate_panel.request_generate,
        }
        steps[self._window.current_tab]()

    @Slot()
    def _on_stop_triggered(self) -> None:
        if self._window.is_home:
            return  # what runs is not seen
        match self._window.current_tab:
            case 0:
                self._dataset.press_cancel()
            case 1 if self._armed.isActive():
                self._armed.stop()
                self._window.clear_messages("")
                self._training.buttons.press_stop()
            case 1:
                self._armed.start()
                text = "Press Esc again to stop the training."
                self._window.show_message(Message(kind="info", text=text))
            case _:
                self._generation.generate_panel.request_stop()
                self._generation.score_panel.better_word.request_stop()

    @Slot()
    def _on_sentence_triggered(self) -> None:
        self._window.show_tab(GENERATION_TAB)
        self._generation.score_panel.focus_line()

    @Slot()
    def _on_export_triggered(self) -> None:
        """Press the button that writes a file of what the tab shows."""
        name = _EXPORTS[self._window.current_tab]
        button = self._window.findChild(QPushButton, name)
        if not self._window.is_home and button is not None and button.isEnabled():
            button.click()

    @Slot()
    def _on_find_triggered(self) -> None:
        """Go to the field that searches in the tab."""
        if self._window.is_home:
            return
        if self._window.current_tab == TRAINING_TAB:
            self._training.focus_search()
            return
        if self._window.current_tab == DATASET_TAB:
            self._dataset.show_sentences()
        field = self._window.findChild(QLineEdit, _FIELDS[self._window.current_tab])
        if field is not None and field.isEnabled():
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            field.selectAll()

    @Slot(object)
    def _on_sentences_cleared(self, records: list[object]) -> None:
        panel = self._generation.generate_panel

        def show(shown: list[object]) -> None:
            panel.show_records(shown)  # type: ignore[arg-type]
            panel.records_changed.emit()

        def back() -> None:
            show([*records, *panel.sentences.records()])

        def again() -> None:
            show([each for each in panel.sentences.records() if each not in records])

        self._undo.offer(f"{counted(len(records), 'sentence')} cleared.", back, again)

    @Slot(object)
    def _on_compared_removed(self, before: tuple[object, ...]) -> None:
        panel = self._generation.score_panel
        after = panel.compared
        text = f"{counted(len(before) - len(after), 'sentence')} removed from the comparison."
        back = partial(panel.show_compared, before)  # type: ignore[arg-type]
        self._undo.offer(text, back, partial(panel.show_compared, after))

    @Slot(str, bool)
    def _on_sentence_replaced(self, former: str, is_told: bool) -> None:  # noqa: FBT001 - a signal's
        panel = self._generation.score_panel
        back, again = partial(panel.restore_text, former), partial(panel.restore_text, panel.text)
        text = "Your typed sentence was replaced." if is_told else ""
        self._undo.offer(text, back, again)
