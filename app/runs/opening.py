"""Open a kept run with everything of it: model, text, settings, curve, name and sentences.

The one way in for the list of runs, the start page, the recovery and the last session.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.errors import Message, MessageAction
from app.jobs import Jobs, is_same_corpus
from app.protocols import Which
from app.session import Command, CurrentRun, enabled_commands
from app.tasks.controller import Controller, Surroundings
from app.tasks.work_queue import WorkQueue
from engine import CorpusConfig, RunControl

if TYPE_CHECKING:
    from engine import Corpus, LanguageModel, RunInfo

CONVERGED = "converged"  # in the message of a run that ended so


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRun:
    """A run and all that belongs to it; `corpus` is None where its prepared text is gone."""

    info: "RunInfo"
    model: "LanguageModel"
    corpus: "Corpus | None"
    sentences: dict[str, object]


class RunOpener(Controller):
    """Bring a run into the session.

    Signals
    -------
    opened(object)
        The `OpenedRun` that is in the session now.
    text_wanted(object)
        The text of the run is to be prepared again: its `CorpusConfig`.
    """

    opened = Signal(object)
    text_wanted = Signal(object)

    def __init__(self, queue: WorkQueue, around: Surroundings) -> None:
        super().__init__(around)
        self._queue = queue

    def open(
        self,
        run: "RunInfo",
        which: Which = "last",
        *,
        is_recovered: bool = False,
        doing: str = "",
        then: Callable[[OpenedRun | None], None] | None = None,
    ) -> None:
        """Read the run in the worker and take it; `then` gets None if that was not possible."""
        work = partial(read_run, self._jobs, run.run_id, which, self._present())
        take = partial(self._take, is_recovered=is_recovered, then=then)
        self._queue.do(doing or f"Opening {run.name}", work, take)

    def _present(self) -> "tuple[Corpus, CorpusConfig] | None":
        corpus, config = self._session.corpus, self._session.corpus_config
        return None if corpus is None or config is None else (corpus, config)

    def _take(
        self,
        opened: OpenedRun,
        *,
        is_recovered: bool,
        then: Callable[[OpenedRun | None], None] | None,
    ) -> None:
        info, session = opened.info, self._session
        if Command.OPEN_MODEL not in enabled_commands(session.run_state):
            self._presenter.show_message(
                f"{info.name} was not opened, because another job began meanwhile.", "warning"
            )
            if then is not None:
                then(None)
            return
        run = CurrentRun(
            run_id=info.run_id,
            name=info.name,
            saved_step=opened.model.step,
            is_recovered=is_recovered,
            has_converged=CONVERGED in info.message,
            next_rate=info.next_rate,
        )
        session.set_model(opened.model, run=run)
        session.set_corpus(opened.corpus, None if opened.corpus is None else info.corpus_config)
        if opened.corpus is None and info.corpus_config is not None:
            self._ask_for_text(info, info.corpus_config)
        self.opened.emit(opened)
        if then is not None:
            then(opened)

    def _ask_for_text(self, info: "RunInfo", config: CorpusConfig) -> None:
        """Ask without holding anybody up: sentences can be drawn and scored without the text."""
        self._presenter.message_requested.emit(
            Message(
                kind="warning",
                text=f"The prepared text of {info.corpus_name} is not kept any more.",
                advice="The model writes and scores without it. Prepare the text again to see it "
                "and to train further.",
                action=MessageAction(
                    text="Prepare it again",
                    tip=f"Read {config.path} with the settings of this run",
                    run=partial(self.text_wanted.emit, config),
                ),
            )
        )


def read_run(
    jobs: Jobs, run_id: str, which: Which, present: "tuple[Corpus, CorpusConfig] | None"
) -> OpenedRun:
    """Read all of a run; called in the worker. `present` is taken if it is the run's text."""
    model = jobs.runs.open_model(run_id, which)
    info = jobs.runs.info(run_id)
    config, corpus = info.corpus_config, None
    if config is not None:
        if present is not None and is_same_corpus(present[1], config):
            is_same_content = present[0].summary.digest == info.text_digest
            corpus = present[0] if is_same_content else None
        if corpus is None:
            corpus = jobs.open_prepared(config, info.text_digest, RunControl())
    return OpenedRun(info=info, model=model, corpus=corpus, sentences=jobs.runs.sentences(run_id))
