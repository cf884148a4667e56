"""Which word a uniform number picks, by a plain cumulative sum in float64."""

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.network.rnn import RNN
from engine.sampling.sampler import WordChooser
from engine.tokenization.vocabulary import Vocabulary

H = 3


def chooser_and_states(
    words: int, sentences: int, size: float, temperature: float, seed: int
) -> tuple[WordChooser, np.ndarray, np.ndarray]:
    """Return a chooser over `words` words and the special ones, its V (C, H) and states (B, H)."""
    random = np.random.default_rng(seed)
    vocabulary = Vocabulary.from_words([f"w{k}" for k in range(words)], range(words, 0, -1))
    V = size * random.standard_normal((len(vocabulary), H))
    rnn = RNN.from_parameters(V.T, V, np.zeros((H, H)), dtype="float64")
    states = np.tanh(random.standard_normal((sentences, H)))
    return WordChooser(rnn, vocabulary, temperature), V, states


@settings(max_examples=60)
@given(
    words=st.integers(1, 300),
    threads=st.integers(1, 5),
    sentences=st.integers(1, 5),
    size=st.sampled_from([0.5, 3.0, 300.0]),
    temperature=st.sampled_from([1.0, 0.3, 2.0]),
    uniforms=st.lists(st.floats(0.0, 1.0, exclude_max=True), min_size=5, max_size=5),
    seed=st.integers(0, 999),
)
@example(201, 1, 5, 300.0, 1.0, [0.0] * 5, 0)
@example(124, 1, 5, 300.0, 0.3, [0.0] * 5, 5)
@example(254, 4, 5, 0.5, 1.0, [1.0 - 2.0**-53] * 5, 0)  # the last block has no word at all
def test_that_words_and_their_probabilities_are_those_of_a_plain_sum(
    words: int,
    threads: int,
    sentences: int,
    size: float,
    temperature: float,
    uniforms: list[float],
    seed: int,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "get_num_threads", lambda: threads)
        chooser, V, states = chooser_and_states(words, sentences, size, temperature, seed)
    assert len(chooser._V_in_bits) < len(V) + 64 * threads, "filled up to whole cells, no further"
    uniforms = uniforms[:sentences]

    chosen, log_probabilities = chooser.choose(torch.from_numpy(states), uniforms)

    scores = states @ V.T  # (B, C)
    log_o = scores - np.logaddexp.reduce(scores, axis=1)[:, None]
    scores[:, [0, -1]] = -np.inf  # SENTENCE_START and UNKNOWN_TOKEN
    weights = np.exp((scores - scores.max(1, keepdims=True)) / temperature)
    shares = np.cumsum(weights, axis=1) / weights.sum(1, keepdims=True)
    for row, (word, uniform) in enumerate(zip(chosen, uniforms, strict=True)):
        assert 0 < word < len(V) - 1
        assert weights[row, word] > 0.0
        assert shares[row, word] - weights[row, word] / weights[row].sum() <= uniform + 1e-9
        assert uniform <= shares[row, word] + 1e-9
        # Below e^-708 a weight has fewer digits; only a draw of exactly 0.0 leads there.
        rel = 1e-9 if weights[row, word] > 1e-300 else 1e-3
        assert log_probabilities[row] == pytest.approx(log_o[row, word], rel=rel, abs=1e-9)


def test_that_a_certain_word_is_never_more_than_certain() -> None:
    random = np.random.default_rng(2)
    vocabulary = Vocabulary.from_words(["sure"], [1])
    V = random.standard_normal((len(vocabulary), 64))
    states = np.tanh(random.standard_normal((200, 64)))
    V[2] += 9.0 * np.sign(states[0])  # the only word, after the first state
    states = np.tanh(states + 3.0 * np.sign(states[0]))
    rnn = RNN.from_parameters(V.T, V, np.zeros((64, 64)), dtype="float32")

    chosen, log_probabilities = WordChooser(rnn, vocabulary, 1.0).choose(
        torch.from_numpy(states).float(), [0.5] * len(states)
    )

    assert set(chosen) == {2}
    assert max(log_probabilities) == 0.0


def test_that_the_buffer_serves_fewer_sentences_after_more() -> None:
    chooser, _, states = chooser_and_states(200, 4, 1.0, 1.0, 1)
    all_states = torch.from_numpy(states)
    uniforms = [0.1, 0.5, 0.9, 0.3]

    together, _ = chooser.choose(all_states, uniforms)

    for k, word in enumerate(together):
        assert chooser.choose(all_states[k : k + 1], [uniforms[k]])[0] == [word]
