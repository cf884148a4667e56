"""What a prepared text depends on, as one key.

Vocabulary size, validation share and seed are not part of it: they are applied to the
prepared text afterwards. The path is not, but for its ending, which tells how to read.
"""

import hashlib
import json
import sys
import unicodedata

import charset_normalizer
import nltk

from engine.config import CorpusConfig
from engine.sentence_splitter import installed_digest

# Raised with every change of what the same file and options become, from its bytes to
# sentences and words: what was prepared before is then prepared again.
PREPARATION_VERSION = 2  # 1 was a digest of the engine's sources


def corpus_key(config: CorpusConfig, digest: str) -> str:
    """Return the key of what is prepared from a file, 32 hexadecimal digits.

    Parameters
    ----------
    config : CorpusConfig
    digest : str
        SHA-256 of the file's content.
    """
    endings = [ending.lower() for ending in config.path.suffixes if ending.lower() != ".gz"]
    values = {
        "content": digest,
        "ending": endings[-1:],
        "csv": config.csv.to_json(),
        "remove_duplicates": config.remove_duplicates,
        "punkt": installed_digest(),
        "program": PREPARATION_VERSION,
        "nltk": nltk.__version__,
        "charset_normalizer": charset_normalizer.__version__,
        "unicode": unicodedata.unidata_version,
        "byte order": sys.byteorder,
    }
    text = json.dumps(values, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]
