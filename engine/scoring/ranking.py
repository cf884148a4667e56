"""The order of candidate sentences, such as a translation system's; no PyTorch.

Lists are read by `lists`, and what a model makes of them is computed in `candidates`; here it is
weighed against the list's own scores, as often as one likes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.config import require
from engine.language_model.results import TextScore

BASES = {"10": math.log(10.0), "2": math.log(2.0), "e": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One line of a list to rank."""

    group: str  # which list of several it belongs to; "" = there is one
    text: str
    own_score: float  # that the list gives it, a logarithm; 0.0 = none


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredCandidate:
    """A candidate and what the model makes of it."""

    candidate: Candidate
    score: TextScore


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatesScored:
    """The candidates of a list are scored, in its order."""

    scored: tuple[ScoredCandidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankWeights:
    """How the model's log probability and the list's own scores are added up."""

    weight: float = 1.0  # of the model's log probability
    own_weight: float = 0.0  # of the list's own score
    per_word: bool = False  # the model's mean over the words instead of the sum
    base: str = "10"  # of its logarithm

    def __post_init__(self) -> None:
        require(
            math.isfinite(self.weight) and math.isfinite(self.own_weight), "A weight is a number."
        )
        require(self.base in BASES, f"The base of a logarithm is one of {', '.join(BASES)}.")

    def total(self, scored: ScoredCandidate) -> float:
        """Return what a candidate is ranked by; more is better."""
        log_p = scored.score.log_probability / BASES[self.base]
        if self.per_word:
            log_p /= scored.score.words
        return self.weight * log_p + self.own_weight * scored.candidate.own_score


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedCandidate:
    """A candidate in its place."""

    scored: ScoredCandidate
    total: float
    place: int  # in its group, from 1
    place_in_list: int  # the same by the order of the list


def rank(
    scored: Sequence[ScoredCandidate], weights: RankWeights = RankWeights()
) -> list[RankedCandidate]:
    """Put each group in order, the best first; equally good ones stay as they were.

    Parameters
    ----------
    scored : sequence of ScoredCandidate
    weights : RankWeights

    Returns
    -------
    list of RankedCandidate
        Group after group, in the order in which the groups begin.
    """
    groups: dict[str, list[ScoredCandidate]] = {}
    for each in scored:
        groups.setdefault(each.candidate.group, []).append(each)
    ranked: list[RankedCandidate] = []
    for members in groups.values():
        totals = [weights.total(each) for each in members]
        order = sorted(range(len(members)), key=lambda k: -totals[k])
        ranked += (
            RankedCandidate(scored=members[k], total=totals[k], place=place, place_in_list=k + 1)
            for place, k in enumerate(order, start=1)
        )
    return ranked
