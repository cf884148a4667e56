"""What the training tab says about a corpus, a model, a loss and the events of a run.

Plain functions from records to sentences; they show nothing.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.session import REOPENING_TEXT, CurrentRun, RunState
from app.shared.formatting import (
    counted,
    format_count,
    format_duration,
    format_epoch,
    format_loss,
    format_percent,
    format_rate,
    format_speed,
)
from app.training.plot.loss_history import LossHistory
from app.training.plot.readings import describe_loss
from app.training.plot.reference_lines import Reference
from engine import SPECIAL_TOKENS, EpochDone, RateHalved, RunEnded, TrainingStarted

if TYPE_CHECKING:
    from engine import Corpus, CorpusSummary, LanguageModel, ReferenceLosses

SMALLEST_PART = 0.005  # of an epoch: less is none left

NO_CORPUS = "Prepare a text on the Dataset tab first."
_STATES = {
    RunState.IDLE: NO_CORPUS,
    RunState.PREPARING: "The text is being prepared…",
    RunState.READY: "Ready to train.",
    RunState.TRAINING: "Training…",
    RunState.PAUSED: "Paused. Everything is kept; generate sentences meanwhile if you like.",
    RunState.STOPPING: "Stopping…",
}
_ENDINGS = {
    "finished": "Training is finished",
    "stopped": "Training was stopped",
    "time limit": "Training ended at its time limit",
    "converged": "Training ended because the loss fell no further",
}

_SHORT_ENDINGS = {
    "finished": "Finished",
    "stopped": "Stopped",
    "time limit": "Ended at the time limit",
    "converged": "Ended because the loss fell no further",
}
_ONE_LINE = 0.1  # nats per word: lines that are closer hide each other's texts
TOO_EARLY = "Too early to say how it is going: the end of each epoch will tell."
ENDED_EARLY = "It ended before its first epoch was evaluated: too early to say how it went."
FAILED = "The training ended with a problem; the log says which."
DIVERGED = "Stopped: the learning rate is too high. The best parameters are kept."
DIVERGED_AT_ONCE = "Stopped: the learning rate is too high. Nothing was learned."
GO_ON = "Go on with a lower rate"
GO_ON_TIP = "Continue the run from its best parameters with the learning rate that is proposed"
START_AGAIN = "Start again with a lower rate"
START_AGAIN_TIP = "Begin the run anew with the learning rate that is proposed"


def describe_state(
    state: RunState,
    *,
    is_form_valid: bool,
    ending: str = "",
    unprepared: str = "",
    is_reopening: bool = False,
) -> str:
    """Return what is going on, how the last run ended, or what to do before training can start.

    `unprepared` is the name of a file that was chosen and is not prepared yet; `is_reopening` as
    long as the last run is on its way.
    """
    if is_reopening and state is RunState.IDLE:
        return REOPENING_TEXT
    if unprepared and state in (RunState.IDLE, RunState.READY):
        return f"Prepare {unprepared} first."
    if state is RunState.READY and not is_form_valid:
        return "Correct the marked setting first."
    return ending if state is RunState.READY and ending else _STATES[state]


def describe_ending(event: RunEnded) -> str:
    """Return how a run ended."""
    return f"{_SHORT_ENDINGS[event.reason]} after {_epochs(event)}."


def describe_divergence(model: "LanguageModel | None") -> str:
    """Return how a run ended whose learning rate was too high; `model` is what it kept."""
    return DIVERGED if _has_learned(model) else DIVERGED_AT_ONCE


def way_out_of_divergence(model: "LanguageModel | None") -> tuple[str, str]:
    """Return what the button of the step out of a divergence says, and its tip."""
    return (GO_ON, GO_ON_TIP) if _has_learned(model) else (START_AGAIN, START_AGAIN_TIP)


def _has_learned(model: "LanguageModel | None") -> bool:
    return model is not None and model.step > 0


def _epochs(event: RunEnded) -> str:
    return "1 epoch" if event.epoch == 1 else f"{format_epoch(event.epoch)} epochs"


def describe_empty_plot(
    state: RunState, *, is_form_valid: bool, unprepared: str = "", is_reopening: bool = False
) -> str:
    """Return what stands in place of the curves before the first run."""
    if state is RunState.READY and is_form_valid and not unprepared:
        return "Press “Start training”: the loss then appears here, live."
    return describe_state(
        state, is_form_valid=is_form_valid, unprepared=unprepared, is_reopening=is_reopening
    )


def describe_corpus(summary: "CorpusSummary | None") -> str:
    """Return which text the next run learns from."""
    if summary is None:
        return "No text is prepared yet."
    held_out = (
        format_percent(summary.validation_documents / summary.documents)
        if summary.documents and summary.validation_documents
        else "nothing"
    )
    return (
        f"{summary.name}: {counted(summary.sentences, 'sentence')}, "
        f"{format_count(summary.vocabulary_size - SPECIAL_TOKENS)} words known, {held_out} held out"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreTraining:
    """How the run that is shown can be trained further."""

    text: str  # of the button; "" where nothing can be trained further
    is_next: bool = True  # False: something else comes first, so that it does not stand out
    tip: str  # what will happen, or why it cannot
    is_possible: bool = True
    epochs: int | None = None  # of the whole run then; None: those that it was to have


NOTHING_MORE = MoreTraining(text="", tip="", is_possible=False)


def more_training(
    model: "LanguageModel | None", run: CurrentRun | None, corpus: "Corpus | None", wanted: int
) -> MoreTraining:
    """Return how to train the model further by `wanted` epochs, or by those still planned.

    Parameters
    ----------
    model : LanguageModel or None
        The one that is shown.
    run : CurrentRun or None
        Its run; None for a model from a file, which begins a new run.
    corpus : Corpus or None
        The prepared text.
    wanted : int
        Epochs; 0 for what is left of the plan, or as many again where that is done.
    """
    if model is None:
        return NOTHING_MORE
    planned = model.train_config.epochs
    left = planned - model.epoch
    if run is None:
        count = wanted or planned
        obstacle = obstacle_to_training_on(model, corpus)
        tip = "Begin a new run from this model: its optimiser starts afresh"
        return MoreTraining(
            text=f"Train {_more_epochs(count)}", tip=obstacle or tip, is_possible=not obstacle
        )
    if model.step == 0:
        tip = "Nothing was learned yet, so there is nothing to go on with: begin a new run"
        return MoreTraining(text=f"Train {_more_epochs(planned)}", tip=tip, is_possible=False)
    if run.has_converged:
        tip = (
            "More epochs would change nothing: the learning rate was halved until the loss fell "
            "no further. A new run can do better"
        )
        return MoreTraining(text=f"Train {_more_epochs(planned)}", tip=tip, is_possible=False)
    has_text = corpus is not None
    if not wanted and left > SMALLEST_PART:
        tip = _going_on(model, run, planned, has_text=has_text)
        return MoreTraining(text=f"Train {_more_epochs(left)}", tip=tip, is_next=has_text)
    total = max(planned, math.floor(model.epoch + SMALLEST_PART)) + (wanted or planned)
    if wanted and left > SMALLEST_PART:
        total = math.floor(model.epoch + SMALLEST_PART) + wanted
    return MoreTraining(
        text=f"Train {_more_epochs(wanted or planned)}",
        tip=_going_on(model, run, total, has_text=has_text),
        is_next=has_text,
        epochs=total,
    )


def _more_epochs(count: float) -> str:
    number = f"{count:,.0f}" if count >= 100 else f"{round(count, 1):g}"
    return "1 more epoch" if number == "1" else f"{number} more epochs"


def _going_on(model: "LanguageModel", run: CurrentRun, total: int, *, has_text: bool) -> str:
    rates = model.history.learning_rates
    halved = model.history.halvings
    rate = halved[-1].learning_rate if halved else (rates[-1] if len(rates) else None)
    rate = rate if run.next_rate is None else run.next_rate
    at = "" if rate is None else f" at learning rate {format_rate(rate)}"
    again = "" if has_text else "The text is prepared again first, as it is not kept any more. "
    return (
        f"{again}Go on exactly where this run is, with its optimiser as it was,{at} up to epoch "
        f"{total:,} (Ctrl+Return). Another number: change “Epochs”"
    )


def obstacle_to_training_on(model: "LanguageModel", corpus: "Corpus | None") -> str:
    """Return why a model from a file cannot be trained further, or "" if it can."""
    if corpus is None:
        return NO_CORPUS
    if model.vocabulary.words != corpus.vocabulary.words:
        return "The current model knows different words from this text."
    return ""


def references(word_dim: int, entropy: float | None) -> list[Reference]:
    """Return the losses that frame every curve: the uniform guess, and the lower bound if known."""
    lines = [
        Reference(
            loss=math.log(word_dim),
            name="uniform guess",
            text=f"uniform guess: ln {format_count(word_dim)} = {format_loss(math.log(word_dim))}",
            is_goal=False,
        )
    ]
    if entropy is not None:
        text = f"lower bound: no model goes below {format_loss(entropy)} on held-out text"
        lines.append(Reference(loss=entropy, name="lower bound", text=text, is_goal=True))
    return lines


def table_references(losses: "ReferenceLosses | None") -> list[Reference]:
    """Return what the text costs without a network, as far as the lines can be told apart."""
    if losses is None:
        return []
    table = losses.table_name if losses.order > 2 else "a table of word pairs"
    rows = f"{losses.order}-grams" if losses.order > 2 else "word pairs"
    lines = [
        (losses.unigram, "word frequency", "how common words are"),
        (losses.table, rows, table),
    ]
    if losses.bigram - losses.table > _ONE_LINE and losses.unigram - losses.bigram > _ONE_LINE:
        lines.insert(1, (losses.bigram, "word pairs", "a table of word pairs"))
    return [
        Reference(loss=loss, name=name, text=f"{text}: {format_loss(loss)}", is_goal=False)
        for loss, name, text in lines
    ]


def references_line(losses: "ReferenceLosses") -> str:
    """Return the log line of what the held-out text costs without a network."""
    sample = f" (counted on {format_count(losses.counted_words)} words)" if losses.is_sample else ""
    return (
        "To compare with, on the held-out text: knowing only how common each word is costs "
        f"{format_loss(losses.unigram)}, a table of word pairs {format_loss(losses.bigram)}, "
        f"{losses.table_name} {format_loss(losses.table)} nats per word{sample}."
    )


def started_lines(event: TrainingStarted, *, is_continued: bool) -> list[str]:
    """Return the log lines of a run's beginning."""
    verb = "continues" if is_continued else "started"
    held_out = (
        f"{counted(event.validation_sentences, 'sentence')} held out"
        if event.validation_sentences
        else "nothing held out"
    )
    network = (
        f"Training {verb}: {event.recipe} recipe, {counted(event.hidden_dim, 'hidden unit')}, "
        f"{format_count(event.word_dim - SPECIAL_TOKENS)} words known, "
        f"{counted(event.parameters, 'parameter')}."
    )
    text = (
        f"Learning from {counted(event.sentences, 'sentence')} "
        f"({counted(event.words, 'word')} to predict), {held_out}; "
        f"learning rate {format_rate(event.learning_rate)}, "
        f"{counted(event.batch_size, 'sentence')} per step."
    )
    tuning = f"{event.tuning} {event.tuning_reason}".strip()
    return [
        network,
        f"On {event.device}. {event.device_reason}",
        text,
        *([tuning] if tuning else []),
    ]


def epoch_line(event: EpochDone) -> str:
    """Return the log line of an evaluation."""
    if event.epoch == 0:
        start = f"Before training: loss {describe_loss(event.training_loss)}"
        return _with_held_out(start, event) + "."
    text = f"Epoch {format_epoch(event.epoch)}: training loss {describe_loss(event.training_loss)}"
    text = _with_held_out(text, event)
    best = ", the best so far" if event.is_best else ""
    return f"{text}{best}; {format_speed(event.words_per_s)}."


def verdict(history: LossHistory, *, has_ended: bool = False) -> str:
    """Say in words how the run is going, and why one can say so; "" before there is a reason.

    "Memorising" only where the held-out loss rose by more than twice its standard error while
    the training loss fell.
    """
    measured = [done for done in history.epochs if not done.is_interim]
    trained = [done for done in measured if done.step > 0]
    if of_samples := _verdict_of_samples(history, has_whole=bool(trained)):
        return of_samples
    best = history.best
    if not trained or best is None:
        early = ENDED_EARLY if has_ended else TOO_EARLY
        return "" if history.is_empty else early
    last = trained[-1]
    if last.validation_loss is None or best.validation_loss is None:
        return "Nothing is held out: the loss on the training text cannot show memorising."
    if best is last:
        if len(measured) < 2:
            return TOO_EARLY
        before = measured[-2].validation_loss
        return (
            "Still improving: the held-out loss fell "
            f"from {format_loss(before)} to {format_loss(last.validation_loss)}."
        )
    if best.step == 0:
        return "Not yet better than before training."
    rise = last.validation_loss - best.validation_loss
    error = last.change_error
    is_clear = error is not None and rise > 2.0 * error
    if is_clear and last.training_loss < best.training_loss:
        digits = 2 if rise >= 0.01 else 4  # what tells the two apart
        return (
            f"Best at epoch {format_epoch(best.epoch)}, memorising since: held-out rose from "
            f"{best.validation_loss:.{digits}f} to {last.validation_loss:.{digits}f} while "
            f"training fell to {last.training_loss:.{digits}f}."
        )
    return f"Best at epoch {format_epoch(best.epoch)}; no clear change on held-out text since."


def _verdict_of_samples(history: LossHistory, *, has_whole: bool) -> str:
    """Say what a look at the sample within an epoch shows; "" where the whole text says more.

    Only that the loss falls, or not clearly: what is memorised is told by the whole text.
    """
    samples = [
        (done, done.validation_loss)
        for done in history.epochs
        if done.is_sample and done.validation_loss is not None
    ]
    if len(samples) < 2 or not history.epochs[-1].is_interim:
        return ""
    (last, loss), (best, lowest) = samples[-1], min(samples[:-1], key=lambda each: each[1])
    error = last.standard_error if last.change_error is None else last.change_error
    if error is not None and lowest - loss > 2.0 * error:
        return (
            "Still improving: on a sample of the held-out text the loss fell "
            f"from {format_loss(lowest)} to {format_loss(loss)}."
        )
    if has_whole or last.change_error is None:
        return ""
    return (
        "No clear change on a sample of the held-out text since epoch "
        f"{format_epoch(best.epoch)}; all of it is evaluated at the end of the epoch."
    )


def _with_held_out(text: str, event: EpochDone) -> str:
    """Add the held-out loss, and how far that of the whole text may be from a sample's."""
    if event.validation_loss is not None:
        text = f"{text}, held-out loss {describe_loss(event.validation_loss)}"
    error = event.standard_error
    return text if error is None else f"{text}, of a sample: ± {error:.3f}"


def halved_line(event: RateHalved) -> str:
    """Return the log line of a halving with its reason."""
    return f"{event.reason} The learning rate is now {format_rate(event.learning_rate)}."


def ended_line(event: RunEnded) -> str:
    """Return the log line of a run's end."""
    return (
        f"{_ENDINGS[event.reason]} after {_epochs(event)}, "
        f"{counted(event.step, 'step')}, {format_duration(event.elapsed_s)}."
    )


def percent_progress(done: int, total: int | None) -> str:
    """Return how far a stage is, such as "12 %"; "" if that is not known."""
    return "" if not total else format_percent(done / total)
