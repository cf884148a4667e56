"""Whether what the beginning of a file says about its rows also holds in its middle and its end."""

import itertools
from collections.abc import Sequence
from io import StringIO

from engine.documents.csv_rows import CsvRows
from engine.documents.layout.hypotheses import CLEAR_SHARE, NEEDED_SHARE, Hypothesis, find_table
from engine.documents.rows import Row

_PIECE_ROWS = 200  # of the middle and the end of a file
_ENOUGH = 1 << 14  # characters of a piece, to see a table in it
_FEWEST_ROWS = 5  # of a piece that tell something


def confirmed(
    found: Hypothesis, tried: Sequence[Hypothesis], pieces: Sequence[str]
) -> tuple[Hypothesis, str]:
    """Return the hypothesis that also fits further on, and what is doubtful, a phrase or "".

    Parameters
    ----------
    found : Hypothesis
        The best one at the beginning of the file.
    tried : sequence of Hypothesis
    pieces : sequence of str
        Whole lines from the middle and the end.
    """
    if found.width < 2:
        for piece in pieces:
            other, _ = find_table(piece[:_ENOUGH].rpartition("\n")[0] or piece, None)
            if other.width > 1 and other.share >= CLEAR_SHARE and other.typed > 0.0:
                return found, f"further on, the rows look like those of {other.width} columns"
        return found, ""
    share = _share_in(pieces, found)
    if share >= NEEDED_SHARE:
        return found, ""
    for other in sorted(tried, key=lambda each: each.rank, reverse=True):
        if other is not found and other.score > 0.0 and _share_in(pieces, other) >= CLEAR_SHARE:
            return other, "the beginning of the file alone would be divided in another way"
    return found, f"further on, only {share:.0%} of the rows have {found.width} fields"


def _share_in(pieces: Sequence[str], found: Hypothesis) -> float:
    """Return the smallest share of the rows of a piece that are as wide as the table."""
    shares = [1.0]
    for piece in pieces:
        # It may begin within a field in quotes, whose first lines it then lacks.
        begins = ("", found.dialect.quote) if found.dialect.is_quoted else ("",)
        told = [_share_of_rows(begin + piece, found) for begin in begins]
        shares.append(max((share for share in told if share is not None), default=1.0))
    return min(shares)


def _share_of_rows(text: str, found: Hypothesis) -> float | None:
    """Return the share of the rows of `text` that fit; None where it has too few to tell."""
    fitting = others = 0
    source = CsvRows(StringIO(text, newline=""), found.dialect, columns=0)
    for row in itertools.islice(source, _PIECE_ROWS):
        if not isinstance(row, Row):
            others += 1
        elif any(map(str.strip, row.fields)):
            is_fitting = found.takes(row.fields)
            fitting, others = fitting + is_fitting, others + (not is_fitting)
    return fitting / (fitting + others) if fitting + others >= _FEWEST_ROWS else None
