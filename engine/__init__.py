"""The engine: a word-level vanilla RNN language model, from a CSV to probabilities.

At a prompt or in a notebook
----------------------------
>>> import engine
>>> text = engine.read("comments.csv")              # a progress bar each; Ctrl+C ends early
>>> model = engine.fit(text, epochs=5)              # and keeps what was learned
>>> model.generate(10, start="I think", top_p=0.9)  # sentences with their probabilities
>>> model.score("I think my laptop is great.")      # a probability, word by word
>>> model.next_words("I think")                     # what could follow
>>> model.save("comments.safetensors")
>>> model = engine.load("comments.safetensors")

`help(engine.read)`, `help(engine.fit)` and `help(engine.Model)` say more.

In a program
------------
Long work is a stream of events that a `RunControl` stops or pauses: `build_corpus`, `train`,
`generate`, `score`, `check_gradients`. Settings are checked records: `CorpusConfig`, `CsvConfig`,
`ModelConfig`, `TrainConfig`, `SampleConfig`. `open_model` and `write_model` are for files,
`RunStore` for kept runs, `RNNNumpy`, `RNN` and `gradient_check` for the tutorial's network.
`dir(engine)` has all names; the window imports from nowhere else. The names are in
`__init__.pyi`. Each is loaded when it is first used, so that `import engine` costs nothing and a
window can show before PyTorch is in memory.

The method is that of Denny Britz, "Recurrent Neural Networks Tutorial, Part 2:
Implementing a RNN with Python, Numpy and Theano", WildML, 2015.
"""

import lazy_loader

__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
