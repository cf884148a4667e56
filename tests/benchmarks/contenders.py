"""Everything that is timed on made-up sentences, each ready to run on demand.

A contender is made by its key, so that a fresh process can make a single one and see
its memory. Nothing is compared here; `tests.benchmarks.training` does that.

Letters: C words in the vocabulary, H hidden units, N words of the batch.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch

from engine.config import Recipe, TrainConfig
from engine.network.batching import batch_from_pairs
from engine.network.reference import RNNNumpy
from engine.network.rnn import RNN
from engine.training.steps import SoftmaxSample
from tests.benchmarks import pytorch_user as user
from tests.benchmarks.data import typical_lengths, word_shares
from tests.benchmarks.turns import Contender, RecipeRun, Repeated, Setting

BATCH = 64
SAMPLE = 0.1  # of the words, in the sampled softmax
LARGE = 2048  # rows and columns of the large matrix product
_FEW = 4  # sentences that a one-sentence contender goes through
_LONG, _SHORT = 45, 20  # words: the tutorial's sentence, and an average one
_TINY_RATE = 1e-5  # thousands of steps leave the network as it was


Maker = Callable[[Setting], Contender]


def _numpy_steps(lengths: list[int], setting: Setting) -> Contender:
    model = RNNNumpy(setting.word_dim, setting.hidden_dim, seed=setting.seed)
    pairs = setting.pairs(lengths)

    def run() -> int:
        for x, y in pairs:
            model.sgd_step(x, y, _TINY_RATE)
        return sum(lengths)

    return Repeated(run, torch.device("cpu"))


def _our_steps(lengths: list[int], setting: Setting) -> Contender:
    model = _network(setting)
    pairs = setting.pairs(lengths)

    def run() -> int:
        for x, y in pairs:
            model.sgd_step(x, y, _TINY_RATE)
        return sum(lengths)

    return Repeated(run, model.device)


def _our_prepared_steps(lengths: list[int], setting: Setting) -> Contender:
    model = _network(setting)
    batches = [batch_from_pairs([x], [y]).to(model.device) for x, y in setting.pairs(lengths)]

    def run() -> int:
        for batch in batches:
            model.descend(batch, _TINY_RATE)
        return sum(lengths)

    return Repeated(run, model.device)


def _our_gradients(setting: Setting) -> Contender:
    model = _network(setting)
    xs, ys = zip(*setting.pairs(typical_lengths(BATCH)), strict=True)
    batch = batch_from_pairs(xs, ys).to(model.device)
    gradients = tuple(torch.empty_like(each) for each in model.parameters())

    def run() -> int:
        model.write_gradients(batch, gradients)
        return batch.words

    return Repeated(run, model.device)


def _our_sampled_gradients(setting: Setting) -> Contender:
    model = _network(setting)
    xs, ys = zip(*setting.pairs(typical_lengths(BATCH)), strict=True)
    batch = batch_from_pairs(xs, ys)
    counts = (1e5 * word_shares(setting.word_dim)).astype(np.int64) + 1
    sample = SoftmaxSample(TrainConfig(softmax_sample=SAMPLE), counts)
    gradients = tuple(torch.empty_like(each) for each in model.parameters())
    number = 0

    def run() -> int:
        nonlocal number
        number += 1
        drawn = batch.with_sample(sample.words(batch.y, 1, number)).to(model.device)
        model.write_gradients(drawn, gradients)
        return batch.words

    return Repeated(run, model.device)


def _network(setting: Setting) -> RNN:
    return RNN(setting.word_dim, setting.hidden_dim, device=setting.device, seed=setting.seed)


def _user_steps(lengths: list[int], setting: Setting) -> Contender:
    device = torch.device(setting.device)
    pairs = setting.pairs(lengths)
    run = user.one_sentence_sgd(setting.word_dim, setting.hidden_dim, pairs, device)
    return Repeated(run, device)


def _user_gradients(loss: user.Loss, setting: Setting) -> Contender:
    device = torch.device(setting.device)
    pairs = setting.pairs(typical_lengths(BATCH))
    run = user.gradients(loss, setting.word_dim, setting.hidden_dim, pairs, device)
    return Repeated(run, device)


def _user_adam(setting: Setting) -> Contender:
    device = torch.device(setting.device)
    pairs = setting.pairs(typical_lengths(BATCH))
    return Repeated(
        user.adam_steps(setting.word_dim, setting.hidden_dim, pairs, device),
        device,
    )


def _product(setting: Setting, rows: int, inner: int, columns: int) -> Contender:
    """Multiply (rows, inner) by (inner, columns); the amount is in 10^9 operations."""
    device = torch.device(setting.device)
    generator = torch.Generator().manual_seed(setting.seed)
    left = torch.rand(rows, inner, generator=generator).to(device)
    right = torch.rand(columns, inner, generator=generator).to(device).t()
    result = torch.empty(rows, columns, device=device)

    def run() -> float:
        torch.mm(left, right, out=result)
        return 2.0 * rows * inner * columns / 1e9

    return Repeated(run, device)


def _large_product(setting: Setting) -> Contender:
    return _product(setting, LARGE, LARGE, LARGE)


def _logits_product(setting: Setting) -> Contender:
    words = sum(typical_lengths(BATCH))
    return _product(setting, words, setting.hidden_dim, setting.word_dim)


def _recipe(recipe: Recipe, setting: Setting) -> Contender:
    return RecipeRun(recipe, setting)


_LENGTHS = {"": typical_lengths(_FEW), "_45": [_LONG], "_20": [_SHORT]}
_ONE_SENTENCE: dict[str, tuple[str, Callable[[list[int], Setting], Contender]]] = {
    "numpy": ("RNNNumpy.sgd_step", _numpy_steps),
    "user_one": ("PyTorch user: SGD step", _user_steps),
    "ours_one": ("RNN.sgd_step", _our_steps),
    "ours_prepared": ("RNN.descend on a prepared batch", _our_prepared_steps),
}
_LENGTH_NAMES = {"": "one sentence", "_45": "one of 45 words", "_20": "one of 20 words"}


def one_sentence_makers(suffix: str) -> dict[str, tuple[str, Maker]]:
    """Return name and maker by key of all that take one sentence at a time.

    Parameters
    ----------
    suffix : {"", "_45", "_20"}
        Sentences of typical lengths, or of this many words.
    """
    return {
        key + suffix: (f"{name}, {_LENGTH_NAMES[suffix]}", partial(make, _LENGTHS[suffix]))
        for key, (name, make) in _ONE_SENTENCE.items()
    }


BATCH_MAKERS: dict[str, tuple[str, Maker]] = {
    "user_padded": (
        f"PyTorch user: gradients of {BATCH}, padded",
        partial(_user_gradients, user.padded_loss),
    ),
    "user_masked": (
        f"PyTorch user: gradients of {BATCH}, padding masked",
        partial(_user_gradients, user.masked_loss),
    ),
    "user_packed": (
        f"PyTorch user: gradients of {BATCH}, packed",
        partial(_user_gradients, user.packed_loss),
    ),
    **(
        {
            "user_fused": (
                f"PyTorch user: gradients of {BATCH}, linear_cross_entropy",
                partial(_user_gradients, user.fused_loss),
            )
        }
        if user.HAS_FUSED_LOSS
        else {}
    ),
    "user_adam": (f"PyTorch user: Adam step on {BATCH}, masked", _user_adam),
    "ours_batch": (f"RNN.write_gradients of {BATCH}", _our_gradients),
    "ours_sampled": (f"the same over a batch's words and {SAMPLE:.0%}", _our_sampled_gradients),
    "recipe_tutorial": ("recipe 'tutorial', everything", partial(_recipe, "tutorial")),
    "recipe_fast": ("recipe 'fast', everything", partial(_recipe, "fast")),
}

PRODUCT_MAKERS: dict[str, tuple[str, Maker]] = {
    "product_large": (f"matrix product of {LARGE} x {LARGE}", _large_product),
    "product_logits": (f"matrix product of the scores of {BATCH} sentences", _logits_product),
}
