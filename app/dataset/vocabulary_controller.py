"""Work out, for the vocabulary page, what each size costs, and measure an epoch's time.

The counting starts when the page is first shown for a text. Both run in a worker of
their own and change neither the session's corpus nor its model. The functions at the end say what
came out, in words and figures.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.dataset.corpus.figure_grid import Figure
from app.dataset.corpus.vocabulary_page import smallest_offered
from app.dataset.tab import DatasetTab
from app.errors import TaskFailure
from app.jobs import TrainingChoices
from app.session import Command, enabled_commands
from app.shared.formatting import counted, format_count, format_duration, format_percent
from app.shared.plots import logarithmic_steps
from app.tasks.controller import Surroundings, TaskController
from app.tasks.task_runner import TaskRunner
from engine import (
    EpochEstimated,
    ModelConfig,
    Notice,
    RunControl,
    StageProgress,
    TrainConfig,
    settle_model,
)

if TYPE_CHECKING:
    from engine import Corpus, EpochEstimate, VocabularyBudget, VocabularyCost

TABLE_FROM = 500  # words

ADVISED_SHARE = 0.05  # of the words that an advised vocabulary may leave out
CURVE_POINTS = 120
_RECIPES = {"fast": "the fast recipe", "tutorial": "the tutorial's recipe"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetCounted:
    """What each vocabulary size leaves out was counted."""

    budget: "VocabularyBudget"
    text: object  # what it was counted on, see `VocabularyController._text`


class VocabularyController(TaskController):
    """Connect the vocabulary page with the corpus and with the engine's measuring."""

    def __init__(
        self,
        tab: DatasetTab,
        runner: TaskRunner,
        around: Surroundings,
        *,
        choices: Callable[[], TrainingChoices | None],
    ) -> None:
        super().__init__(runner, around)
        self._tab, self._page = tab, tab.vocabulary_page
        self._choices = choices
        self._budget: VocabularyBudget | None = None
        self._budget_of: object = None  # the text that it was counted on
        self._estimate: EpochEstimate | None = None
        self._estimate_of: object = None  # the text and the settings that it was measured with
        self._is_measuring = False
        self._connect_signals()
        self._refresh()

    def _form_settings(self) -> tuple[ModelConfig, TrainConfig]:
        """Return what the training form says, or the defaults where it has mistakes."""
        choices, corpus = self._choices(), self._session.corpus
        if choices is None:
            return ModelConfig(), TrainConfig()
        model, train = choices.model, choices.train
        if corpus is not None:
            of_text = corpus.summary.training_words, corpus.summary.vocabulary_size
            model = settle_model(model, train.recipe, *of_text)
        return model, train

    def _text(self) -> object:
        """Return what tells the corpus's text from others, whatever its vocabulary."""
        if self._session.corpus is None:
            return None
        summary = self._session.corpus.summary
        counted_in = summary.min_count, summary.counted, summary.validation_documents
        text = summary.digest, summary.columns, summary.documents, summary.words
        return text, summary.tokenizer, counted_in

    def _measured_with(self) -> object:
        """Return all that the time of an epoch depends on but for the vocabulary size."""
        model, train = self._form_settings()
        sizes = (model.hidden_dim, model.bptt_truncate, model.dtype, model.device)
        return self._text(), sizes, train.recipe, train.batch_size, train.allow_tf32

    def _count_if_needed(self) -> None:
        """Count on the present text, once it is looked at."""
        corpus = self._session.corpus
        if corpus is None or not self._page.isVisible() or self._budget_of == self._text():
            return
        if self._runner.is_busy:
            self._runner.stop()  # what follows starts again when that has ended
            return
        self._budget = None
        self._page.show_status("Counting words…")
        self._runner.start(partial(_counted, corpus, self._text()), RunControl())

    @Slot()
    def _on_measure_requested(self) -> None:
        corpus = self._session.corpus
        if corpus is None or self._runner.is_busy:
            return
        control = RunControl()
        model, train = self._form_settings()
        self._is_measuring, self._estimate = True, None
        self._estimate_of = self._measured_with()
        self._page.show_status("Loading PyTorch…")
        self._runner.start(
            partial(self._jobs.estimate_epoch, corpus, model, train, control), control
        )
        self._refresh()

    @Slot()
    def _on_stop_requested(self) -> None:
        self._runner.stop()

    @Slot(object)
    def _on_runner_event_ready(self, event: object) -> None:
        match event:
            case BudgetCounted(budget=budget, text=text):
                self._budget, self._budget_of = budget, text
            case StageProgress(stage=stage):
                self._page.show_status(f"{stage}…")
            case EpochEstimated(estimate=estimate):
                self._estimate = estimate
            case Notice(text=notice, severity=severity):
                self._presenter.show_message(notice, severity)
            case _:
                raise TypeError(f"a measuring does not report {type(event).__name__}")

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        was_measuring, self._is_measuring = self._is_measuring, False
        if failure is not None:
            doing = "Measuring an epoch" if was_measuring else "Counting words"
            self._presenter.show_failure(failure, doing)
            self._budget_of = self._text()  # not again by itself
        self._count_if_needed()
        self._refresh()

    def _refresh(self) -> None:
        """Show everything anew."""
        self._offer()
        if self._counted_budget() is not None:
            self._show_sizes()
            self._show_chosen()

    def _counted_budget(self) -> "VocabularyBudget | None":
        """Return what was counted, if it is of the present text."""
        return self._budget if self._budget_of == self._text() else None

    def _offer(self) -> None:
        """Enable what can be asked for now."""
        is_busy, is_counted = self._runner.is_busy, self._counted_budget() is not None
        commands = enabled_commands(self._session.run_state)
        self._page.show_running(is_running=self._is_measuring)
        self._page.set_offered(
            can_choose=is_counted,
            can_use=is_counted and Command.PREPARE in commands and not self._is_in_use(),
            can_measure=self._is_measuring
            or (is_counted and Command.CHECK in commands and not is_busy),
        )

    def _show_sizes(self) -> None:
        """Show the curves and the table."""
        budget = self._counted_budget()
        if budget is None:
            return
        model, _ = self._form_settings()
        smallest = smallest_offered(budget.largest_size)
        curve = logarithmic_steps(smallest, budget.largest_size, CURVE_POINTS)
        self._page.show_sizes([budget.at(size, model.units) for size in curve], advice_text(budget))
        costs = [budget.at(size, model.units) for size in budget.sizes(TABLE_FROM)]
        self._page.show_rows(
            [
                (cost.vocabulary_size, cost_cells(cost, self._seconds(cost.vocabulary_size)))
                for cost in costs
            ]
        )
        if not self._runner.is_busy:
            self._page.show_status(estimate_text(self._valid_estimate()))

    def _show_chosen(self) -> None:
        """Show the chosen size."""
        budget = self._counted_budget()
        if budget is None:
            return
        model, train = self._form_settings()
        cost = budget.at(self._tab.corpus_form.choices().vocabulary_size, model.units)
        figures = cost_figures(cost, self._seconds(cost.vocabulary_size))
        note = note_text(model, train, is_in_use=self._is_in_use())
        self._page.show_chosen(cost, figures, note)

    def _is_in_use(self) -> bool:
        """Whether the corpus already has the chosen size."""
        corpus, budget = self._session.corpus, self._counted_budget()
        if corpus is None or budget is None:
            return False
        wanted = min(self._tab.corpus_form.choices().vocabulary_size, budget.largest_size)
        return wanted == corpus.summary.vocabulary_size

    def _valid_estimate(self) -> "EpochEstimate | None":
        return self._estimate if self._estimate_of == self._measured_with() else None

    def _seconds(self, size: int) -> float | None:
        estimate = self._valid_estimate()
        return None if estimate is None else estimate.seconds_at(size)

    @Slot()
    def _on_page_shown(self) -> None:
        self._count_if_needed()
        self._refresh()

    @Slot(int)
    def _on_vocabulary_changed(self, size: int) -> None:
        if self._page.isVisible():
            self._offer()
            self._show_chosen()

    @Slot(object)
    def _on_corpus_changed(self, corpus: object) -> None:
        self._count_if_needed()
        if self._page.isVisible():
            self._refresh()

    @Slot(object)
    def _on_run_state_changed(self, state: object) -> None:
        if self._is_measuring and Command.CHECK not in enabled_commands(self._session.run_state):
            self._runner.stop()  # it would slow the training down
        if self._page.isVisible():
            self._refresh()

    def _connect_signals(self) -> None:
        self._page.shown.connect(self._on_page_shown)
        self._page.measure_requested.connect(self._on_measure_requested)
        self._page.stop_requested.connect(self._on_stop_requested)
        self._tab.corpus_form.vocabulary_changed.connect(self._on_vocabulary_changed)
        self._session.corpus_changed.connect(self._on_corpus_changed)
        self._session.run_state_changed.connect(self._on_run_state_changed)


def _counted(corpus: "Corpus", text: object) -> Iterator[BudgetCounted]:
    yield BudgetCounted(budget=corpus.vocabulary_budget(), text=text)


def epoch_text(seconds: float | None) -> str:
    """Return the time of an epoch, short ones with a decimal."""
    if seconds is None or seconds >= 10.0:
        return format_duration(seconds)
    return f"{seconds:.1f} s" if seconds >= 0.1 else "< 0.1 s"


def cost_figures(cost: "VocabularyCost", seconds: float | None) -> tuple[Figure, ...]:
    """Return the figures of one vocabulary size in reading order."""
    return (
        Figure(
            name="vocabulary",
            value=format_count(cost.vocabulary_size),
            meaning="Words that the network knows, including the three special tokens",
            role="vocabulary_size",
            term="Vocabulary",
        ),
        Figure(
            name="unknown words",
            value=format_percent(cost.unknown_share),
            meaning="Share of all words that the network would read as UNKNOWN_TOKEN",
            role="unknown_share",
            term="Unknown words",
        ),
        Figure(
            name="sentences touched",
            value=format_percent(cost.touched_share),
            meaning="Share of the sentences with at least one unknown word",
            role="touched_share",
            term="Unknown words",
        ),
        Figure(
            name="parameters",
            value=format_count(cost.parameters),
            meaning="Numbers that the network learns: 2 × hidden size × vocabulary "
            "+ hidden size squared",
            role="parameters",
            term="Hidden size",
        ),
        Figure(
            name="one epoch",
            value=epoch_text(seconds),
            meaning="About how long one pass over the text takes on this machine"
            + ("" if seconds is not None else ": not measured yet"),
            role="epoch_time",
            term="Epoch",
        ),
    )


def cost_cells(cost: "VocabularyCost", seconds: float | None) -> tuple[str, ...]:
    """Return the row of one vocabulary size."""
    return tuple(figure.value for figure in cost_figures(cost, seconds))


def note_text(model: ModelConfig, train: TrainConfig, *, is_in_use: bool) -> str:
    """Tell with which settings the costs were worked out, and whether the size is in use."""
    recipe = _RECIPES.get(train.recipe, train.recipe)
    use = " The prepared text has this size." if is_in_use else ""
    units = counted(model.units, "hidden unit")
    return f"With {units} and {recipe}, as on the Training tab.{use}"


def advice_text(budget: "VocabularyBudget") -> str:
    """Name the vocabulary that knows nearly all of the text."""
    rare = budget.different_words - budget.most_known
    at_most = 1.0 - budget.at(budget.largest_size, 1).unknown_share
    if at_most < 1.0 - ADVISED_SHARE:
        return (
            f"At most {at_most:.1%} of the text can be known: {counted(rare, 'word')} of its "
            f"{counted(budget.different_words, 'different word')} occur too rarely in the training "
            "part (Known from, on the left)."
        ).replace("%", " %")
    size = budget.smallest_size(ADVISED_SHARE)
    rounded = min(math.ceil(size / 100) * 100 if size > 1000 else size, budget.largest_size)
    return (
        f"{format_count(rounded)} words are enough to know {1.0 - ADVISED_SHARE:.0%} of the text; "
        f"it has {counted(budget.different_words, 'different word')}."
    ).replace("%", " %")


def estimate_text(estimate: "EpochEstimate | None") -> str:
    """Tell how the time of an epoch was found."""
    if estimate is None:
        return ""
    *others, last = (format_count(size) for size in estimate.sizes)
    sizes = f"{', '.join(others)} and {last}" if others else last
    return (
        f"Measured on {estimate.device} with {sizes} words: {counted(estimate.steps, 'step')} "
        f"of {counted(estimate.batch_size, 'sentence')} per epoch."
    )
