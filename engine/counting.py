"""Counts with their nouns, as a person writes them."""


def counted(count: float, noun: str) -> str:
    """Return a count with its noun: "1 row", "12,345 rows", "2.5 epochs"."""
    shown = f"{count:.4g}" if isinstance(count, float) else f"{count:,}"
    return f"{shown} {noun}" if shown == "1" else f"{shown} {noun}s"
