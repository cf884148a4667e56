"""Turn the engine's events into lines of text; as JSON values they are in `event_json`.

Nothing is written here; `cli_output` does that.
"""

from typing import TYPE_CHECKING

from engine.control import Notice
from engine.language_model.history import EpochDone, LossPoint, RateHalved
from engine.training.events import RunEnded, StepTimed, TrainingStarted
from engine.wording import counted

if TYPE_CHECKING:
    from engine.language_model.results import SentenceScore
    from engine.network.gradient_check import GradientReport
from engine.wording import duration, probability

_BAR_WIDTH = 24
_ENDS = {
    "finished": "Training has come to its end",
    "stopped": "Training was stopped",
    "time limit": "Training ended at its time limit",
    "converged": "Training ended because the loss fell no further",
}


def event_sentence(event: TrainingStarted | EpochDone | RateHalved | Notice | RunEnded) -> str:
    """Return the event as one line."""
    match event:
        case TrainingStarted():
            return (
                f"Training {event.parameters:,} parameters ({event.word_dim:,} words, "
                f"{event.hidden_dim:,} hidden units) on "
                f"{counted(event.sentences, 'sentence')} with the recipe "
                f"'{event.recipe}', learning rate {event.learning_rate:g}, on "
                f"{event.device}. {event.device_reason} Knowing nothing: {event.uniform_loss:.3f}."
            )
        case EpochDone():
            held_out = event.validation_loss
            speed = f"{event.words_per_s:,.0f} words/s, " if event.words_per_s else ""
            return (
                f"Epoch {event.epoch:.4g}: training loss {event.training_loss:.4f}"
                f"{'' if held_out is None else f', held-out loss {held_out:.4f}'} nats a word, "
                f"{speed}{duration(event.elapsed_s)}"
            )
        case RateHalved():
            return event.reason
        case Notice():
            return f"{'Warning' if event.severity == 'warning' else 'Note'}: {event.text}"
        case RunEnded():
            return (
                f"{_ENDS[event.reason]} after {counted(event.epoch, 'epoch')}, "
                f"{counted(event.step, 'step')} and {duration(event.elapsed_s)}."
            )


def training_line(point: LossPoint) -> str:
    """Return the live line of a training run."""
    left = point.time_left_s
    share = None if left is None else point.elapsed_s / max(1e-9, point.elapsed_s + left)
    return (
        f"Epoch {point.epoch:.2f} {bar(share)}"
        f"loss {point.loss:.3f}, {point.words_per_s:,.0f} words/s, "
        f"{duration(point.elapsed_s)}{'' if left is None else f', {duration(left)} left'}"
    )


def score_lines(score: "SentenceScore") -> list[str]:
    """Return a sentence's probability and a table of its words."""
    lines = [
        score.text,
        (
            f"  probability {probability(score.log_probability)} (natural log "
            f"{score.log_probability:.3f}), perplexity {score.perplexity:,.1f}, "
            f"{score.bits_per_word:.2f} bits a word"
        ),
    ]
    for word in score.words:
        note = "" if word.is_known else "  unknown: scored as UNKNOWN_TOKEN"
        lines.append(
            f"  {word.shown:<20} {probability(word.log_probability):>12} {word.bits:>7.2f} bits, "
            f"rank {word.rank:,}{note}"
        )
    return lines


def gradient_lines(report: "GradientReport") -> list[str]:
    """Return the outcome of a gradient check as a table."""
    lines = [
        f"{check.name}: {check.size:,} entries, largest relative error {check.worst_error:.2e} at "
        f"{check.worst_index}: {'passed' if check.passed else 'FAILED'}"
        for check in report.parameters
    ]
    verdict = "passed" if report.passed else "FAILED"
    lines.append(
        f"Gradient check {verdict} (threshold {report.threshold:g}, step {report.step:g}, "
        f"{report.dtype} on {report.device})."
    )
    return [*lines, report.note] if report.note else lines


def step_time_line(event: StepTimed) -> str:
    """Return one measured step as a line."""
    measured = event.time
    return (
        f"{measured.implementation} on {measured.device}: {measured.milliseconds:.2f} ms for a "
        f"sentence of {measured.words} words, {measured.ratio:.1f} times as fast as NumPy"
    )


def bar(share: float | None) -> str:
    """Return a bar for a share between 0 and 1, or nothing where it is not known."""
    if share is None:
        return ""
    filled = round(_BAR_WIDTH * min(1.0, max(0.0, share)))
    return f"[{'#' * filled}{'.' * (_BAR_WIDTH - filled)}] "
