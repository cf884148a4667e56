"""From text to sentences and words, and from words back to readable text.

Nothing is counted or numbered here.
"""

import re
from collections.abc import Sequence

from nltk.tokenize.destructive import NLTKWordTokenizer

from engine.sentence_splitter import SentenceSplitter
from engine.vocabulary import SENTENCE_END, SENTENCE_START

__all__ = ["SentenceSplitter", "detokenize", "tokenize"]

_TOKENIZER = NLTKWordTokenizer()
_JOINED_TO_PREVIOUS = frozenset(
    {",", ".", ";", ":", "?", "!", "...", "…", ")", "]", "}", "''", "”", "’", "»", "%"}
    | {"n't", "'s", "'m", "'d", "'ll", "'re", "'ve"}
)
_JOINED_TO_NEXT = frozenset({"(", "[", "{", "``", "“", "‘", "«", "$", "@", "#"})
# NLTK splits these, and only these, words without leaving a mark.
_HALVES = frozenset(
    {("can", "not"), ("gim", "me"), ("gon", "na"), ("got", "ta"), ("lem", "me")}
    | {("wan", "na"), ("more", "'n"), ("d", "'ye"), ("'t", "is"), ("'t", "was")}
)
_AFTER_CURLY_APOSTROPHE = frozenset({"s", "t", "re", "ve", "ll", "m", "d"})  # it’s: three tokens
_ENTITIES = {"gt": ">", "lt": "<", "amp": "&", "quot": '"', "nbsp": " "}
_SHOWN = {"``": "“", "''": "”", "i": "I"}
_FIRST_LETTER = re.compile(r"[^\W\d_]")


def tokenize(sentence: str) -> list[str]:
    """Return the lower-cased words and marks of one sentence.

    Notes
    -----
    As the tutorial's `nltk.word_tokenize` of one sentence
    (`preserve_line=True`), after lower-casing.
    """
    tokens: list[str] = _TOKENIZER.tokenize(sentence.lower())
    return tokens


def detokenize(words: Sequence[str]) -> str:
    """Return the words as a person would write them.

    Parameters
    ----------
    words : sequence of str
        Tokens of one sentence; SENTENCE_START and SENTENCE_END are left out.

    Returns
    -------
    str
        "do", "n't", "." becomes "Don't."; quotation marks and brackets stand close to
        what they enclose, "i" becomes "I", the first letter is a capital.
    """
    kept = [word for word in words if word not in (SENTENCE_START, SENTENCE_END)]
    kept = _join_entities(kept)
    pieces: list[str] = []
    is_glued = True  # whether the next word follows without a blank
    in_quotes = False  # between two single apostrophes
    for index, word in enumerate(kept):
        opens = word == "'" and not in_quotes and "'" in kept[index + 1 :]
        closes = word == "'" and not opens
        previous = kept[index - 1] if index else ""
        is_clitic = previous == "’" and word in _AFTER_CURLY_APOSTROPHE
        is_half = (previous, word) in _HALVES
        if not (is_glued or closes or is_clitic or is_half or word in _JOINED_TO_PREVIOUS):
            pieces.append(" ")
        pieces.append(_SHOWN.get(word, word))
        is_glued = opens or word in _JOINED_TO_NEXT
        if word == "'":
            in_quotes = opens
    return _capitalize("".join(pieces))


def _join_entities(words: list[str]) -> list[str]:
    """Turn "&", "gt", ";" into ">": comments come with HTML entities, split into three."""
    joined: list[str] = []
    for word in words:
        if word == ";" and len(joined) >= 2 and joined[-2] == "&" and joined[-1] in _ENTITIES:
            joined[-2:] = [_ENTITIES[joined[-1]]]
        else:
            joined.append(word)
    return [word for word in joined if word != " "]


def _capitalize(text: str) -> str:
    """Make the first letter a capital; a special token keeps its own shape."""
    match = _FIRST_LETTER.search(text)
    if match is None or text[match.start() :].startswith("http"):
        return text
    return text[: match.start()] + text[match.start()].upper() + text[match.start() + 1 :]
