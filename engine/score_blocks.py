"""The scores of some words, cut into blocks of vocabulary rows: one block a CPU thread.

A product of a tall V with few words is what PyTorch's threads share badly: with 20 or
45 words, two threads reach hardly more than one does alone. Here V is cut into as many
equal blocks of rows as there are threads, and all blocks are one batched product, in
which each thread has a block of its own. The rows left over, fewer than there are
threads, are a second, tiny product.

Letters: C words in the vocabulary, H hidden numbers, n words in the chunk, K blocks of
P rows.
"""

import torch

ALIGNED = 16  # numbers that a CPU computes on at once


class ScoreBlocks:
    """A matrix E (C, n) in a given piece of memory, and the three products with it.

    With an aligned number of words each row of E lies in one piece, else each column:
    the products then fill the CPU's registers.

    Parameters
    ----------
    memory : tensor of shape (C * n,)
        Uninitialised.
    words : int
        n.
    blocks : int
        K, at most C.
    """

    def __init__(self, memory: torch.Tensor, words: int, blocks: int) -> None:
        self._memory, self._words, self._blocks = memory, words, blocks
        word_dim = len(memory) // words
        self._divided = word_dim - word_dim % blocks  # rows, K P
        self._has_rows_in_one_piece = words % ALIGNED == 0
        self._parts = [self._view(memory[: self._divided * words], blocks)]  # (K, P, n)
        if word_dim > self._divided:
            self._parts.append(self._view(memory[self._divided * words :], 1))  # (1, C - K P, n)

    def fill(self, V: torch.Tensor, s: torch.Tensor) -> None:
        """Write V sᵀ, from V (C, H) and s (n, H)."""
        for E, V_rows in self._with_rows_of(V):
            each = s.expand(len(E), -1, -1)  # (K, n, H)
            if self._has_rows_in_one_piece:
                torch.bmm(V_rows, each.transpose(1, 2), out=E)
            else:
                torch.bmm(each, V_rows.transpose(1, 2), out=E.transpose(1, 2))

    def exp2(self) -> torch.Tensor:
        """Replace each entry by its power of two; return the sums over the vocabulary, (n,)."""
        self._memory.exp2_()
        return torch.stack([part.sum((0, 1)) for part in self._parts]).sum(0)

    def take_off_largest(self) -> torch.Tensor:
        """Subtract the largest entry of each word; return it, (n,)."""
        largest = torch.stack([part.amax((0, 1)) for part in self._parts]).amax(0)
        for part in self._parts:
            part.sub_(largest)
        return largest

    def times(self, V: torch.Tensor) -> torch.Tensor:
        """Return Eᵀ V, shape (n, H)."""
        products = [
            torch.bmm(V_rows.transpose(1, 2), E).transpose(1, 2)
            if self._has_rows_in_one_piece
            else torch.bmm(E.transpose(1, 2), V_rows)
            for E, V_rows in self._with_rows_of(V)
        ]  # (K, n, H) and (1, n, H)
        return torch.cat(products).sum(0)

    def add_to(self, V: torch.Tensor, s: torch.Tensor, scale: float) -> None:
        """Add scale · E s to V (C, H) in place, from s (n, H)."""
        for E, V_rows in self._with_rows_of(V):
            V_rows.baddbmm_(E, s.expand(len(E), -1, -1), alpha=scale)

    def _view(self, memory: torch.Tensor, blocks: int) -> torch.Tensor:
        if self._has_rows_in_one_piece:
            return memory.view(blocks, -1, self._words)
        return memory.view(blocks, self._words, -1).transpose(1, 2)

    def _with_rows_of(self, V: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Pair each part of E with the same rows of V: (K, P, H) and (1, C - K P, H)."""
        rows = [V[: self._divided].view(self._blocks, -1, V.shape[1]), V[None, self._divided :]]
        return list(zip(self._parts, rows, strict=False))
