"""The scores of some words, a panel of vocabulary rows at a time, a block of it a CPU thread.

A product of a tall V with few words is what PyTorch's threads share badly: with 20 or
45 words, two threads reach hardly more than one does alone. Here V is cut into equal
blocks of rows, and as many of them as there are threads, a panel, are one batched
product, in which each thread has a block of its own. The rows left over are a last,
small panel.

With many words there are several panels, and everything that a panel's scores are
needed for first is done before the next panel's, while they are in the CPU's caches.

Letters: C words in the vocabulary, H hidden numbers, n words in the chunk, K blocks of
P rows in each of J panels.
"""

import torch

ALIGNED = 16  # numbers that a CPU computes on at once


def round_up(number: int, grain: int) -> int:
    """Return the smallest multiple of `grain` that is not below `number`."""
    return -(-number // grain) * grain


class ScoreBlocks:
    """A matrix E (C, n) in a given piece of memory, and its products with V and s.

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
    panels : int
        J, at most C // K.
    """

    def __init__(self, memory: torch.Tensor, words: int, blocks: int, panels: int) -> None:
        self._memory, self._words = memory, words
        self._has_rows_in_one_piece = words % ALIGNED == 0
        word_dim = len(memory) // words
        in_panel = word_dim // (blocks * panels) * blocks  # rows, K P
        self._panels = [(slice(k * in_panel, (k + 1) * in_panel), blocks) for k in range(panels)]
        if word_dim > panels * in_panel:
            self._panels.append((slice(panels * in_panel, word_dim), 1))

    def exponentiate(
        self,
        V: torch.Tensor,
        s: torch.Tensor,
        sums: torch.Tensor,
        product: torch.Tensor | None = None,
    ) -> None:
        """Make E = 2^(V sᵀ) from V (C, H) and s (n, H).

        Write its sums over the vocabulary to `sums` (n,), and Eᵀ V to `product` (n, H).
        """
        self._raise_panels(V, s, None, sums, product)

    def exponentiate_shifted(
        self,
        V: torch.Tensor,
        s: torch.Tensor,
        sums: torch.Tensor,
        product: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Do the same with E = 2^(V sᵀ - m); return m, the largest score of each word, (n,)."""
        largest = []
        for rows, blocks in self._panels:
            E = self._view(rows, blocks)
            _fill(E, _cut(V, rows, blocks), s)
            largest.append(E.amax((0, 1)))
        m = torch.stack(largest).amax(0)
        self._raise_panels(V, s, m, sums, product)
        return m

    def add_to(
        self, V: torch.Tensor, s: torch.Tensor, scale: float, *, overwrites: bool = False
    ) -> None:
        """Add scale · E s to V (C, H) in place, from s (n, H), or write it over what is there."""
        for rows, blocks in reversed(self._panels):  # the last are still in the CPU's caches
            V_rows = _cut(V, rows, blocks)
            V_rows.baddbmm_(
                self._view(rows, blocks),
                s.expand(blocks, -1, -1),
                beta=0.0 if overwrites else 1.0,
                alpha=scale,
            )

    def _raise_panels(
        self,
        V: torch.Tensor,
        s: torch.Tensor,
        shift: torch.Tensor | None,
        sums: torch.Tensor,
        product: torch.Tensor | None,
    ) -> None:
        """Fill the panels, or take the shift from what they are filled with; see above."""
        block_sums = sums.new_empty(sum(blocks for _, blocks in self._panels), len(sums))
        products: torch.Tensor | None = None  # (K, n, H)
        summed = 0  # blocks
        for rows, blocks in self._panels:
            E, V_rows = self._view(rows, blocks), _cut(V, rows, blocks)
            if shift is None:
                _fill(E, V_rows, s)
            else:
                E.sub_(shift)
            self._memory[rows.start * self._words : rows.stop * self._words].exp2_()
            # Each thread sums its own block: the other's may lie in a cache far from it.
            torch.sum(E, 1, out=block_sums[summed : summed + blocks])
            summed += blocks
            if product is None:
                continue
            if products is None:
                products = self._times(E, V_rows)
            else:
                self._add_times(products[:blocks], E, V_rows)
        torch.sum(block_sums, 0, out=sums)
        if products is not None:
            torch.sum(products, 0, out=product)

    def _times(self, E: torch.Tensor, V_rows: torch.Tensor) -> torch.Tensor:
        if self._has_rows_in_one_piece:
            return torch.bmm(V_rows.transpose(1, 2), E).transpose(1, 2)
        return torch.bmm(E.transpose(1, 2), V_rows)

    def _add_times(self, products: torch.Tensor, E: torch.Tensor, V_rows: torch.Tensor) -> None:
        if self._has_rows_in_one_piece:
            products.transpose(1, 2).baddbmm_(V_rows.transpose(1, 2), E)
        else:
            products.baddbmm_(E.transpose(1, 2), V_rows)

    def _view(self, rows: slice, blocks: int) -> torch.Tensor:
        """Return those rows of E, (K, P, n)."""
        memory = self._memory[rows.start * self._words : rows.stop * self._words]
        if self._has_rows_in_one_piece:
            return memory.view(blocks, -1, self._words)
        return memory.view(blocks, self._words, -1).transpose(1, 2)


def _cut(V: torch.Tensor, rows: slice, blocks: int) -> torch.Tensor:
    """Return those rows of V (C, H) as (K, P, H)."""
    return V[rows].view(blocks, -1, V.shape[1])


def _fill(E: torch.Tensor, V_rows: torch.Tensor, s: torch.Tensor) -> None:
    """Write the scores V sᵀ to E (K, P, n), from the rows of V (K, P, H) and s (n, H)."""
    torch.bmm(V_rows, s.expand(len(E), -1, -1).transpose(1, 2), out=E)
