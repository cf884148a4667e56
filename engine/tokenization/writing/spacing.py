"""Whether a blank stands between two tokens of a sentence.

Each token has a kind (`kinds`), and a text's own way is counted by the kinds around each gap, from
fine to rough; where it shows nothing, `is_glued` says what is usual in its language. No
text is made here: that is `written`.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from engine.tokenization.languages import Language
from engine.tokenization.words import CLOSING, OPENING
from engine.tokenization.writing.kinds import DASHES, INSIDE, SMILED, SMILEY, WORDS

BY_WORD = frozenset("45")  # the levels that name a word
_CLOSES = "'' ... .... ”1 ”2 *> **> ***> _> __> ~~> '> -~ #~ *~ —. :2"
_GLUED_BEFORE = frozenset(",.;:!?)]}%…،؛؟。，、！？；：।॥”’»°").union(_CLOSES.split())
_OPENS = "`` “1 “2 *< **< ***< _< __< ~~< '< &< &gt; &lt; ~< ≈< ±< #< %< @< ٪< €< ₹< ¥< ^^"
_GLUED_AFTER = frozenset("([{$#¿¡£“‘«^").union(_OPENS.split())
_BOTH = frozenset({"/", "\\", "–n", "-%", INSIDE})


def is_glued(before: str, after: str, known: Language) -> bool:
    """Whether two kinds stand together where nothing else is known."""
    if before in ("^…", "^..."):
        return after in WORDS
    if (before == after == "e") or (before[-1] in "!?" and after in ("!", "?")):
        return True
    before, after = _rough_dash(before.removeprefix("^") or before), _rough_dash(after)
    if after == "c":
        return before in ("w", "n", "c", "l")
    is_spaced = "»" in known.blank_before
    if after[0] in known.blank_before or (is_spaced and after in (CLOSING, CLOSING + "1")):
        return False
    if is_spaced and before in (OPENING, OPENING + "1"):
        return False
    if before in known.glued or after in known.glued or before in known.glued_after:
        return after not in known.glued_after
    if before == "l" or before in _GLUED_AFTER or before in _BOTH:
        return after != "e"
    return after in _GLUED_BEFORE or after in _BOTH or after in ("'>", "'")


class Gap(NamedTuple):
    """What is around the place where a blank may stand; "" where that decides nothing."""

    before: str  # kinds of token
    after: str
    outer_before: str  # of the tokens beyond them, where a mark is next to the gap
    outer_after: str
    word: str  # itself, where the other side is a mark
    next_word: str  # that follows it


def gap(tokens: Sequence[str], found: Sequence[str], index: int) -> Gap:
    """Return what is around the gap before the token at `index`, from 1."""
    before, after = found[index - 1], found[index]
    outer_before = outer_after = word = next_word = ""
    has_next = index + 1 < len(found)
    if before not in WORDS:
        outer_before = found[index - 2] if index > 1 else ""
        if after == "w":
            word = tokens[index].lower()
            next_word = tokens[index + 1].lower() if has_next and found[index + 1] == "w" else ""
    if after not in WORDS:
        outer_after = found[index + 1] if has_next else ""
        if before == "w":
            word = tokens[index - 1].lower()
    return Gap(before, after, outer_before, outer_after, word, next_word)


def is_telling(before: str, after: str) -> bool:
    """Whether the gap between two kinds says something of the text's way."""
    return not (before in "wn" and after in "wn")


def levels(place: Gap) -> list[str]:
    """Return what may decide on a blank, the finest first.

    A number and what is around the gap: 5 a mark and the two words after it, 4 a mark and
    the word beside it, 3 two kinds on a side where a mark is next to it, 2 one on each, 1
    the same wherever they stand in their sentence, 0 what marks do.
    """
    before, after, outer_before, outer_after, word, next_word = place
    names = [f"2 {before} {after}", *_rougher(before, after)]
    if outer_before or outer_after:
        names.insert(0, f"3 {before} {after} {outer_before} {outer_after}")
    if word:
        names.insert(0, f"4 {before} {after} {word}")
    if next_word:
        names.insert(0, f"5 {before} {after} {word} {next_word}")
    return names


def rougher(level: str) -> list[str]:
    """Return the levels that decide where this one does not, from the kinds of its gap alone."""
    number, before, after, *_ = level.split(" ")
    names = [f"2 {before} {after}", *_rougher(before, after)]
    return names[max(0, 3 - int(number)) :]


def _rougher(before: str, after: str) -> list[str]:
    return [f"1 {_rough(before)} {_rough(after)}", f"0 {_class_of(before)} {_class_of(after)}"]


def decided(spacings: Mapping[str, bool], names: Sequence[str]) -> bool | None:
    """Return what the first level that says something says."""
    return next((spacings[level] for level in names if level in spacings), None)


def _rough(kind: str) -> str:
    """Return the kind wherever it stands in its sentence."""
    if kind in WORDS:
        return kind if kind in ("c", "l") else "w"
    if kind in (SMILEY, SMILED):
        return kind
    rough = kind.removeprefix("^").rstrip("12") or kind
    return _rough_dash(rough)


def _class_of(kind: str) -> str:
    """Return what a mark does: close, open, or neither; a text may set all of a class apart."""
    rough = _rough(kind)
    if rough in WORDS:
        return rough
    if rough in _GLUED_BEFORE or rough == CLOSING:
        return "closing"
    return "opening" if rough in _GLUED_AFTER or rough == OPENING else rough


def _rough_dash(kind: str) -> str:
    return kind[0] if kind[1:] in ("<", ">") and kind[0] in DASHES else kind
