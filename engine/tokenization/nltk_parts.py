"""What is used of NLTK, imported here alone, so that one thread at a time imports it.

NLTK's modules import each other in circles: two threads that begin with different ones find half
a module, and one of them fails with an ImportError. Whoever imports this module second waits.
"""

from nltk import __version__ as nltk_version
from nltk.data import find as find_data
from nltk.tokenize.destructive import NLTKWordTokenizer
from nltk.tokenize.punkt import (
    PunktParameters,
    PunktSentenceTokenizer,
    PunktToken,
    PunktTrainer,
    load_punkt_params,
)

__all__ = [
    "NLTKWordTokenizer",
    "PunktParameters",
    "PunktSentenceTokenizer",
    "PunktToken",
    "PunktTrainer",
    "find_data",
    "load_punkt_params",
    "nltk_version",
]
