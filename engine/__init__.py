"""The engine: a word-level vanilla RNN language model, from a CSV to probabilities.

Everything that a program built on the engine needs is named here; the window
imports from nowhere else. The names are in `__init__.pyi`. Each is loaded when it is first used,
so that `import engine` costs nothing and a window can show before PyTorch is in memory.

The method is that of Denny Britz, "Recurrent Neural Networks Tutorial, Part 2:
Implementing a RNN with Python, Numpy and Theano", WildML, 2015.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
