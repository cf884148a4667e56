"""Two scored sentences side by side: which words of one stand opposite which of the other.

Words that both have in the same order stand opposite each other, and so do the words between
those, one by one; what is left over on one side stands alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from engine import WordScore


@dataclass(frozen=True, slots=True)
class Opposite:
    """What stands at one place of both sentences; None: nothing there."""

    first: WordScore | None
    second: WordScore | None

    @property
    def bits_more(self) -> float:
        """How much more surprising the second is there; a missing word costs nothing."""
        return (self.second.bits if self.second else 0.0) - (self.first.bits if self.first else 0.0)

    @property
    def is_same(self) -> bool:
        """Whether both have the same word there."""
        return bool(self.first and self.second and self.first.word == self.second.word)


def aligned(first: Sequence[WordScore], second: Sequence[WordScore]) -> list[Opposite]:
    """Return the places of both sentences from left to right."""
    words = [word.word for word in first], [word.word for word in second]
    places: list[Opposite] = []
    matcher = SequenceMatcher(None, *words, autojunk=False)
    for _, left, left_end, right, right_end in matcher.get_opcodes():
        places += (
            Opposite(
                first[left + k] if left + k < left_end else None,
                second[right + k] if right + k < right_end else None,
            )
            for k in range(max(left_end - left, right_end - right))
        )
    return places
