"""Numbers as a person writes them: counts with their nouns, times, sizes, probabilities."""

import math


def counted(count: float, noun: str) -> str:
    """Return a count with its noun: "1 row", "12,345 rows", "2.5 epochs"."""
    shown = f"{count:.4g}" if isinstance(count, float) else f"{count:,}"
    return f"{shown} {noun}" if shown == "1" else f"{shown} {noun}s"


def duration(seconds: float) -> str:
    """Return a time such as "1:05" or "2:00:00"."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def size_text(size: int) -> str:
    """Return a number of bytes such as "12 kB", "3.4 MB" or "4.3 GB", in powers of 1000."""
    for unit, bytes_of_unit in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= 0.9995 * bytes_of_unit:
            return f"{size / bytes_of_unit:.3g} {unit}"
    return f"{size} bytes"


def times(log_ratio: float) -> str:
    """Return a ratio above 1 from its natural logarithm, whatever its size: "1.5", "2.1e120"."""
    exponent = log_ratio / math.log(10.0)
    whole = math.floor(exponent)
    digits = 10.0 ** (exponent - whole)
    return f"{math.exp(log_ratio):,.3g}" if whole < 3 else f"{digits:.1f}e{whole}"


def probability(log_probability: float) -> str:
    """Return a probability of any size, never rounded to zero."""
    exponent = log_probability / math.log(10.0)
    if exponent > -4.0:
        return f"{math.exp(log_probability):.4g}"
    whole = math.floor(exponent)
    return f"{10.0 ** (exponent - whole):.2f}e{whole}"
