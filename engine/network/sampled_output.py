"""The output layer over a batch's own words and a sample of the others, for far fewer operations.

The sum over the vocabulary, z = Σ exp(V s), is what a softmax costs. Here each word that no
sentence of the batch has next is taken with a probability p of its own, and counts 1/p fold:
z is right on average, whatever p is, and the error of a state comes from the same words. This is
not the tutorial's gradient; evaluation, scores and gradient checks never see it.

The weights cost nothing: exp(V s + ln(1/p)) is one product more, with a column ln(1/p) beside V
and a column of ones beside s.

Letters: N words of the batch, C words in the vocabulary, R of them in the sample, H hidden numbers.
"""

from dataclasses import dataclass

import torch

from engine.network.output_layer import SharedStates, Smoothing, Workspace, output_layer
from engine.network.score_blocks import round_up

_WIDTH_GRAIN = 8  # columns that a product fills at once


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledWords:
    """The words that one step looks at.

    References
    ----------
    Bengio and Senecal, "Adaptive Importance Sampling to Accelerate Training of a Neural
    Probabilistic Language Model", 2008.
    """

    words: torch.Tensor  # int64 (R,), rising; all of the batch's next words among them
    y: torch.Tensor  # int64 (N,), where each next word is among these
    log_weights: torch.Tensor  # (R,), ln(1/p); 0 for the batch's own

    def to(self, device: torch.device) -> "SampledWords":
        """Return copies on `device`."""
        return SampledWords(
            words=self.words.to(device),
            y=self.y.to(device),
            log_weights=self.log_weights.to(device),
        )


def draw_words(
    y: torch.Tensor, probabilities: torch.Tensor, generator: torch.Generator
) -> SampledWords:
    """Draw the words for one step.

    Parameters
    ----------
    y : int64 tensor of shape (N,)
        The next words of the batch, which are always taken.
    probabilities : tensor of shape (C,)
        With which each other word is, above 0 and at most 1.
    generator : torch.Generator
        On the CPU, as all of these.
    """
    drawn = torch.rand(len(probabilities), generator=generator) < probabilities  # (C,)
    drawn[y] = True
    words = drawn.nonzero()[:, 0]  # (R,)
    places = torch.empty(len(drawn), dtype=torch.int64)
    places[words] = torch.arange(len(words))
    own = places[y]  # (N,)
    log_weights = probabilities[words].log().neg_()
    log_weights[own] = 0.0
    return SampledWords(words=words, y=own, log_weights=log_weights)


def sampled_output_layer(
    V: torch.Tensor,
    s: torch.Tensor,
    sample: SampledWords,
    workspace: Workspace,
    *,
    into: torch.Tensor,
    shared: SharedStates | None = None,
    scale: float = 1.0,
    smoothing: float = 0.0,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the summed loss over the sampled words and its derivative by the hidden states.

    Parameters
    ----------
    V : tensor of shape (C, H)
    s : tensor of shape (N, H)
    sample : SampledWords
    workspace : Workspace
        That of the whole vocabulary.
    into : tensor of shape (C, H)
        Receives scale · dLdV: zero for the words that were not drawn.
    shared : SharedStates, optional
    scale : float
    smoothing : float
        Share of each target that goes to the sampled words, to each as often as it counts.

    Returns
    -------
    loss : float64 tensor of shape ()
        In nats; a little too low on average, as the logarithm of a sum that is right on average.
    d_s : tensor of shape (N, H)

    Raises
    ------
    DivergedError
        As `output_layer` does.
    """
    H, words = V.shape[1], sample.words
    width = round_up(H + 1, _WIDTH_GRAIN)
    rows = V.new_zeros(len(words), width)
    rows[:, :H] = V.index_select(0, words)
    rows[:, H] = sample.log_weights
    states = s.new_zeros(len(s), width)
    states[:, :H] = s
    states[:, H] = 1.0
    gradient = torch.empty_like(rows)
    loss, d_states = output_layer(
        rows,
        states,
        sample.y,
        workspace.of_fewer(len(words)),
        into=gradient,
        shared=shared,
        scale=scale,
        smoothing=Smoothing(share=smoothing, towards=rows[:, H].softmax(0)) if smoothing else None,
    )
    into.zero_().index_copy_(0, words, gradient[:, :H])
    return loss, d_states[:, :H].contiguous()
