"""What a model makes of the candidates of a list.

How candidates are read and put in order is `ranking`'s.
"""

from collections.abc import Iterator, Sequence

from engine.control import RunControl, StageProgress
from engine.language_model.model import LanguageModel
from engine.scoring.ranking import Candidate, CandidatesScored, ScoredCandidate
from engine.scoring.text_scores import score_texts

_AT_ONCE = 512  # candidates


def score_candidates(
    model: LanguageModel, candidates: Sequence[Candidate], control: RunControl
) -> Iterator[StageProgress | CandidatesScored]:
    """Compute the probability of each candidate.

    Yields
    ------
    StageProgress
        After each 512 candidates.
    CandidatesScored
        The last event, unless the control was stopped.
    """
    scored: list[ScoredCandidate] = []
    for first in range(0, len(candidates), _AT_ONCE):
        if not control.proceed():
            return
        some = candidates[first : first + _AT_ONCE]
        scored += (
            ScoredCandidate(candidate=candidate, score=score)
            for candidate, score in zip(
                some, score_texts(model, [each.text for each in some]), strict=True
            )
        )
        yield StageProgress(
            stage="Scoring the candidates", done=len(scored), total=len(candidates), unit="texts"
        )
    yield CandidatesScored(scored=tuple(scored))
