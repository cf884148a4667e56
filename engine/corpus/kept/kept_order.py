"""The order of a text's pairs of words, kept in a file beside the prepared text.

Sorting is what takes long; whether an order is right is seen at once. So the file is used only if
it is what sorting gives, whoever wrote it, and whatever goes wrong with it costs the sorting.

    corpus-112714-0123456789abcdef0123456789abcdef.bin       the prepared text
    corpus-112714-0123456789abcdef0123456789abcdef.copies    magic | P numbers of 4 bytes
"""

import contextlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.files.atomic import write_durably

ENDING = ".copies"
_MAGIC = b"RNNTextLabCopies"
_DTYPE = np.dtype("<i4")


def file_beside(prepared: Path) -> Path:
    """Return where the order of a prepared text is kept."""
    return prepared.with_suffix(ENDING)


def stable_order(keys: NDArray[np.int64], prepared: Path | None) -> NDArray[np.int64]:
    """Return the stable order of `keys`, read where it is kept and else kept where that can be.

    Parameters
    ----------
    keys : int64 array of shape (P,)
        Of the pairs, as they stand in the text; P < 2³¹.
    prepared : Path or None
        The file of the prepared text; None: it is not kept, and neither is the order.

    Returns
    -------
    int64 array of shape (P,)
    """
    order = None if prepared is None else _read(file_beside(prepared), keys)
    if order is None:
        order = np.argsort(keys, kind="stable")
        if prepared is not None:
            _keep(prepared, order)
    return order


def _read(path: Path, keys: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Return what is kept; None where it is not the order of `keys`."""
    try:
        if not path.is_file() or path.stat().st_size != len(_MAGIC) + _DTYPE.itemsize * len(keys):
            return None
        content = path.read_bytes()
    except OSError:
        return None
    if len(content) != len(_MAGIC) + _DTYPE.itemsize * len(keys) or content[:16] != _MAGIC:
        return None
    order = np.frombuffer(content, _DTYPE, offset=len(_MAGIC)).astype(np.int64)
    if len(order) == 0:
        return order
    if order.min() < 0 or order.max() >= len(keys):
        return None
    sorted_keys = keys[order]
    is_rising = sorted_keys[1:] > sorted_keys[:-1]
    is_stable = (sorted_keys[1:] == sorted_keys[:-1]) & (order[1:] > order[:-1])
    return order if (is_rising | is_stable).all() else None  # then each is there once


def _keep(prepared: Path, order: NDArray[np.int64]) -> None:
    """Write the order, if the prepared text is still there; without room it is not kept."""
    path = file_beside(prepared)
    with contextlib.suppress(OSError):
        if prepared.is_file():
            write_durably(path, _MAGIC + order.astype(_DTYPE).tobytes(), new_mode=0o600)
            if not prepared.is_file():  # deleted meanwhile
                path.unlink()
