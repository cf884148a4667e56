"""The sample comments that come with the project, and what is known of them.

The comments were drawn from a grammar of our own, so their true entropy is
known: no model can get below it. How it was computed is in the script
`resources/sample_comments/make.py`. This module only finds the files.
"""

import hashlib
import json
import math
import re
from collections.abc import Collection
from pathlib import Path

from engine.errors import CorpusError

_RESOURCES = Path(__file__).resolve().parents[2] / "resources"  # in a clone and installed
_CSV = _RESOURCES / "sample_comments.csv"
_FACTS = _RESOURCES / "sample_comments.json"
_SHA256 = re.compile(r"[0-9a-f]{64}")


def sample_comments_path() -> Path:
    """Return where the sample comments are, a CSV with the columns id, topic and body.

    Raises
    ------
    CorpusError
        If the installation lacks the file.
    """
    if not _CSV.is_file():
        raise CorpusError(
            f"The sample comments are missing from this installation: {_CSV} is not there. "
            "Run resources/sample_comments/make.py to write them again."
        )
    return _CSV


def sample_entropy(source: Path | str, known_words: Collection[str] | None = None) -> float | None:
    """Return what no model can get below on the sample comments if `source` is that file.

    Parameters
    ----------
    source : path, or str of 64 hexadecimal digits
        A file of text, or the SHA-256 of one (`CorpusSummary.digest`).
    known_words : collection of str, optional
        The vocabulary of the model; by default one that knows every word.

    Returns
    -------
    float or None
        Nats per word, SENTENCE_END counted as one: a mean held-out loss that no model which
        reads each sentence by itself can get below. None for any other text, for a file that
        cannot be read, and where so few words are known that the bound says nothing.

    Notes
    -----
    With H the entropy of the grammar, r its share of words outside the vocabulary, and n how
    many different ones there are, the bound is H - r ln n: to read n words as one hides at
    most ln n of each (the entropy of a function of a variable is that of the variable less
    what is left of it, at most the logarithm of the number of its values). Where more than half
    of H is lost that way, the bound says too little to be named.
    """
    try:
        facts = json.loads(_FACTS.read_text(encoding="utf-8"))
        digest = _digest_of(source)
    except OSError:
        return None
    if digest != facts["sha256"]:
        return None
    entropy = float(facts["entropy_nats_per_word"])
    if known_words is None:
        return entropy
    bound = entropy - _hidden(facts["word_shares"], frozenset(known_words))
    return bound if bound >= entropy / 2.0 else None


def _hidden(shares: dict[str, float], known: frozenset[str]) -> float:
    """Return r ln n, the most that reading the words outside `known` as one can hide."""
    unknown = [share for word, share in shares.items() if word not in known]
    if "an" not in known and "a" in known:
        unknown.append(shares["a"])  # of both together: at most so many
    return math.fsum(unknown) * math.log(len(unknown)) if unknown else 0.0


def _digest_of(source: Path | str) -> str:
    if isinstance(source, str) and _SHA256.fullmatch(source.lower()):
        return source.lower()
    with Path(source).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
