"""Events, results and a prepared text as lines; as JSON values they are in `engine.events`.

A prepared text is shown with its figures, its damaged rows, and what the user may have missed.
Nothing is written here; `output` does that.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.config import CorpusConfig
from engine.control import Notice, StageProgress
from engine.corpus.counting.references import ReferenceLosses
from engine.documents.rows import RowProblem
from engine.language_model.history import EpochDone, LossPoint, RateHalved
from engine.tokenization.languages import describe_tokenizer
from engine.training.events import RunEnded, StepTimed, TrainingStarted
from engine.wording import counted, duration, probability, times

if TYPE_CHECKING:
    from engine.corpus.corpus import Corpus, CorpusSummary
    from engine.language_model.model import LanguageModel
    from engine.language_model.results import NextWords, ReplacementFound, SentenceScore
    from engine.network.gradient_check import GradientReport


_BAR_WIDTH = 24
_SHORTEST_BAR = 4
_ENDS = {
    "finished": "Training is finished",
    "stopped": "Training was stopped",
    "time limit": "Training ended at its time limit",
    "converged": "Training ended because the loss fell no further",
}

_MOST_LINES = 3  # that are named for one reason; the count tells the rest
_LONGEST_ROW_TEXT = 60  # characters
_MANY_EQUAL = 0.05  # of the documents


def event_sentence(event: TrainingStarted | EpochDone | RateHalved | Notice | RunEnded) -> str:
    """Return the event as one line."""
    match event:
        case TrainingStarted():
            return (
                f"Training {event.parameters:,} parameters ({event.word_dim:,} words, "
                f"{event.hidden_dim:,} hidden units) on "
                f"{counted(event.sentences, 'sentence')} with the recipe "
                f"'{event.recipe}', learning rate {event.learning_rate:g}, on "
                f"{event.device}. {event.device_reason} "
                f"Uniform guess: ln {event.word_dim:,} = {event.uniform_loss:.3f}."
                f"{''.join(f' {text}' for text in (event.tuning, event.tuning_reason) if text)}"
            )
        case EpochDone():
            return _epoch_sentence(event)
        case RateHalved():
            return event.reason
        case Notice():
            return f"{'Warning' if event.severity == 'warning' else 'Note'}: {event.text}"
        case RunEnded():
            return (
                f"{_ENDS[event.reason]} after {counted(event.epoch, 'epoch')}, "
                f"{counted(event.step, 'step')} and {duration(event.elapsed_s)}."
            )


def _epoch_sentence(done: EpochDone) -> str:
    """Return the losses, and of those of a sample how far the whole text's may be from it."""
    held_out = done.validation_loss
    speed = f"{done.words_per_s:,.0f} words/s, " if done.words_per_s else ""
    sample = ""
    if done.standard_error is not None:
        sample = f" (of a sample: ± {done.standard_error:.4f})"
    return (
        f"Epoch {done.epoch:.4g}: training loss {done.training_loss:.4f}"
        f"{'' if held_out is None else f', held-out loss {held_out:.4f}'}{sample} nats per word, "
        f"{speed}{duration(done.elapsed_s)}"
    )


def training_line(point: LossPoint, width: int) -> str:
    """Return the live line of a training run, in at most `width` columns if it can be."""
    left = point.time_left_s
    share = None if left is None else point.elapsed_s / max(1e-9, point.elapsed_s + left)
    return _with_bar(
        f"Epoch {point.epoch:.2f} ",
        share,
        f"loss {point.loss:.3f}, {point.words_per_s:,.0f} words/s, "
        f"{duration(point.elapsed_s)}{'' if left is None else f', {duration(left)} left'}",
        width,
    )


def stage_line(progress: StageProgress, width: int) -> str:
    """Return the live line of a stage of the preparation, in at most `width` columns."""
    share = progress.done / progress.total if progress.total else None
    of_total = "" if progress.total is None else f" of {progress.total:,}"
    tail = f"{progress.done:,}{of_total} {progress.unit}"
    return _with_bar(f"{progress.stage} ", share, tail, width)


def score_lines(score: "SentenceScore") -> list[str]:
    """Return a text's probability, that of each of its sentences, and a table of its words."""
    total = f"{len(score.parts):,} sentences, " if len(score.parts) > 1 else ""
    lines = [
        score.text,
        (
            f"  {total}probability {probability(score.log_probability)} (natural log "
            f"{score.log_probability:.3f}), perplexity {score.perplexity:,.1f}, "
            f"{score.bits_per_word:.2f} bits per word"
        ),
    ]
    if score.mixture:
        lines.append(f"  by {score.mixture}")
    if score.table is not None:
        beside = score.table
        lines.append(
            f"  {beside.name}, without a network: probability "
            f"{probability(beside.log_probability)} (natural log {beside.log_probability:.3f}), "
            f"perplexity {beside.perplexity:,.1f}, {beside.bits_per_word:.2f} bits per word"
        )
    if score.unknown_words:
        lines.append(
            f"  without its unknown words: probability {probability(score.known_log_probability)} "
            f"(natural log {score.known_log_probability:.3f}), perplexity "
            f"{score.known_perplexity:,.1f}"
        )
    starts = {part.first_word: part for part in score.parts} if total else {}
    for number, word in enumerate(score.words):
        if part := starts.get(number):
            lines.append(
                f"  {part.text}: probability {probability(part.log_probability)} (natural log "
                f"{part.log_probability:.3f})"
            )
        note = "" if word.is_known else "  unknown: scored as UNKNOWN_TOKEN"
        lines.append(
            f"  {word.shown:<20} {probability(word.log_probability):>12} {word.bits:>7.2f} bits, "
            f"rank {word.rank:,}{note}"
        )
    return lines


def next_word_lines(following: "NextWords") -> list[str]:
    """Return a table of the most probable next words, raw and after the filters."""
    has_filters = following.left_by_filters < following.vocabulary_size - 2
    before = " ".join(following.words_before) or "the start of a sentence"
    lines = [
        f"After {before}: {following.entropy_bits:.2f} bits undecided"
        + (f", {counted(following.left_by_filters, 'word')} left by the filters" * has_filters)
    ]
    if following.mixture:
        lines.append(f"  by {following.mixture}")
    if following.unknown_words:
        lines.append(f"  unknown: {', '.join(following.unknown_words)}, read as UNKNOWN_TOKEN")
    for each in following.words:
        drawn = f"drawn with {each.drawn_with:.4g}" if each.drawn_with else "never drawn"
        lines.append(
            f"  {each.rank:>5,}  {each.shown:<20} {probability(each.log_probability):>12}   {drawn}"
        )
    return lines


def references_line(losses: ReferenceLosses) -> str:
    """Return what is lost without a network."""
    sample = f", counted on {losses.counted_words:,} words of it" if losses.is_sample else ""
    table = f", {losses.table_name} {losses.table:.4f}" if losses.order > 2 else ""
    return (
        f"Without a network: knowing how common each word is costs {losses.unigram:.4f} nats per "
        f"word, a table of word pairs {losses.bigram:.4f}{table}{sample}."
    )


def replacement_line(found: "ReplacementFound") -> str:
    """Say which word would be better, and how much more probable the sentence is with it."""
    if found.place is None:
        return "  no other word makes it more probable"
    return (
        f"  “{found.word}” for “{found.replaced}” makes it {times(found.gain)} times as probable: "
        f"{found.text}"
    )


def gradient_lines(report: "GradientReport") -> list[str]:
    """Return the outcome of a gradient check as a table."""
    lines = [
        f"{check.road}, {check.name}: {check.size:,} entries, largest relative error "
        f"{check.worst_error:.2e} at {check.worst_index}: {'passed' if check.passed else 'FAILED'}"
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


def bar(share: float | None, room: int = _BAR_WIDTH) -> str:
    """Return a bar for a share between 0 and 1; nothing where it or room for it is missing."""
    width = min(_BAR_WIDTH, room)
    if share is None or width < _SHORTEST_BAR:
        return ""
    filled = round(width * min(1.0, max(0.0, share)))
    return f"[{'#' * filled}{'.' * (width - filled)}] "


def _with_bar(head: str, share: float | None, tail: str, width: int) -> str:
    """Let the bar give way to the figures; what is still too long is cut at the end."""
    return f"{head}{bar(share, width - len(head) - len(tail) - len('[] '))}{tail}"[:width]


def corpus_lines(corpus: "Corpus") -> list[str]:
    """Return the summary of a corpus to train on, and its refused or repaired rows."""
    summary = corpus.summary
    held_out = counted(summary.validation_sentences, "sentence")
    lines = [
        _figures(summary),
        (f"Words: {describe_tokenizer(summary.tokenizer)}. Sentences: {summary.splitter}."),
        (
            f"Vocabulary: {counted(summary.vocabulary_size, 'word')}; the least frequent is "
            f"'{summary.least_frequent_word}' with {summary.least_frequent_count:,}; "
            f"{summary.told_rare_words or 'every word that fits is known'}; "
            f"{summary.unknown_share:.1%} of the words are unknown."
        ),
        (
            f"Training: {counted(summary.training_sentences, 'sentence')}; held out: "
            f"{held_out} ({counted(summary.validation_documents, 'document')})."
        ),
        *_row_lines(corpus),
    ]
    if summary.duplicate_documents:
        equal = "equals" if summary.duplicate_documents == 1 else "equal"
        lines.append(f"{counted(summary.duplicate_documents, 'document')} {equal} an earlier one.")
    return lines


def evaluated_lines(corpus: "Corpus") -> list[str]:
    """Return the figures of a text that a model is measured on: its vocabulary is not used."""
    return [_figures(corpus.summary), *_row_lines(corpus)]


def training_hints(corpus: "Corpus", config: CorpusConfig) -> Iterator[Notice]:
    """Yield what the user may want to know before a training on `corpus`."""
    summary = corpus.summary
    if summary.entities and not config.csv.decode_entities:
        yield Notice(
            text=f"The text has HTML entities such as &gt; or &amp; ({summary.entities:,} of them "
            "in its first rows). --decode-entities reads them as characters.",
            severity="info",
        )
    are_many = summary.duplicate_documents >= _MANY_EQUAL * summary.documents
    if summary.duplicate_documents and are_many and not config.remove_duplicates:
        yield Notice(
            text="--remove-duplicates keeps only one of several equal documents.", severity="info"
        )
    if config.validation_fraction > 0.0 and not summary.validation_sentences:
        yield Notice(
            text=f"Nothing is held out of {counted(summary.documents, 'document')}: the training "
            "loss alone cannot show overfitting."
        )


def reading_hints(corpus: "Corpus") -> Iterator[Notice]:
    """Yield a warning if it is doubtful how the rows of the file are divided."""
    summary = corpus.summary
    if summary.doubts:
        yield Notice(
            text=f"Check how {summary.name} is read: {'; '.join(summary.doubts)}. Other ways: "
            "--delimiter, --quoting, --skip-rows, --header, --no-header."
        )


def evaluation_hints(model: "LanguageModel", corpus: "Corpus") -> Iterator[Notice]:
    """Yield a warning if `model` was trained on the file that it is to be measured on."""
    if model.summary.digest == corpus.summary.digest:
        yield Notice(
            text=f"The model was trained on {corpus.summary.name}: its loss there does not say how "
            "well it predicts new text."
        )


def _figures(summary: "CorpusSummary") -> str:
    return (
        f"{summary.name}: {counted(summary.documents, 'document')}, "
        f"{counted(summary.sentences, 'sentence')}, {counted(summary.words, 'word')}, "
        f"{summary.different_words:,} of them different ({summary.encoding}, "
        f"{summary.named_columns})."
    )


def _row_lines(corpus: "Corpus") -> list[str]:
    """Return one line a reason; nothing if the notice about refused rows said it all."""
    summary, by_reason = corpus.summary, dict[str, list[RowProblem]]()
    if summary.refused_rows == 1 and not summary.repaired_rows:
        return []
    rows = [each for each in corpus.problems if not each.is_file_left_out]
    for problem in rows:
        by_reason.setdefault(problem.reason, []).append(problem)
    lines = [_reason_line(reason, found) for reason, found in by_reason.items()]
    left = summary.refused_rows + summary.repaired_rows - len(rows)
    if left > 0:
        lines.append(f"{counted(left, 'more row')} refused or repaired.")
    return lines


def _reason_line(reason: str, found: list[RowProblem]) -> str:
    """Return such as "20 rows: its text is empty (line 2, 3, 4 and 17 more)"."""
    named = ", ".join(
        f"{problem.line:,}{f' of {problem.file}' if problem.file else ''}"
        for problem in found[:_MOST_LINES]
    )
    more = f" and {len(found) - _MOST_LINES:,} more" if len(found) > _MOST_LINES else ""
    text = " ".join(found[0].text.split())[:_LONGEST_ROW_TEXT]
    shown = f"; the first begins: {text}" if text else ""
    where = "line" if len(found) == 1 else "lines"
    return f"{counted(len(found), 'row')}: {reason} ({where} {named}{more}{shown})"
