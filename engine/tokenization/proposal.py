"""Which language a text is in, and which tokeniser suits it.

The script tells most of it; where several languages share one, py3langid does, whose model comes
with it and is loaded at the first question. A longer English text is told by its commonest words,
which saves that (0.4 s). The beginning of a text alone is looked at, and what is found is only
ever a proposal.
"""

from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache

import regex
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from engine.config import TokenizerConfig, TokenizerName
from engine.tokenization.languages import known_languages, language_name

MOST_CHARACTERS = 20_000  # that are looked at: some milliseconds
_LEAST_PROBABLE = 0.25  # of a language; "ok lol" may be of any
_LEAST_BLANKLESS = 0.3  # share of letters in scripts without blanks
_TOKENISED = 0.9  # share of commas with a blank before them in a text tokenised already
_LEAST_COMMAS = 5
_UNKNOWN_WORDS = ("<unk>", "<UNK>")

# The scripts that are one language's, or nearly so.
_SCRIPTS = {
    "Hiragana": "ja",
    "Katakana": "ja",
    "Han": "zh",
    "Thai": "th",
    "Lao": "lo",
    "Khmer": "km",
    "Myanmar": "my",
    "Tibetan": "bo",
    "Hangul": "ko",
    "Devanagari": "hi",
    "Bengali": "bn",
    "Tamil": "ta",
    "Telugu": "te",
    "Gujarati": "gu",
    "Gurmukhi": "pa",
    "Kannada": "kn",
    "Malayalam": "ml",
    "Sinhala": "si",
    "Greek": "el",
    "Hebrew": "he",
    "Armenian": "hy",
    "Georgian": "ka",
    "Ethiopic": "am",
    "Arabic": "ar",
    "Cyrillic": "ru",
    "Latin": "",
}
_SCRIPT = {name: regex.compile(rf"\p{{Script={name}}}") for name in _SCRIPTS}
_SHARED = ("Latin", "Cyrillic", "Arabic", "Devanagari")  # those of several languages
_NO_LANGUAGE = "zxx"  # numbers, code, letters at random
_BLANKLESS = ("Hiragana", "Katakana", "Han", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan")
# A tenth of the words of an English text are these, in no other language that has Latin letters.
_ENGLISH = frozenset({"the", "and", "to", "of", "that", "it", "you", "this", "with", "have"})
_ENGLISH_SHARE = 0.1
_ENGLISH_KINDS = 7  # of them
_ENGLISH_WORDS = 200  # different or not, before they tell
_LATIN_WORD = regex.compile(r"\p{L}+")
_COMMA = regex.compile(r"(?<=\S)( ?),(?=\s)")
_INNER_STOP = regex.compile(r"\s[.!?]\s+\S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What suits a text; the user may choose otherwise."""

    language: str  # such as "de"; "" = not recognised
    tokenizer: TokenizerName
    lower_case: bool
    reason: str  # a sentence for the user


def settled(wanted: TokenizerConfig, sample: str) -> TokenizerConfig:
    """Return the tokeniser of a text where "auto" was wanted, in all or in the language."""
    if "auto" not in (wanted.name, wanted.language):
        return wanted
    found = propose(sample, "" if wanted.language == "auto" else wanted.language)
    language = found.language if wanted.language == "auto" else wanted.language
    if wanted.name != "auto":
        return replace(wanted, language=language)
    if found.tokenizer == "whitespace" and (word := _unknown_word(sample)):
        wanted = replace(wanted, name="whitespace", unknown_word=word)
    merges = wanted.merge_numbers or wanted.merge_links
    name = "words" if merges and found.tokenizer != "characters" else found.tokenizer
    return replace(wanted, name=name, language=language, lower_case=found.lower_case)


def propose(sample: str, language: str = "") -> Proposal:
    """Propose a language and a tokeniser for a text.

    Parameters
    ----------
    sample : str
        The beginning of the text, a document per line; 20,000 characters of it are looked at.
    language : str
        Such as "de", where it is known; "" = to be told from the text.
    """
    sample = sample[:MOST_CHARACTERS]
    scripts = Counter(
        {name: len(expression.findall(sample)) for name, expression in _SCRIPT.items()}
    )
    letters = sum(scripts.values())
    if not letters:
        return Proposal(
            language="", tokenizer="words", lower_case=False, reason="The text has no letters."
        )
    code = language or _language_of(sample, scripts)
    name = language_name(code)
    if sum(scripts[script] for script in _BLANKLESS) > _LEAST_BLANKLESS * letters:
        return Proposal(
            language=code,
            tokenizer="characters",
            lower_case=False,
            reason=f"{name} has no blanks between words: each character is a word.",
        )
    if _is_tokenised(sample):
        return Proposal(
            language=code,
            tokenizer="whitespace",
            lower_case=False,
            reason="Words and marks stand between blanks and each line is one sentence: "
            "the text is tokenised already.",
        )
    if code == "en" or (not code and sample.isascii()):
        which = "English" if code else "The language is not recognised"
        return Proposal(
            language=code,
            tokenizer="tutorial",
            lower_case=True,
            reason=f"{which}: lower-cased words as NLTK finds them, as in the tutorial.",
        )
    is_cased = code == "de"
    case = "nouns keep their capitals" if is_cased else "lower-cased, shown as mostly written"
    if not _has_case(scripts):
        return Proposal(
            language=code, tokenizer="words", lower_case=False, reason=f"{name}: words and marks."
        )
    return Proposal(
        language=code,
        tokenizer="words",
        lower_case=not is_cased,
        reason=f"{name}: words and marks, {case}.",
    )


def _has_case(scripts: Counter[str]) -> bool:
    return scripts.most_common(1)[0][0] in ("Latin", "Cyrillic", "Greek", "Armenian")


def _language_of(sample: str, scripts: Counter[str]) -> str:
    """Return the language of the script that most letters are of."""
    script = scripts.most_common(1)[0][0]
    if script == "Han" and scripts["Hiragana"] + scripts["Katakana"] > scripts["Han"] // 20:
        return "ja"
    if script not in _SHARED:
        return _SCRIPTS[script]
    if script == "Latin" and _is_plainly_english(sample):
        return "en"
    code, probability = _identifier().classify(sample)
    if probability < _LEAST_PROBABLE:
        return _SCRIPTS[script]
    return "" if code == _NO_LANGUAGE else str(code)


def _is_plainly_english(sample: str) -> bool:
    """Whether the commonest words leave no doubt."""
    words = _LATIN_WORD.findall(sample.lower())
    counts = Counter(word for word in words if word in _ENGLISH)
    return (
        len(words) >= _ENGLISH_WORDS
        and len(counts) >= _ENGLISH_KINDS
        and counts.total() >= _ENGLISH_SHARE * len(words)
    )


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    """Load the model: half a second, once."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([*known_languages(), _NO_LANGUAGE])
    return identifier


def _unknown_word(sample: str) -> str:
    """Return what a published corpus has for its unknown words, "" where it has none."""
    words = set(sample[:MOST_CHARACTERS].split())
    return next((word for word in _UNKNOWN_WORDS if word in words), "")


def _is_tokenised(sample: str) -> bool:
    """Whether marks stand apart, and words are unknown already or each line is one sentence."""
    commas = _COMMA.findall(sample)
    apart = sum(blank == " " for blank in commas)
    if apart < _TOKENISED * len(commas):
        return False  # somebody writes about <unk>
    if _unknown_word(sample):
        return True
    if len(commas) < _LEAST_COMMAS:
        return False
    lines = [line for line in sample.splitlines() if line.strip()]
    with_several = sum(_INNER_STOP.search(line.strip()) is not None for line in lines)
    return with_several < len(lines) / 4
