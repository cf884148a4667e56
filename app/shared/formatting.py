"""Numbers as text for people: one way to write each kind of number.

Plain functions: they know neither Qt nor the engine.
"""

import math

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NOT_KNOWN = "–"
_IN_FULL = 1e6  # from here on a number is written as a power of ten
_SMALLEST_PERCENT = math.log(0.001)
_LARGEST_POWER = 100  # of a perplexity; beyond it the exact one tells nothing


def format_count(count: int) -> str:
    """Return a count with its thousands marked, such as "12,345"."""
    return f"{count:,}"


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """Return a count with its noun: "1 row", "12,345 rows"."""
    noun = singular if count == 1 else (plural or f"{singular}s")
    return f"{format_count(count)} {noun}"


def format_loss(loss: float | None) -> str:
    """Return a loss in nats per word, such as "6.012"; one that exploded as "99,000"."""
    if loss is None or not math.isfinite(loss):
        return NOT_KNOWN
    return f"{loss:.3f}" if loss < 1000.0 else _large(loss)


def format_epoch(epoch: float) -> str:
    """Return how many epochs, such as "3", "0.34" or "< 0.01"."""
    if 0.0 < epoch < 0.005:
        return "< 0.01"
    return f"{epoch:,.2f}".rstrip("0").rstrip(".")


def format_rate(rate: float | None) -> str:
    """Return a learning rate with up to three digits, such as "0.005" or "1,000"."""
    if rate is None or not math.isfinite(rate):
        return NOT_KNOWN
    return f"{rate:.3g}" if rate < 1000.0 else _large(rate)


def format_bytes(size: int) -> str:
    """Return a size such as "12 kB", "3.4 MB" or "4.3 GB", in powers of 1000."""
    for unit, bytes_of_unit in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= 0.9995 * bytes_of_unit:
            return f"{size / bytes_of_unit:.3g} {unit}"
    return counted(size, "byte")


def format_speed(words_per_s: float) -> str:
    """Return a speed such as "12,300 words/s"."""
    if not math.isfinite(words_per_s):
        return NOT_KNOWN
    return f"{_rounded(words_per_s):,} words/s"


def format_duration(seconds: float | None) -> str:
    """Return a time such as "8 s", "1 min 05 s" or "2 h 03 min"."""
    if seconds is None or not math.isfinite(seconds):
        return NOT_KNOWN
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = whole // 60
    return f"{minutes // 60} h {minutes % 60:02d} min"


def format_percent(share: float) -> str:
    """Return a share such as "6.4 %"; a small share is never shown as nothing."""
    if 0.0 < share < 0.0005:
        return "< 0.1 %"
    return f"{100.0 * share:.1f} %"


def format_probability(log_probability: float) -> str:
    """Return a probability given its natural log: "0.12", "1.2e-14"; never rounded to 0."""
    if math.isnan(log_probability):
        return NOT_KNOWN
    if log_probability > math.log(0.001):
        return f"{math.exp(log_probability):.3g}"
    digits, power = _scientific(log_probability / math.log(10.0))
    return f"{digits}e{power}"


def format_share(log_probability: float) -> str:
    """Return a percentage with two decimals, and odds below a tenth of a percent."""
    if log_probability >= _SMALLEST_PERCENT:
        return f"{100.0 * math.exp(log_probability):.2f} %"
    return format_odds(log_probability)


def format_odds(log_probability: float) -> str:
    """Return a probability as odds given its natural log: "1 in 8.3 × 10¹³"."""
    if math.isnan(log_probability):
        return NOT_KNOWN
    if log_probability > -math.log(1e6):
        return f"1 in {_odds_count(math.exp(-log_probability))}"
    digits, power = _scientific(-log_probability / math.log(10.0))
    return f"1 in {digits} × {format_power_of_ten(power)}"


def format_power_of_ten(power: int) -> str:
    """Return 10 with a raised exponent, such as "10⁻⁶"."""
    return f"10{str(power).translate(_SUPERSCRIPTS)}"


def format_perplexity(perplexity: float) -> str:
    """Return a perplexity with about three digits; a very large one as a power of ten."""
    if math.isnan(perplexity):
        return NOT_KNOWN
    if perplexity > 10.0**_LARGEST_POWER:
        return f"> {format_power_of_ten(_LARGEST_POWER)}"
    return f"{perplexity:.3g}" if perplexity < 100.0 else _large(perplexity)


def perplexity_of_loss(loss: float) -> str:
    """Return the perplexity that a loss in nats per word comes to, as `format_perplexity` does."""
    return format_perplexity(math.exp(min(loss, 700.0)) if math.isfinite(loss) else math.nan)


def format_tick(number: float) -> str:
    """Return a round number at an axis: "0.05", "20,000", "2.5 × 10⁶" or "10⁻⁵"."""
    size = abs(number)
    if size == 0.0 or 1e-4 <= size < 1000.0:
        return f"{number:.4g}"
    if 1000.0 <= size < _IN_FULL - 0.5:
        return f"{number:,.6g}"
    power = math.floor(math.log10(size) + 1e-9)  # a logarithm may end just below a whole number
    digits = f"{number / 10.0**power:.3g}"
    return f"{digits} × {format_power_of_ten(power)}".removeprefix("1 × ")


def format_bits(bits: float) -> str:
    """Return an amount of information, such as "7.35 bits"."""
    return NOT_KNOWN if not math.isfinite(bits) else f"{bits:.2f} bits"


def shorten(text: str, length: int) -> str:
    """Return `text` on one line, cut to `length` characters with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


def _scientific(log10: float) -> tuple[str, int]:
    """Split 10 ** log10 into two digits and a power, without computing the number itself."""
    power = math.floor(log10)
    digits = f"{10.0 ** (log10 - power):.1f}"
    return ("1.0", power + 1) if digits == "10.0" else (digits, power)


def _large(number: float) -> str:
    """Write a number of 100 or more with three digits in full, from a million on with two."""
    if number < _IN_FULL:
        return f"{_rounded(number):,}"
    digits, power = _scientific(math.log10(number))
    return f"{digits} × {format_power_of_ten(power)}"


def _odds_count(odds: float) -> str:
    return f"{odds:.2g}" if odds < 10 else f"{round(odds):,}"


def _rounded(number: float) -> int:
    """Round to three digits: more would flicker without telling more."""
    if number < 1000:
        return round(number)
    step = int(10 ** (math.floor(math.log10(number)) - 2))
    return round(number / step) * step
