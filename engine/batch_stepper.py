"""One parameter update on some sentences, with fewer at once where the memory runs out."""

import torch
from numpy import int64
from numpy.typing import NDArray

from engine.control import Notice
from engine.corpus.corpus import Sentences
from engine.network.batching import batch_from_flat
from engine.network.device import DeviceChoice, is_out_of_memory, return_unused_memory
from engine.optimizer import Optimizer


class BatchStepper:
    """Gather sentences and let an optimiser take a step on them.

    Parameters
    ----------
    sentences : Sentences
    optimizer : Optimizer
    batch_size : int
        Sentences a step.
    device : torch.device
        Where the network is.
    choice : DeviceChoice
        The same for the user.

    Attributes
    ----------
    batch_size : int
        Smaller once the memory ran out.
    """

    def __init__(
        self,
        sentences: Sentences,
        optimizer: Optimizer,
        batch_size: int,
        device: torch.device,
        choice: DeviceChoice,
    ) -> None:
        self._sentences, self._optimizer = sentences, optimizer
        self._device, self._choice = device, choice
        self.batch_size = batch_size

    def step(self, chosen: NDArray[int64]) -> tuple[torch.Tensor, int] | None:
        """Take a step on the chosen sentences.

        Returns
        -------
        loss : float64 tensor of shape ()
            Summed over the words, before the step.
        words : int
            Or None instead of both, if there was no memory for it and nothing was changed.
            The caller acts after this call: while an error is held, so is its memory.
        """
        try:
            batch = batch_from_flat(self._sentences.ids, self._sentences.offsets, chosen)
            return self._optimizer.step(batch.to(self._device)), batch.words
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
        return None

    def halve(self, sentences: int) -> Notice:
        """Go on with half of the `sentences`, two or more, that did not fit into the memory."""
        return_unused_memory(self._device)
        self.batch_size = sentences // 2
        return Notice(
            text=f"A step on {sentences} sentences did not fit into the memory of "
            f"{self._choice.name}. Training goes on with {self.batch_size} a step."
        )

    def move_to(self, device: torch.device, choice: DeviceChoice, batch_size: int) -> None:
        """Take the steps where the network is now."""
        self._device, self._choice, self.batch_size = device, choice, batch_size
