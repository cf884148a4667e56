"""A network and a table of word sequences that predict together; `counted_text` fits it.

N words to predict, C words in the vocabulary, B sentences at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from engine.corpus.corpus import Sentences
from engine.language_model.ngram import NGramModel


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mixture:
    """A network and a table that predict together: p = weight · network + (1 - weight) · table.

    References
    ----------
    Jelinek and Mercer, "Interpolated estimation of Markov source parameters", 1980.
    """

    table: NGramModel
    weight: float  # of the network, from 0 to 1
    fitted_words: int  # held-out words that the weight is the best for
    judged_words: int  # other held-out words, on which these are lost, nats per word:
    loss: float
    network_loss: float
    table_loss: float

    @property
    def name(self) -> str:
        """What it is, such as "a mixture of 62 % network and 38 % table of word triples"."""
        table = self.table.name.removeprefix("a ")
        shares = f"{self.weight:.0%} network and {1.0 - self.weight:.0%} {table}"
        return f"a mixture of {shares.replace('%', ' %')}"

    @property
    def description(self) -> str:
        """What it is, and how good, two sentences."""
        return (
            f"This is {self.name}, the best on {self.fitted_words:,} held-out words. On "
            f"{self.judged_words:,} others it loses {self.loss:.4f} nats per word, the network "
            f"alone {self.network_loss:.4f}, the table alone {self.table_loss:.4f}."
        )

    def scores(self, logits: torch.Tensor, before: Sequence[Sequence[int]]) -> torch.Tensor:
        """Return the logarithms of the mixed probabilities, float64 (B, C).

        Parameters
        ----------
        logits : float64 tensor of shape (B, C)
            The network's scores.
        before : B sequences of int
            Each sentence so far, as `NGramModel.next_word` takes it.
        """
        shares = np.stack([self.table.next_word(words) for words in before])  # (B, C)
        of_table = torch.from_numpy(shares).to(logits.device)
        return torch.softmax(logits, 1).mul_(self.weight).add_(of_table, alpha=self._rest).log_()

    def losses(self, network_losses: torch.Tensor, sentences: Sentences) -> torch.Tensor:
        """Return the mixture's loss of each word, float64 (N,).

        Parameters
        ----------
        network_losses : tensor of shape (N,)
        sentences : Sentences
            In the same order.
        """
        of_table = torch.from_numpy(self.table.probabilities(sentences)).to(network_losses.device)
        of_network = network_losses.double().neg().exp_()
        return of_network.mul_(self.weight).add_(of_table, alpha=self._rest).log_().neg_()

    @property
    def _rest(self) -> float:
        return 1.0 - self.weight
