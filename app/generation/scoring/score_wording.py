"""What is said of a score in words: its product, its unknown words."""

import math

from app.shared.direction import isolated
from app.shared.formatting import (
    counted,
    format_bits,
    format_odds,
    format_perplexity,
    format_probability,
)
from engine import SentenceScore

ODDS = "How often the model would say exactly this sentence, including its end"
WAVERS = "Between how many equally likely words the model wavers, on average"
SURPRISE = "Mean surprise in bits per word: log₂ of the perplexity"
FIGURES = (  # term of the glossary, name of the object, name for who cannot see it, meaning
    (
        "Probability",
        "generation.probability_label",
        "Probability of the sentence",
        ODDS,
    ),
    (
        "Probability",
        "generation.log_probability_label",
        "Logarithm of the probability to base ten",
        "The probability as a power of ten: −3 is 1 in 1,000",
    ),
    ("Perplexity", "generation.perplexity_label", "Perplexity per word", WAVERS),
    ("Bits", "generation.bits_label", "Bits per word", SURPRISE),
)
_SHOWN_FACTORS = 12  # of the probability
_THOUSAND_LOG10 = 4.0  # smaller numbers are said in digits
_LARGE_NUMBERS = (
    *("thousand", "million", "billion", "trillion", "quadrillion", "quintillion"),
    *("sextillion", "septillion", "octillion", "nonillion", "decillion"),
)
_LISTED_UNKNOWN = 8  # unknown words named before "and others"


def formula_text(score: SentenceScore) -> str:
    """Write how each figure is computed, line by line, with the numbers of this sentence."""
    words, nats = score.words, -score.log_probability
    factors = _cut([format_probability(word.log_probability) for word in words], " × ")
    terms = _cut([f"{-word.log_probability:.2f}" for word in words], " − ")
    bits, count = nats / math.log(2.0), len(words)
    perplexity = format_perplexity(score.perplexity)
    lines = [
        f"p = {factors} = {format_probability(-nats)}",
        "(one factor per word, given the words before it; the last is the sentence’s end)",
        f"ln p = −{terms} = −{nats:.3f}",
        f"log₁₀ p = ln p ÷ ln 10 = −{nats:.3f} ÷ 2.3026 = −{nats / math.log(10.0):.3f}",
        f"−log₂ p = −ln p ÷ ln 2 = {nats:.3f} ÷ 0.6931 = {bits:.2f} bits",
        f"In words: {odds_in_words(-nats)}",
        f"T = {counted(count, 'predicted word')}, including the sentence’s end",
        f"Perplexity per word = exp(−ln p ÷ T) = exp({nats:.3f} ÷ {count:,}) = {perplexity}",
        f"Bits per word = {bits:.2f} ÷ {count:,} = {score.bits_per_word:.2f} = log₂ {perplexity}",
    ]
    known, nats = sum(word.is_known for word in words), -score.known_log_probability
    if known < count:
        without = format_perplexity(score.known_perplexity)
        lines.append(
            f"Without the unknown words: ln p = −{nats:.3f}, T = {known:,}, "
            f"perplexity = exp({nats:.3f} ÷ {known:,}) = {without}"
        )
    return "\n".join(lines)


def odds_in_words(log_probability: float) -> str:
    """Return how rare something is in words, such as "one in 2.4 million"."""
    log10 = max(0.0, -log_probability / math.log(10.0))
    if log10 < _THOUSAND_LOG10:
        return f"one in {format_odds(log_probability).removeprefix('1 in ')}"
    step = int(log10 // 3)
    if step > len(_LARGE_NUMBERS):
        return f"one in a number with {int(log10) + 1:,} digits"
    count = f"{10.0 ** (log10 - 3 * step):.3g}"
    if count == "1e+03":  # rounded up to the next name
        return odds_in_words(-math.log(10.0) * 3 * (step + 1))
    return f"one in {count} {_LARGE_NUMBERS[step - 1]}"


def _cut(parts: list[str], between: str) -> str:
    """Join numbers, the first ones and the last one where they are many."""
    if len(parts) <= _SHOWN_FACTORS:
        return between.join(parts)
    return between.join([*parts[: _SHOWN_FACTORS - 1], "…", parts[-1]])


def parts_text(score: SentenceScore) -> str:
    """Tell the sentences of a text apart, or that the words themselves were scored."""
    if score.are_words_given:
        return "These are the words as drawn; typed, this text would be read as different words."
    if len(score.parts) < 2:
        return ""
    # A Latin letter before a number: else Qt draws it in the font of the script before it.
    parts = "  ·  then ".join(
        f"{format_odds(part.log_probability)} for {isolated(_shortened(part.text))}"
        for part in score.parts
    )
    return f"Read as {len(score.parts)} sentences, of which the total is above.  {parts}"


def without_unknown_text(score: SentenceScore) -> str:
    """Tell the probability of the known words alone; "" where all are known."""
    if not score.unknown_words:
        return ""
    odds, wavers = score.known_log_probability, score.known_perplexity
    return (
        f" Without {'it' if len(score.unknown_words) == 1 else 'them'}: {format_odds(odds)}, "
        f"perplexity {format_perplexity(wavers)} per word."
    )


def unknown_sentence(score: SentenceScore, hidden_words: int = 0) -> str:
    """Name the unknown words and what each hides; "" when there are none.

    `hidden_words` is how many different words of the training text are unknown; 0: nobody knows.
    """
    bits = {word.word: word.bits for word in score.words if not word.is_known}
    names = score.unknown_words
    if not names:
        return ""
    listed = ", ".join(
        f"{_quoted(name)} ({format_bits(bits[name])})" if name in bits else _quoted(name)
        for name in names[:_LISTED_UNKNOWN]
    )
    if len(names) > _LISTED_UNKNOWN:
        listed += f" and {len(names) - _LISTED_UNKNOWN:,} more"
    others = f"{hidden_words:,} rare words of its text" if hidden_words else "all rare words"
    if len(names) == 1:
        return (
            f"The model does not know {listed}: it is scored as UNKNOWN_TOKEN, which stands for "
            f"{others} together. With another unknown word in its place the sentence scores the "
            "same."
        )
    return (
        f"The model does not know {listed}: each is scored as UNKNOWN_TOKEN, which stands for "
        f"{others} together. Sentences that differ only in such words score the same."
    )


def _quoted(word: str) -> str:
    """Return a word between marks that differ from those it consists of."""
    opening, closing = ("‘", "’") if set(word) & set('“”"') else ("“", "”")
    return f"{opening}{isolated(_shortened(word))}{closing}"


def _shortened(word: str) -> str:
    return word if len(word) <= 30 else f"{word[:29]}…"
