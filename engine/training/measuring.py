"""What a run evaluates: all of a text, or a fixed sample of it where there is no time for all.

The sample has the same sentences each time, evenly spread, so that its losses can be compared
with each other, and says how far it may be from the whole. Under a time limit it is evaluated
first; the rest follows only if that will end in time by the speed just measured. Nothing is
trained or judged here.
"""

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from engine.control import Notice, RunControl, StageProgress
from engine.corpus.corpus import Sentences
from engine.network.rnn import RNN
from engine.training.distributed.work import Turns
from engine.training.evaluation import (
    SampledLoss,
    SentenceLosses,
    few_of,
    resting_loss,
    sampled_loss,
)
from engine.training.placement import Placement
from engine.training.progress import RunProgress

SAMPLE_SENTENCES = 1000
_FIGURE_EVERY_S = 20.0  # between two looks at the sample within an epoch
_FIGURE_SHARE = 0.03  # of the time, that these looks may cost
_WHOLE_SHARE = 0.05  # of a time limit, that is set aside for a last evaluation of all
_MARGIN = 1.2  # on what the speed of the sample says that takes
_SAMPLE_SHARE = 0.2  # the same for one of the sample
_MOST_WORDS_AGAIN = 300_000  # that are evaluated a second time, for a standard error alone

Measuring = Generator[StageProgress | Notice, None, "Measured | None"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The mean loss of a text."""

    loss: float  # nats per word
    by_sentence: SentenceLosses
    standard_error: float | None = None  # None: it is of the whole text


class Evaluator:
    """Measure one text of a run, with the parameters at rest.

    Parameters
    ----------
    sentences : Sentences
    place : Placement
        Has the network.
    progress : RunProgress
        Has the clock and the time limit.
    """

    def __init__(self, sentences: Sentences, place: Placement, progress: RunProgress) -> None:
        self._sentences, self._place, self._progress = sentences, place, progress
        self._few = few_of(sentences, SAMPLE_SENTENCES)
        self._sample_s = self._whole_s = 0.0  # what an evaluation takes; 0: not known yet
        self._figure_every_s = _FIGURE_EVERY_S
        self._figure_at_s = progress.spent_s + self._figure_every_s

    @property
    def reserve_s(self) -> float:
        """Seconds before the time limit at which training must end to be evaluated in time."""
        limit_s = self._progress.time_limit_s or 0.0
        if self._whole_s <= _WHOLE_SHARE * limit_s:
            return _MARGIN * self._whole_s
        return min(self._sample_s, _SAMPLE_SHARE * limit_s)

    @property
    def is_figure_due(self) -> bool:
        """Whether it is time to look at the sample of a large text within an epoch."""
        is_large = len(self._sentences) > len(self._few)
        return is_large and self._progress.spent_s >= self._figure_at_s

    def whole(self, control: RunControl) -> Measuring:
        """Return the loss of all sentences, of the sample without time for all, None on a stop."""
        if self._progress.time_limit_s is None:
            losses = SentenceLosses()
            loss = yield from self._resting(control, None, losses)
            return None if loss is None else Measured(loss=loss, by_sentence=losses)
        sample = yield from self._sampled(control)
        if sample is None:
            return None
        share_left = 1.0 - sample.words / self._sentences.words_to_predict
        is_cut = sample.sentences < len(self._few)
        if share_left and not is_cut and self._progress.has_time_for(share_left * self._whole_s):
            others = np.setdiff1d(np.arange(len(self._sentences)), self._few, assume_unique=True)
            losses = SentenceLosses()
            rest = yield from self._resting(control, others, losses)
            if control.is_stopped:
                return None
            if rest is not None:
                loss = sample.loss * (1.0 - share_left) + rest * share_left
                return Measured(loss=loss, by_sentence=losses)
        return self._measured(sample)

    def sample(self, control: RunControl) -> Measuring:
        """Return the loss of the sample, of all where they are so few; None on a stop."""
        if len(self._few) == len(self._sentences) and self._progress.time_limit_s is None:
            return (yield from self.whole(control))  # in the order of the later evaluations
        sample = yield from self._sampled(control)
        return None if sample is None else self._measured(sample)

    def by_sentence(
        self, rnn: RNN, control: RunControl
    ) -> Generator[StageProgress | Notice, None, SentenceLosses | None]:
        """Return the losses of all sentences with other parameters; None on a stop.

        None, too, where there is no time for it: under a time limit, or of a long text.
        """
        is_long = self._sentences.words_to_predict > _MOST_WORDS_AGAIN
        if self._progress.time_limit_s is not None or is_long:
            return None
        losses = SentenceLosses()
        loss = yield from self._resting(control, None, losses, rnn)
        return None if loss is None else losses

    def _measured(self, sample: SampledLoss) -> Measured:
        are_all = sample.sentences == len(self._sentences)
        error = None if are_all else sample.standard_error
        return Measured(loss=sample.loss, standard_error=error, by_sentence=sample.by_sentence)

    def _resting(
        self,
        control: RunControl,
        chosen: NDArray[int64] | None,
        by_sentence: SentenceLosses,
        rnn: RNN | None = None,
    ) -> Generator[StageProgress | Notice, None, float | None]:
        """Evaluate all or the chosen sentences; return None if the time was over before."""
        has_limit = self._progress.time_limit_s is not None
        loss = yield from resting_loss(
            rnn or self._place.optimizer.resting,
            self._sentences,
            partial(self._progress.clock.proceed, control),
            chosen,
            self._place.leave if rnn is None else partial(self._leave_with, rnn),
            self._progress.is_time_over if has_limit else None,
            by_sentence,
            self._turns(),
        )
        self._figure_at_s = self._progress.spent_s + self._figure_every_s
        return loss

    def _leave_with(self, rnn: RNN) -> Notice:
        """Move the run to the CPU, and with it the network that is looked at in its place."""
        notice = self._place.leave()
        rnn.move_to("cpu")
        return notice

    def _turns(self) -> Turns | None:
        return None if self._place.ranks is None else Turns(self._place.ranks)

    def _sampled(
        self, control: RunControl
    ) -> Generator[StageProgress | Notice, None, SampledLoss | None]:
        """Evaluate the sample, and remember what that costs."""
        began_s = self._progress.spent_s
        sample = yield from sampled_loss(
            self._place.optimizer.resting,
            self._sentences,
            partial(self._progress.clock.proceed, control),
            self._few,
            self._place.leave,
            self._progress.is_time_over,
            self._turns(),
        )
        now_s = self._progress.spent_s
        self._figure_every_s = max(_FIGURE_EVERY_S, (now_s - began_s) / _FIGURE_SHARE)
        self._figure_at_s = now_s + self._figure_every_s
        if sample is not None:
            self._sample_s = now_s - began_s
            self._whole_s = self._sample_s * self._sentences.words_to_predict / sample.words
        return sample
