"""The sample comments that come with the project, and what is known of them.

The comments were drawn from a grammar of our own, so their true entropy is
known: no model can get below it. How it was computed is in the script
`resources/sample_comments/make.py`. This module only finds the files.
"""

import hashlib
import json
import re
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


def sample_entropy(source: Path | str) -> float | None:
    """Return the true entropy of the sample comments if `source` is that file.

    Parameters
    ----------
    source : path, or str of 64 hexadecimal digits
        A file of text, or the SHA-256 of one (`CorpusSummary.digest`).

    Returns
    -------
    float or None
        Nats a word, SENTENCE_END counted as one: the mean loss that no model which
        reads each sentence by itself can get below. None for any other text,
        and for a file that cannot be read.
    """
    try:
        facts = json.loads(_FACTS.read_text(encoding="utf-8"))
        digest = _digest_of(source)
    except OSError:
        return None
    return float(facts["entropy_nats_per_word"]) if digest == facts["sha256"] else None


def _digest_of(source: Path | str) -> str:
    if isinstance(source, str) and _SHA256.fullmatch(source.lower()):
        return source.lower()
    with Path(source).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
