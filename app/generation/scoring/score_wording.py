"""What is said of a score in words: its product, its unknown words."""

import math

from app.shared.direction import isolated
from app.shared.formatting import format_odds, format_perplexity, format_probability
from engine import SentenceScore

WAVERS = "Between how many equally likely words the model wavers, on average"
SURPRISE = "Mean surprise in bits per word: log₂ of the perplexity"
FIGURES = (  # term of the glossary, name of the object, name for who cannot see it, meaning
    (
        "Probability",
        "generation.probability_label",
        "Probability of the sentence",
        "How often the model would say exactly this sentence, its end included",
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
_LISTED_UNKNOWN = 8  # unknown words named before "and others"


def probability_formula(score: SentenceScore) -> str:
    """Write the probability as the product that it is, and in all units."""
    factors = [f"{format_probability(word.log_probability)}" for word in score.words]
    shown = " × ".join(factors[:_SHOWN_FACTORS])
    more = f" × … ({len(factors) - _SHOWN_FACTORS:,} more)" if len(factors) > _SHOWN_FACTORS else ""
    ln = score.log_probability
    units = (
        f"ln p = {ln:.3f}, log₁₀ p = {ln / math.log(10.0):.3f}, log₂ p = {ln / math.log(2.0):.3f}"
    )
    return (
        f"p = {shown}{more}: one factor per word, the sentence's end the last.\n"
        f"{units} bits.".replace("-", "−")
    )


def parts_text(score: SentenceScore) -> str:
    """Tell the sentences of a text apart, or that the words themselves were scored."""
    if score.are_words_given:
        return "These are the drawn words themselves: typed, this text would be read as others."
    if len(score.parts) < 2:
        return ""
    parts = "  ·  ".join(
        f"{isolated(_shortened(part.text))}: {format_odds(part.log_probability)}"
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
        f"perplexity {format_perplexity(wavers)}."
    )


def unknown_sentence(words: tuple[str, ...]) -> str:
    """Name the unknown words in a sentence; "" when there are none."""
    if not words:
        return ""
    names = list(dict.fromkeys(words))
    listed = ", ".join(f"“{isolated(_shortened(name))}”" for name in names[:_LISTED_UNKNOWN])
    if len(names) > _LISTED_UNKNOWN:
        listed += f" and {len(names) - _LISTED_UNKNOWN:,} more"
    if len(names) == 1:
        return (
            f"The model does not know the word {listed}: it is scored as UNKNOWN_TOKEN, "
            "like any other rare word."
        )
    return (
        f"The model does not know the words {listed}: each is scored as UNKNOWN_TOKEN, "
        "so they all look alike to it."
    )


def _shortened(word: str) -> str:
    return word if len(word) <= 30 else f"{word[:29]}…"
