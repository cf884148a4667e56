"""Whether a blank stands between two tokens of a sentence.

Each token has a kind, and a text's own way is counted by the kinds around each gap, from
fine to rough; where it shows nothing, `is_glued` says what is usual in its language. No
text is made here: that is `written`.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import regex

from engine.tokenization.languages import Language
from engine.tokenization.words import APOSTROPHE, CLOSING, OPENING

WORDS = frozenset("wnlce")  # the kinds that are no mark
BY_WORD = frozenset("45")  # the levels that name a word
ENTITIES = frozenset({"gt", "lt", "amp", "quot", "nbsp", "apos"})
_SMILEY, _SMILED = ":1", ":2"  # the first mark of :-) and the others
_IN_LINK = "//"
_BULLET = "*·"
_GLUED_BEFORE = frozenset(",.;:!?)]}%…،؛؟。，、！？；：।॥”’»°") | {
    "''",
    "...",
    "....",
    "”1",
    "”2",
    "*>",
    "**>",
    "***>",
    "_>",
    "__>",
    "~~>",
    "'>",
    _SMILED,
}
_GLUED_AFTER = frozenset("([{$#¿¡£“‘«@^") | {
    "``",
    "“1",
    "“2",
    "*<",
    "**<",
    "***<",
    "_<",
    "__<",
    "~~<",
    "'<",
    "&;",
    "~<",
    "≈<",
    "±<",
    "#<",
    "%<",
    "@<",
    "^^",
}
_BOTH = frozenset({"/", "\\", _IN_LINK})
_DASHES = "–—"
_PAIRED = frozenset({"*", "**", "***", "_", "__", "~~", *_DASHES})
_ALONE = _PAIRED - {"*", "_", *_DASHES}  # an opening one where a sentence begins with it
_SIGNS = frozenset("~≈±+−<>#%")
_LINK_MARKS = frozenset("%&#@*$?+")
_FIRST_EMOJI = 0x1EFFF
_CLITICS = frozenset({"n't", "'s", "'m", "'d", "'ll", "'re", "'ve"})
_NUMBER = regex.compile(r"[-−+]?\d")
_WORD = regex.compile(r"['’]?[\p{L}\p{M}\p{N}]")
_NAME = regex.compile(r"[@#][\p{L}\p{N}_]")
_LEAST_BULLETS = 3


def kinds(tokens: Sequence[str], *, nltk: bool = False) -> list[str]:
    """Return the kind of each token of a sentence: a mark is its own kind.

    Notes
    -----
    "w" a word, "n" a number, "c" what follows a word without a blank (n't), "l" what
    precedes one (l'), "e" an emoji. Marks that come in pairs tell which of the two they
    are, quotation marks how deep they are nested, and "^" what begins the sentence. NLTK
    has ' for a quotation mark too; elsewhere it is a genitive's. It cuts links and smileys,
    whose marks stand together.
    """
    found: list[str] = []
    depth = 0
    for index, token in enumerate(tokens):
        if token.isalpha():  # most are
            kind = "w"
        elif token in _CLITICS or token.lower() in _CLITICS:
            kind = "c"
        elif _NUMBER.match(token):
            kind = "n"
        elif _WORD.match(token):
            kind = "l" if token[-1] == APOSTROPHE and len(token) < 8 else "w"
        elif token == OPENING:
            depth += 1
            kind = f"{OPENING}{min(depth, 2)}"
        elif token == CLOSING:
            kind = f"{CLOSING}{min(max(depth, 1), 2)}"
            depth = max(depth - 1, 0)
        elif (token == ";" and _is_entity(tokens, index)) or (token[0] == "&" and len(token) > 3):  # noqa: S105 - a mark
            kind = "&;"
        elif token[:2] == ".." and token != "...":  # noqa: S105 - a mark
            kind = "...."
        elif token in _SIGNS and _is_sign(tokens, found, index):
            kind = token + "<"
        elif token == "@" and tokens[index + 1 : index + 2] and tokens[index + 1][0].isalpha():  # noqa: S105
            kind = "@<"
        elif _NAME.match(token):
            kind = "w"
        elif len(token) > 3 or ord(token[0]) > _FIRST_EMOJI:
            kind = "e"
        else:
            kind = token
        found.append(kind)
    paired = _PAIRED | {APOSTROPHE} if nltk else _PAIRED
    if not paired.isdisjoint(tokens):
        _pair(tokens, found, paired)
    if nltk:
        _join_links(tokens, found)
        _join_smileys(tokens, found)
    if found and found[0] not in WORDS:
        found[0] = "^" + found[0]
    return found


def _pair(tokens: Sequence[str], found: list[str], paired: frozenset[str]) -> None:
    """Tell which of two asterisks opens and which one closes; two side by side are one mark."""
    places: dict[str, list[tuple[int, int]]] = {}
    index = 0
    while index < len(tokens):
        token = tokens[index]
        end = index + 1
        if token in paired:
            while end < len(tokens) and tokens[end] == token:
                end += 1
            is_product = found[index - 1 : index] == ["n"] and found[end : end + 1] == ["n"]
            if not is_product:
                places.setdefault(token * (end - index), []).append((index, end))
        index = end
    for mark, spans in places.items():
        is_list = mark == "*" and _is_list(spans, len(tokens))
        for number, (start, end) in enumerate(spans):
            is_last = number == len(spans) - 1
            side = ">" if number % 2 else "" if is_last else "<"
            if not side and end == len(tokens) > 1:
                side = ">"
            elif not side and start == 0 and mark in _ALONE:
                side = "<"
            kind = _BULLET if is_list else mark[:3] + side
            found[start:end] = [kind] * (end - start)


def _is_list(spans: Sequence[tuple[int, int]], length: int) -> bool:
    """Whether asterisks are a list's: they begin a sentence, and end none."""
    return len(spans) >= _LEAST_BULLETS and spans[0][0] == 0 and spans[-1][1] < length


def _join_links(tokens: Sequence[str], found: list[str]) -> None:
    """Tell the marks within a link, which NLTK cuts at each of them.

    In brackets, as Markdown has it, a link ends with them; elsewhere where no mark that
    links have stands between two words.
    """
    is_link = is_in_brackets = False
    for index in range(1, len(tokens) - 1):
        token, after = tokens[index], tokens[index + 1]
        if token[:2] == "//" and tokens[index - 1] == ":":
            is_link = True
            is_in_brackets = index > 2 and tokens[index - 3] == "("
        elif not is_link:
            continue
        elif is_in_brackets:
            is_link = token not in (")", "``")
            if is_link and found[index] not in WORDS:
                found[index] = _IN_LINK
        elif token == "?":  # noqa: S105 - a mark; a question's, where the link ends before it
            is_link = "=" in after
        else:
            is_link = token in _LINK_MARKS or found[index - 1] == _IN_LINK
        if is_link and token in _LINK_MARKS and _WORD.match(after):
            found[index] = _IN_LINK


def _join_smileys(tokens: Sequence[str], found: list[str]) -> None:
    """Tell the marks of :) ;-) :( from those of a sentence: their bracket has no partner."""
    if ":" not in tokens and ";" not in tokens:
        return
    depth = 0
    for index, token in enumerate(tokens):
        if token == "(":  # noqa: S105 - a mark
            is_alone = ")" not in tokens[index + 1 :]
        elif token == ")":  # noqa: S105 - a mark
            is_alone = depth == 0
        else:
            continue
        start = index - 1
        if start > 0 and tokens[start] == "-":
            start -= 1
        if is_alone and start >= 0 and tokens[start] in (":", ";"):
            found[start : index + 1] = [_SMILEY] + [_SMILED] * (index - start)
        else:
            depth = max(0, depth + (1 if token == "(" else -1))  # noqa: S105 - a mark


def _is_sign(tokens: Sequence[str], found: Sequence[str], index: int) -> bool:
    """Whether a mark such as ~ belongs to the number after it."""
    is_product = index > 0 and found[index - 1] == "n"
    return not is_product and index + 1 < len(tokens) and bool(_NUMBER.match(tokens[index + 1]))


def _is_entity(tokens: Sequence[str], index: int) -> bool:
    return index >= 2 and tokens[index - 2] == "&" and tokens[index - 1] in ENTITIES


def is_glued(before: str, after: str, known: Language) -> bool:
    """Whether two kinds stand together where nothing else is known."""
    if before in ("^…", "^..."):
        return after in WORDS
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
    if kind in (_SMILEY, _SMILED):
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
    return kind[0] if kind[0] in _DASHES else kind
