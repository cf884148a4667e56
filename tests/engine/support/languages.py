"""Sentences in several languages, thousands made of them, and how well they are written back."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from engine.config import TokenizerConfig, TokenizerName
from engine.tokenization.languages import language
from engine.tokenization.sentence_ends import SentenceRules
from engine.tokenization.tokenizers import make_tokenizer
from engine.tokenization.words import Tokenizer, visible
from engine.tokenization.writing.way import WritingCounts
from engine.tokenization.writing.written import Writer
from engine.tokenization.writing.written_forms import FormCounts

FOLDER = Path(__file__).resolve().parents[1] / "corpus" / "languages"
LANGUAGES = sorted(path.stem for path in FOLDER.glob("*.txt"))
WITHOUT_BLANKS = ("ja", "th", "zh")
_ENDS = {"hi": "।", "zh": "。", "ja": "。", "th": ""}
_QUESTION = {"ar": "؟", "zh": "？", "ja": "？"}
_MARKS = '“”„«»‘‚"「」『』《》()[]（）¿¡'


def own_sentences(code: str) -> list[str]:
    """Return the sentences written for a language."""
    return (FOLDER / f"{code}.txt").read_text("utf-8").splitlines()


def made_sentences(code: str, count: int, seed: int = 0) -> list[str]:
    """Return sentences made of the plain ones by templates with marks."""
    draws = random.Random(seed)
    cores = [
        line.rstrip(" .!?।。？！؟…")
        for line in own_sentences(code)
        if not set(_MARKS) & set(line) and ":" not in line and "：" not in line
    ]
    cores = [core for core in cores if not core.endswith(("etc", "usw", "ecc", "д", "—"))]
    templates = _templates(code)
    return [
        draws.choice(templates).format(a=draws.choice(cores), b=draws.choice(cores))
        for _ in range(count)
    ]


def _templates(code: str) -> list[str]:
    if code == "zh":
        return ["{a}。", "{a}，{b}。", "他说：“{a}。”", "“{a}”，{b}。", "{a}（{b}）！"]
    if code == "ja":
        return ["{a}。", "{a}、{b}。", "「{a}」と{b}。", "{a}（{b}）！", "{a}？"]
    end, question = _ENDS.get(code, "."), _QUESTION.get(code, "?")
    marks = language(code).marks
    opening, closing = marks.opening, marks.closing
    if code in ("en", "hi", "th", "tr"):
        opening = closing = '"'
    blank = " " if code == "fr" else ""
    said = f"{opening}{blank}{{a}}{blank}{closing}"
    return [
        "{a}" + end,
        "{a}, {b}" + end,
        "{a}" + blank + question,
        "{a} ({b})" + blank + "!",
        "{a} – {b}" + end,
        "{a} 3,5 % {b}" + end if code in ("de", "fr", "es", "ru", "uk") else "{a} 35% {b}" + end,
        f"{said}, {{b}}" + end,
        f"{{b}}{blank}: {said}" + end,
        "{a}… {b}" + end if code in ("de", "es", "fr", "ru", "uk") else "{a}... {b}" + end,
        "{a}" + blank + "; {b}" + end,
        "{a} 1/2, 10:30, {b} [12]" + end,
        "{a} https://example.org/a?b=1 {b} @anna #x" + end,
    ]


def reader(
    code: str, texts: Sequence[str], *, name: TokenizerName | None = None, lower_case: bool = True
) -> Tokenizer:
    """Return the tokeniser for a text in a language."""
    name = name or ("characters" if code in WITHOUT_BLANKS else "words")
    rules = SentenceRules.learn(code, texts)
    return make_tokenizer(TokenizerConfig(name=name, language=code, lower_case=lower_case), rules)


def writer(tokenizer: Tokenizer, sentences: Sequence[str]) -> Writer:
    """Return the writer that has learned from these sentences."""
    code = tokenizer.config.language
    counts = WritingCounts(nltk=tokenizer.config.name == "tutorial")
    forms = FormCounts(code)
    fast = tokenizer.fast()
    numbers: list[int] = []
    lengths: list[int] = []
    for sentence in sentences:
        counts.add(tokenizer.pieces(sentence))
        before = len(numbers)
        fast.append_numbers(sentence, numbers)
        lengths.append(len(numbers) - before)
    forms.add(fast.table.words, np.array(numbers, np.int32), np.array(lengths, np.int32))
    is_word = {tokenizer.word_of(form) for form in fast.table.words}.__contains__
    is_small = tokenizer.config.lower_case or tokenizer.config.name == "tutorial"
    spelling = forms.most_frequent(is_word) if is_small else None
    return Writer(tokenizer, counts.writing(code, spelling))


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of sentences."""

    sentences: int
    equal: float  # written back as they were, but for case and the width of blanks
    equal_but_marks: float  # quotation marks, apostrophes and dots taken for each other too
    readable: float  # what is written gives the same words


def written_back(writer: Writer, tokenizer: Tokenizer, sentences: Sequence[str]) -> Score:
    """Tokenise sentences, join the words, and compare."""
    equal = but_marks = readable = 0
    for sentence in sentences:
        tokens = tokenizer.tokenize(sentence)
        joined = writer.join(tokens)
        equal += _plain(joined) == _plain(sentence)
        but_marks += _unified(joined) == _unified(sentence)
        readable += writer.is_readable(tokens)
    n = len(sentences)
    return Score(n, equal / n, but_marks / n, readable / n)


def _plain(text: str) -> str:
    return " ".join(visible(text).split()).casefold()


def _unified(text: str) -> str:
    plain = _plain(text).replace("…", "...").replace("''", '"').replace("``", '"')
    return plain.translate({ord(mark): '"' for mark in "“”„«»‘’‚'ʼ"})


def drawn(
    tokenizer: Tokenizer, sentences: Sequence[str], count: int, seed: int = 0
) -> list[list[str]]:
    """Draw sentences as a small model does: each word after one that it follows in the text."""
    draws = random.Random(seed)
    followers: dict[str, list[str]] = defaultdict(list)
    for sentence in sentences:
        tokens = ["<", *tokenizer.tokenize(sentence), ">"]
        for before, after in pairwise(tokens):
            followers[before].append(after)
    found: list[list[str]] = []
    while len(found) < count:
        tokens = ["<"]
        while tokens[-1] != ">" and len(tokens) < 60:
            tokens.append(draws.choice(followers[tokens[-1]]))
        if tokens[-1] == ">" and len(tokens) > 2:
            found.append(tokens[1:-1])
    return found


def readable_share(writer: Writer, sentences: Sequence[Sequence[str]]) -> float:
    """Return the share of these token lists whose written form reads back."""
    return sum(writer.is_readable(tokens) for tokens in sentences) / len(sentences)
