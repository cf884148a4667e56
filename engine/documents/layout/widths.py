"""How many fields the rows of a table have, where some have more or fewer."""

import itertools
from collections import Counter
from collections.abc import Sequence

from engine.documents.layout.names import NAME
from engine.documents.rows import Row

_BLOCK = 3  # rows of one width, one after the other, are a table
_CALM = 0.9  # share of rows as wide as a neighbour, where there are several tables
_JUDGED = 100  # rows
ENDED = 0.1  # of the rows, that end with one delimiter more


def width_of(widths: list[int], first: list[str]) -> tuple[int, int]:
    """Return how wide the first table is, and the index behind its last row."""
    common = max(Counter(widths).items(), key=lambda item: (item[1], item[0] > 1))[0]
    pairs = sum(a == b for a, b in itertools.pairwise(widths))
    blocks = _blocks(widths)
    is_calm = pairs >= _CALM * (len(widths) - 1 - len(blocks)) and len(blocks) > 1
    if is_calm:
        sizes = [end - begin for begin, end, _ in blocks]
        _begin, _end, width = blocks[0]
        # A few lines above a far longer table are what a program says about it.
        if sizes[0] >= 10 or 5 * sizes[0] >= max(sizes):
            return width, blocks[1][0]
    named = widths[0]
    is_named = 1 < named < common and all(NAME.fullmatch(field.strip()) for field in first)
    if is_named and widths.count(named) > max(2, ENDED * len(widths) + 1):
        # Where rows are as wide as a header, wider ones may have delimiters in their texts.
        return named, len(widths)
    return common, len(widths)


def _blocks(widths: list[int]) -> list[tuple[int, int, int]]:
    """Return begin, end and width of each run of rows that is a table of its own."""
    blocks: list[tuple[int, int, int]] = []
    end = 0
    for width, run in itertools.groupby(widths):
        begin, end = end, end + len(list(run))
        if end - begin >= _BLOCK and width > 1:
            if blocks and blocks[-1][2] == width:
                begin = blocks.pop()[0]
            blocks.append((begin, end, width))
    return blocks


def without_end(rows: Sequence[Row], width: int) -> tuple[int, bool]:
    """Return the width without a delimiter that only ends the rows, and whether one does."""
    for inner in (width - 1, width):
        ended = [row.fields for row in rows if len(row.fields) == inner + 1]
        plain = [row.fields for row in rows if len(row.fields) == inner]
        if (
            len(ended) >= max(2, ENDED * len(rows))
            and not any(fields[-1].strip() for fields in ended)
            and all(fields[-1].strip() for fields in plain if _is_more_than_title(fields))
            and all(fields[-2].strip() for fields in ended[:_JUDGED])
            and plain
        ):
            return inner, True
    return width, False


def _is_more_than_title(fields: list[str]) -> bool:
    """Whether a row is no title that was filled up with delimiters."""
    return sum(map(bool, map(str.strip, fields))) > 1
