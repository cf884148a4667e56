"""Count, for each new corpus, what its held-out text costs without a network.

It is done in a worker of its own, beside whatever else goes on; a corpus that is replaced meanwhile
ends it. What came out is shown by `RunFollower`, and is in every model that is trained then.
"""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from app.errors import TaskFailure
from app.tasks.controller import Surroundings, TaskController
from app.tasks.task_runner import TaskRunner
from engine import ReferencesCounted, RunControl

if TYPE_CHECKING:
    from engine import Corpus


class ReferencesController(TaskController):
    """Keep the references of the session's corpus counted.

    Signals
    -------
    counted(object)
        The corpus whose references are known now.
    """

    counted = Signal(object)

    def __init__(self, runner: TaskRunner, around: Surroundings) -> None:
        super().__init__(runner, around)
        self._under_way: Corpus | None = None
        self._session.corpus_changed.connect(self._on_session_corpus_changed)

    @Slot(object)
    def _on_session_corpus_changed(self, corpus: "Corpus | None") -> None:
        if self._runner.is_busy:
            self._runner.stop()  # the present corpus follows when that has ended
            return
        self._under_way = corpus
        if corpus is not None:
            control = RunControl()
            self._runner.start(partial(self._jobs.count_references, corpus, control), control)

    @Slot(object)
    def _on_runner_event_ready(self, event: object) -> None:
        if isinstance(event, ReferencesCounted) and self._under_way is self._session.corpus:
            self.counted.emit(self._under_way)

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        if failure is not None:
            self._presenter.show_failure(failure, "Counting word sequences")
        if self._under_way is not self._session.corpus:
            self._on_session_corpus_changed(self._session.corpus)
