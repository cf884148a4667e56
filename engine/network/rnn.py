"""`RNN`: the tutorial's network on PyTorch, on the CPU or a GPU.

The public methods are those of `engine.network.reference.RNNNumpy` and give the same
numbers; the work is done in `output_layer` and `bptt` beside this. This module does not
choose what to train on, nor when to stop (see `engine.training.trainer`).

Letters: C = word_dim, H = hidden_dim, T = words in a sentence, N = words in a batch.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from engine.config import Dtype
from engine.network.batching import Batch, batch_from_pairs
from engine.network.bptt import error_through_time, hidden_states, recurrent_gradient
from engine.network.output_layer import Smoothing, Workspace, cross_entropy, output_layer
from engine.network.reference import Words, initial_parameters
from engine.network.sampled_output import sampled_output_layer

_DTYPES: dict[Dtype, torch.dtype] = {"float32": torch.float32, "float64": torch.float64}


class RNN:
    """A vanilla recurrent network: s_t = tanh(U x_t + W s_{t-1}), o_t = softmax(V s_t).

    Parameters
    ----------
    word_dim : int
        C, the number of words in the vocabulary.
    hidden_dim : int
        H, the numbers that the network remembers.
    bptt_truncate : int
        How many steps an error goes back from the output that made it.
    dtype : {"float32", "float64"}
    device : str or torch.device
    seed : int
        Of the initial parameters: those of `RNNNumpy` with the same seed.

    Attributes
    ----------
    U_by_word : tensor of shape (C, H)
        The transpose of U: a word's column lies in one piece.
    V : tensor of shape (C, H)
    W : tensor of shape (H, H)
    """

    def __init__(
        self,
        word_dim: int,
        hidden_dim: int = 100,
        bptt_truncate: int = 4,
        *,
        dtype: Dtype = "float32",
        device: str | torch.device = "cpu",
        seed: int = 0,
    ) -> None:
        U, V, W = initial_parameters(word_dim, hidden_dim, seed)
        self._adopt(U, V, W, bptt_truncate, _DTYPES[dtype], torch.device(device))

    @classmethod
    def from_parameters(
        cls,
        U: NDArray[np.floating],
        V: NDArray[np.floating],
        W: NDArray[np.floating],
        *,
        bptt_truncate: int = 4,
        dtype: Dtype = "float32",
        device: str | torch.device = "cpu",
    ) -> Self:
        """Build a network on copies of U (H, C), V (C, H) and W (H, H).

        Raises
        ------
        ValueError
            If the three shapes do not fit each other.
        """
        H, C = U.shape
        if V.shape != (C, H) or W.shape != (H, H):
            raise ValueError(f"U {U.shape}, V {V.shape} and W {W.shape} do not fit each other")
        model = cls.__new__(cls)
        model._adopt(  # noqa: SLF001 - our own
            U, V, W, bptt_truncate, _DTYPES[dtype], torch.device(device)
        )
        return model

    def _adopt(
        self,
        U: NDArray[np.floating],
        V: NDArray[np.floating],
        W: NDArray[np.floating],
        bptt_truncate: int,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        self.hidden_dim, self.word_dim = U.shape
        self.bptt_truncate = bptt_truncate
        self.dtype, self.device = dtype, device
        self.U_by_word, self.V, self.W = (
            torch.tensor(np.ascontiguousarray(each), dtype=dtype, device=device)
            for each in (U.T, V, W)
        )
        self.workspace = Workspace(self.word_dim, dtype, device)

    @property
    def U(self) -> torch.Tensor:
        """U (H, C), a view: writing to it changes the network."""
        return self.U_by_word.t()

    def parameters(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return the live tensors U_by_word (C, H), V (C, H) and W (H, H)."""
        return self.U_by_word, self.V, self.W

    def parameters_as_numpy(
        self,
    ) -> tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]]:
        """Return copies of U (H, C), V (C, H) and W (H, H), in the network's own precision."""
        U, V, W = (np.array(each.cpu().numpy(), order="C") for each in (self.U, self.V, self.W))
        return U, V, W

    def copy(self, *, dtype: Dtype | None = None, device: str | torch.device | None = None) -> Self:
        """Return an independent network with the same parameters."""
        twin = type(self).__new__(type(self))
        twin.hidden_dim, twin.word_dim = self.hidden_dim, self.word_dim
        twin.bptt_truncate = self.bptt_truncate
        twin.dtype = self.dtype if dtype is None else _DTYPES[dtype]
        twin.device = self.device if device is None else torch.device(device)
        twin.U_by_word, twin.V, twin.W = (
            each.detach().to(device=twin.device, dtype=twin.dtype, copy=True)
            for each in self.parameters()
        )
        twin.workspace = Workspace(twin.word_dim, twin.dtype, twin.device)
        return twin

    def move_to(self, device: str | torch.device) -> None:
        """Go on on another device, with the same parameters in new tensors."""
        twin = self.copy(device=device)
        self.device, self.workspace = twin.device, twin.workspace
        self.U_by_word, self.V, self.W = twin.parameters()

    # What the sampler and the scorer build on.

    def initial_state(self, batch: int) -> torch.Tensor:
        """Return the zero state before a sentence, shape (batch, H)."""
        return torch.zeros(batch, self.hidden_dim, dtype=self.dtype, device=self.device)

    def advance(self, word_ids: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
        """Return s_t (B, H) from the words x_t (B,) and the states s_{t-1} (B, H)."""
        return torch.addmm(self.U_by_word.index_select(0, word_ids), state, self.W.t()).tanh_()

    def logits(self, states: torch.Tensor) -> torch.Tensor:
        """Return the scores V s of states (n, H), shape (n, C), before the softmax."""
        return states @ self.V.t()

    def hidden_states(self, x: Words) -> torch.Tensor:
        """Return s_t for each word of one sentence, shape (T, H)."""
        return hidden_states(self.U_by_word, self.W, self._batch([x], [x]))

    # The tutorial's methods.

    def forward_propagation(self, x: Words) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """Return o (T, C) and s (T + 1, H), the zero state last, as `RNNNumpy` does."""
        states = self.hidden_states(x)
        o = torch.softmax(self.logits(states).double(), dim=1).to(states.dtype)  # sums are exact
        s = torch.cat([states, self.initial_state(1)])
        return o.cpu().numpy(), s.cpu().numpy()

    def predict(self, x: Words) -> NDArray[np.intp]:
        """Return the most probable next word after each word of x, shape (T,)."""
        best: NDArray[np.intp] = self.logits(self.hidden_states(x)).argmax(1).cpu().numpy()
        return best

    def calculate_total_loss(self, xs: Sequence[Words], ys: Sequence[Words]) -> float:
        """Return the cross-entropy of all sentences, summed over their words, in nats."""
        return float(self.word_losses(self._batch(xs, ys)).sum(dtype=torch.float64))

    def calculate_loss(self, xs: Sequence[Words], ys: Sequence[Words]) -> float:
        """Return the mean cross-entropy in nats per word, SENTENCE_END included."""
        return self.calculate_total_loss(xs, ys) / sum(len(y) for y in ys)

    def bptt(
        self, x: Words, y: Words, bptt_truncate: int | None = None
    ) -> tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]]:
        """Return dLdU (H, C), dLdV (C, H), dLdW (H, H) of one sentence's summed loss."""
        _, dLdU, dLdV, dLdW = self.loss_and_gradients([x], [y], bptt_truncate)
        return dLdU, dLdV, dLdW

    def loss_and_gradients(
        self, xs: Sequence[Words], ys: Sequence[Words], bptt_truncate: int | None = None
    ) -> tuple[float, NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]]:
        """Return the total loss of many sentences and the tutorial's gradients of it.

        Parameters
        ----------
        xs, ys : sequences of int sequences
            Sentences, and the same shifted by one.
        bptt_truncate : int, optional
            Instead of the network's own; the longest sentence's length or more is
            the exact gradient.

        Returns
        -------
        loss : float
            Summed over all words, in nats.
        dLdU : array of shape (H, C)
        dLdV : array of shape (C, H)
        dLdW : array of shape (H, H)
        """
        gradients = tuple(torch.empty_like(each) for each in self.parameters())
        loss = self.write_gradients(self._batch(xs, ys), gradients, bptt_truncate)
        dLdU, dLdV, dLdW = (each.cpu().numpy() for each in gradients)
        return float(loss), np.ascontiguousarray(dLdU.T), dLdV, dLdW

    def sgd_step(self, x: Words, y: Words, learning_rate: float) -> None:
        """Take one step of gradient descent on the summed loss of one sentence."""
        self.descend(self._batch([x], [y]), learning_rate)

    # The same for packed batches that lie on the network's device; nothing is
    # copied to the host, so the caller decides when to wait for a GPU.

    @torch.inference_mode()
    def word_losses(self, batch: Batch) -> torch.Tensor:
        """Return the loss of each word in nats, shape (N,), longest sentence first."""
        s = hidden_states(self.U_by_word, self.W, batch)
        return cross_entropy(self.V, s, batch.y, self.workspace, batch.shared)

    @torch.inference_mode()
    def write_gradients(
        self,
        batch: Batch,
        gradients: tuple[torch.Tensor, ...],
        bptt_truncate: int | None = None,
        scale: float = 1.0,
        *,
        adds: bool = False,
        smoothing: float = 0.0,
    ) -> torch.Tensor:
        """Write scale · the gradient of the summed loss to `gradients`; return that loss.

        Parameters
        ----------
        batch : Batch
        gradients : tensors shaped like `parameters()`
        bptt_truncate : int, optional
            Instead of the network's own.
        scale : float
        adds : bool
            Add to what is there instead of writing over it; not with a batch that has a sample.
            They may then be the parameters themselves, where the batch fits in one chunk of the
            output layer: every error is computed before the parameter that made it changes.
        smoothing : float
            Share of each target that goes to all words alike (label smoothing), not with `adds`:
            the gradient is then that of the smoothed loss. The loss returned is not smoothed.

        Returns
        -------
        float64 tensor of shape ()
        """
        reach = self.bptt_truncate if bptt_truncate is None else bptt_truncate
        dLdU_by_word, dLdV, dLdW = gradients
        s, masks = hidden_states(self.U_by_word, self.W, batch), batch.masks
        seen = s if masks is None else s * masks.outputs  # by V
        if batch.sample is not None:
            loss, d_s = sampled_output_layer(
                self.V,
                seen,
                batch.sample,
                self.workspace,
                into=dLdV,
                shared=batch.shared,
                scale=scale,
                smoothing=smoothing,
            )
        else:
            loss, d_s = output_layer(
                self.V,
                seen,
                batch.y,
                self.workspace,
                into=dLdV,
                adds=adds,
                shared=batch.shared,
                scale=scale,
                smoothing=Smoothing(share=smoothing, towards=self._all_alike())
                if smoothing
                else None,
            )
        if masks is not None:
            d_s *= masks.outputs
        S = error_through_time(d_s, s, self.W, batch, reach)
        if not adds:
            dLdU_by_word.zero_()
            dLdW.zero_()
        dLdU_by_word.index_add_(0, batch.x, S if masks is None else S * masks.inputs, alpha=scale)
        recurrent_gradient(S, s, batch, accumulate_into=dLdW, scale=scale)
        return loss

    @torch.inference_mode()
    def descend(self, batch: Batch, learning_rate: float) -> torch.Tensor:
        """Take one step of plain gradient descent in place; return the summed loss before it.

        Gradient and update are one matrix product where the batch fits in one chunk.
        """
        if batch.words <= self.workspace.chunk_words:
            return self.write_gradients(batch, self.parameters(), scale=-learning_rate, adds=True)
        gradients = tuple(torch.empty_like(each) for each in self.parameters())
        loss = self.write_gradients(batch, gradients)
        for parameter, gradient in zip(self.parameters(), gradients, strict=True):
            parameter.sub_(gradient, alpha=learning_rate)
        return loss

    def _all_alike(self) -> torch.Tensor:
        """Return the probability 1/C of each word, (C,)."""
        return self.V.new_full((self.word_dim,), 1.0 / self.word_dim)

    def _batch(self, xs: Sequence[Words], ys: Sequence[Words]) -> Batch:
        return batch_from_pairs(xs, ys).to(self.device)
