"""What each token of a sentence is, so far as that tells where blanks stand.

A word, a number, a mark; of marks whether they open or close, and whether they belong to a link, an
entity or a smiley. `spacing` counts by these kinds and decides by them.
"""

from collections.abc import Iterator, Sequence

import regex

from engine.tokenization.words import APOSTROPHE, CLOSING, OPENING

WORDS = frozenset("wnlce")  # the kinds that are no mark
SMILEY, SMILED = ":1", ":2"  # the first mark of :-) and the others
INSIDE = "//"  # of a link, an entity, R&D: no blank on either side
DASHES = "–—"
_REPEATED = "~"  # ends the kind of a mark that NLTK cut off the same one before it
_BULLET = "*·"
_ENTITIES = frozenset({"gt", "lt", "amp", "quot", "nbsp", "apos", "mdash", "ndash"})
_PAIRED = frozenset({"*", "**", "***", "_", "__", "~~", *DASHES})
_ALONE = _PAIRED - {"*", "_", *DASHES}  # an opening one where a sentence begins with it
_SIGNS = frozenset("~≈±+−<>#%٪€₹¥")
_LINK_MARKS = frozenset("%&#@*$?+")
_EMOJI = regex.compile(r"\p{Emoji_Presentation}|.\ufe0f|[\U0001f000-\U0010ffff]")
_CLITICS = frozenset({"n't", "'s", "'m", "'d", "'ll", "'re", "'ve"})
_NUMBER = regex.compile(r"[-−+]?\d")
_WORD = regex.compile(r"['’]?[\p{L}\p{M}\p{N}]")
_ALPHABETIC = regex.compile(r"\p{L}{2}")
_NAME = regex.compile(r"[@#][\p{L}\p{N}_]|/[ru]/")
_LINK_START = regex.compile(r"[/#]|https?(?:$|:)|www\.")
_ENTITY = regex.compile(r"&(\w+);")
_CLIPPED = regex.compile(r"\d\ds?|cause|em|til|bout|tis|twas|round|n")  # without their apostrophe
_GENITIVE = regex.compile(r".*(?:s|z|in|ol)|'?n")  # that an apostrophe may follow: dogs', rollin'
_AFTER_EYES = frozenset({"p", "d", "/", "\\"})
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
        elif token[0] == "&" and (entity := _ENTITY.fullmatch(token)):
            kind = f"&{entity[1]};" if entity[1] in _ENTITIES else "&lt;"
        elif token[:2] == ".." and token != "...":  # noqa: S105 - a mark
            kind = "...."
        elif token in _SIGNS and _is_sign(tokens, found, index):
            kind = token + "<"
        elif token == "@" and _is_name(tokens, index + 1):  # noqa: S105 - a mark
            kind = "@<"
        elif token == "&" and _is_letter(tokens, index - 1) and _is_letter(tokens, index + 1):  # noqa: S105
            kind = INSIDE  # R&D
        elif token == "(" and tokens[index + 1 : index + 2] == [")"] and found[-1:] == ["w"]:  # noqa: S105
            kind = INSIDE  # f()
        elif token == "." and found[-1:] == ["\\"] and _is_number(tokens, index + 1):  # noqa: S105
            kind = INSIDE  # 6\\.5
        elif token == "–" and found[-1:] == ["n"] and _is_number(tokens, index + 1):  # noqa: S105
            kind = "–n"  # 1.–5. Juni
        elif token == "-" and found[-1:] == ["%"]:  # noqa: S105 - a mark
            kind = "-%"  # 5%-ный
        elif _NAME.match(token):
            kind = "w"
        elif len(token) > 3 or _EMOJI.match(token):
            kind = "w" if _ALPHABETIC.match(token, 1) else "e"  # /message/compose
        else:
            kind = token
        found.append(kind)
    if not _PAIRED.isdisjoint(tokens):
        _pair(tokens, found, nltk=nltk)
        for index in range(len(tokens) - 1):
            if tokens[index] == "—" and tokens[index + 1] in ",.;:":
                found[index] = "—."  # —dijo ella—.
    if "&" in tokens or "&amp;" in tokens:
        _join_entities(tokens, found)
    if "(" in tokens or "//" in "".join(tokens):
        _join_links(tokens, found)
    if nltk:
        _join_smileys(tokens, found)
        _join_cut(tokens, found)
    if found and found[0] not in WORDS:
        found[0] = "^" + found[0]
    return found


def _pair(tokens: Sequence[str], found: list[str], *, nltk: bool) -> None:
    """Tell which of two asterisks opens and which one closes; NLTK cuts ** into two marks."""
    places: dict[str, list[tuple[int, int]]] = {}
    for start, end in _runs(tokens, nltk=nltk):
        is_product = found[start - 1 : start] == ["n"] and found[end : end + 1] == ["n"]
        if not is_product:
            places.setdefault("".join(tokens[start:end]), []).append((start, end))
    bold = places.get("**", [])
    for start, end in places.get("***", []):
        if nltk and start == 0 and len(bold) % 2:  # * **Bold** in a list
            places["***"].remove((start, end))
            places.setdefault("*", []).insert(0, (0, 1))
            bold.insert(0, (1, 3))
            break
    for start, end in places.pop("****", []) if nltk and len(bold) % 2 == 0 else []:
        bold += [(start, start + 2), (start + 2, end)]  # **one** **two**
        bold.sort()
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
            if not side:
                found[start + 1 : end] = [mark[0] + _REPEATED] * (end - start - 1)


def _runs(tokens: Sequence[str], *, nltk: bool) -> Iterator[tuple[int, int]]:
    """Yield where marks that come in pairs begin and end; elsewhere a run of them is one token."""
    index = 0
    while index < len(tokens):
        end = index + 1
        if tokens[index] in _PAIRED:
            while nltk and end < len(tokens) and tokens[end] == tokens[index]:
                end += 1
            yield index, end
        index = end


def _is_list(spans: Sequence[tuple[int, int]], length: int) -> bool:
    """Whether asterisks are a list's: they begin a sentence, and end none."""
    return len(spans) >= _LEAST_BULLETS and spans[0][0] == 0 and spans[-1][1] < length


def _join_entities(tokens: Sequence[str], found: list[str]) -> None:
    """Tell &gt; where NLTK cuts it, and what follows &amp; in a text that has it for &."""
    for index in range(2, len(tokens)):
        if tokens[index] != ";":
            continue
        start = index - 1
        name = tokens[start]
        if start > 1 and tokens[start - 1] == "#" and name.isdigit():
            start -= 1
        elif name not in _ENTITIES and not (name[0] == "#" and name[1:].isdigit()):
            continue
        if tokens[start - 1] == "&":
            found[start - 1] = "&<"
            found[start:index] = [INSIDE] * (index - start)
            found[index] = f"&{name};" if name in _ENTITIES else "&lt;"
        elif found[start - 1] == "&amp;":
            found[start - 1 : index] = [INSIDE] * (index - start + 1)
            found[index] = SMILED  # as any mark that belongs to what precedes


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
            is_in_brackets = is_in_brackets or (index > 2 and tokens[index - 3] == "(")
        elif token == "(" and tokens[index - 1] == "]" and _LINK_START.match(after):  # noqa: S105
            found[index] = INSIDE
            is_link = is_in_brackets = "://" not in after and after[0] != "w"  # else one token
            continue
        elif not is_link:
            continue
        elif is_in_brackets:
            is_link = is_in_brackets = token not in (")", "``", OPENING)
            if is_link and found[index] not in WORDS:
                found[index] = INSIDE
        elif token == "?":  # noqa: S105 - a mark; a question's, where the link ends before it
            is_link = "=" in after
        elif token == ";":  # noqa: S105 - a mark; of &amp; alone
            is_link = found[index - 1] == INSIDE
        else:
            is_link = token in _LINK_MARKS or found[index - 1] == INSIDE
        if is_link and (token in _LINK_MARKS or token == ";") and _WORD.match(after):  # noqa: S105
            found[index] = INSIDE


def _join_smileys(tokens: Sequence[str], found: list[str]) -> None:
    """Tell the marks of :) ;-) :( from those of a sentence: their bracket has no partner."""
    if ":" not in tokens and ";" not in tokens:
        return
    depth = 0
    for index, token in enumerate(tokens):
        if token in _AFTER_EYES and index and tokens[index - 1] == ":":
            found[index - 1 : index + 1] = [SMILEY, SMILED]
            continue
        if token == "(":  # noqa: S105 - a mark
            is_alone = ")" not in tokens[index + 1 :]
        elif token == ")":  # noqa: S105 - a mark
            is_alone = depth == 0
        else:
            continue
        start = index - 1
        if start > 0 and tokens[start] == "-":
            start -= 1
        if is_alone and start >= 0 and tokens[start] in (":", ";", "="):
            found[start : index + 1] = [SMILEY] + [SMILED] * (index - start)
        else:
            depth = max(0, depth + (1 if token == "(" else -1))  # noqa: S105 - a mark


def _join_cut(tokens: Sequence[str], found: list[str]) -> None:
    """Tell the marks that NLTK cuts: --- and ###, ’ in a word, and what ' does."""
    for index in range(1, len(tokens)):
        token, before = tokens[index], tokens[index - 1]
        if (set(token) == set(before) == {"-"}) or token == before == "#":  # noqa: S105 - marks
            found[index] = token[0] + _REPEATED
        elif token == "''" and found[index - 1][-1] == ";" and len(found[index - 1]) > 1:  # noqa: S105
            found[index] = "``"  # &gt;"So it begins"
        elif token == "’" and found[index - 1] == "w" and _follows_apostrophe(tokens, index):  # noqa: S105
            found[index] = INSIDE
    _tell_single_marks(tokens, found)


def _tell_single_marks(tokens: Sequence[str], found: list[str]) -> None:
    """Tell the marks of 'this' from those of the dogs' bowls and of the '70s."""
    places: list[tuple[int, str]] = []
    for index, token in enumerate(tokens):
        after = tokens[index + 1] if index + 1 < len(tokens) else ""
        if token == APOSTROPHE and _CLIPPED.fullmatch(after):
            found[index] = APOSTROPHE + "<"
        elif token == APOSTROPHE:
            places.append((index, after))
    is_genitive = [
        index > 0 and bool(_GENITIVE.fullmatch(tokens[index - 1])) for index, _ in places
    ]
    is_quoted = len(places) > 1 and not all(is_genitive)
    is_open = False
    for (index, after), may_close in zip(places, is_genitive, strict=True):
        if is_quoted:
            is_open = not is_open and bool(after)
        else:
            is_open = bool(
                _WORD.match(after) and not may_close and not _follows_apostrophe(tokens, index)
            )
        found[index] = APOSTROPHE + ("<" if is_open else ">")


def _is_sign(tokens: Sequence[str], found: Sequence[str], index: int) -> bool:
    """Whether a mark such as ~ belongs to the number after it."""
    is_product = index > 0 and found[index - 1] == "n"
    return not is_product and _is_number(tokens, index + 1)


def _is_number(tokens: Sequence[str], index: int) -> bool:
    return index < len(tokens) and bool(_NUMBER.match(tokens[index]))


def _is_letter(tokens: Sequence[str], index: int) -> bool:
    return 0 <= index < len(tokens) and len(tokens[index]) == 1 and tokens[index].isalpha()


def _is_name(tokens: Sequence[str], index: int) -> bool:
    """Whether a word is here that no link begins with."""
    if index >= len(tokens) or not tokens[index][0].isalpha():
        return False
    return not "".join(tokens[index + 1 : index + 3]).startswith("://")


def _follows_apostrophe(tokens: Sequence[str], index: int) -> bool:
    after = tokens[index + 1 : index + 2]
    return bool(after) and APOSTROPHE + after[0] in _CLITICS | {"'t"}
