"""Sentences on request: the first of a file as they will be cut, and those of a corpus with a word.

Both take a moment on a large text, so that they are jobs; a newer request takes the place of
the one that waits.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.dataset.corpus.page import SentenceQuery
from app.dataset.tab import DatasetTab
from app.errors import TaskFailure
from app.jobs import Jobs
from app.tasks.controller import Surroundings, TaskController
from app.tasks.task_runner import TaskRunner
from engine import RunControl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine import Corpus, TokenizerConfig, WordsPreview


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsPreviewed:
    """The first sentences of the file were cut."""

    preview: "WordsPreview"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentencesFound:
    """The sentences of a corpus that a query names."""

    corpus: "Corpus"
    query: SentenceQuery
    numbers: "Sequence[int]"


class SentencesController(TaskController):
    """Answer what the dataset tab asks about sentences."""

    def __init__(self, tab: DatasetTab, runner: TaskRunner, around: Surroundings) -> None:
        super().__init__(runner, around)
        self._tab = tab
        self._waiting: dict[str, Callable[[RunControl], Iterator[object]]] = {}
        tab.words_requested.connect(self._on_words_requested)
        tab.corpus_page.search_requested.connect(self._on_search_requested)

    @Slot()
    def _on_words_requested(self) -> None:
        texts, tokenizer = self._tab.preview_page.texts(), self._tab.words_page.tokenizer()
        self._ask("words", partial(_previewed, self._jobs, texts, tokenizer))

    @Slot(object)
    def _on_search_requested(self, query: SentenceQuery) -> None:
        corpus = self._session.corpus
        if corpus is not None:
            self._ask("search", partial(_found, self._jobs, corpus, query))

    def _ask(self, kind: str, job: Callable[[RunControl], Iterator[object]]) -> None:
        self._waiting[kind] = job
        if self._runner.is_busy:
            return
        self._start_next()

    def _start_next(self) -> None:
        for kind in list(self._waiting):
            control = RunControl()
            self._runner.start(partial(self._waiting.pop(kind), control), control)
            return

    @Slot(object)
    def _on_runner_event_ready(self, event: object) -> None:
        match event:
            case WordsPreviewed(preview=preview):
                self._tab.show_words(preview)
            case SentencesFound(corpus=corpus, query=query, numbers=numbers):
                if corpus is self._session.corpus:
                    self._tab.corpus_page.show_found(corpus, query, numbers)
            case _:
                raise TypeError(f"a look at sentences does not report {type(event).__name__}")

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        if failure is not None:
            self._presenter.show_failure(failure, "Looking at the sentences")
        self._start_next()


def _previewed(
    jobs: Jobs, texts: "Sequence[str]", tokenizer: "TokenizerConfig", _control: RunControl
) -> Iterator[WordsPreviewed]:
    yield WordsPreviewed(preview=jobs.preview_words(texts, tokenizer))


def _found(
    jobs: Jobs, corpus: "Corpus", query: SentenceQuery, control: RunControl
) -> Iterator[SentencesFound]:
    numbers = jobs.find_sentences(
        corpus,
        query.text,
        only_unknown=query.only_unknown,
        only_held_out=query.only_held_out,
        control=control,
    )
    if numbers is not None:
        yield SentencesFound(corpus=corpus, query=query, numbers=numbers)
