"""A probabilistic grammar without cycles: its sentences, their probability and its entropy.

A word list and rules (`words`, `rules`) become one table from a
symbol to its productions. Nothing here knows what the sentences are about, and
nothing writes a file.

Notes
-----
A derivation is a sequence of independent choices, so with the chain rule the
entropy of a symbol is that of its own choice plus that of what it chose:

    H(A) = sum_i p_i (-ln p_i + sum_{B in production i} H(B))

The entropy of derivations is the entropy of *sentences* only if no sentence has
two derivations; `find_ambiguity` proves that, by the standard test on the
product of the grammar's automaton with itself.
"""

import math
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, islice
from random import Random

Production = tuple[float, tuple[str, ...]]  # probability, symbols and words


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What is exactly known of the sentences of one symbol."""

    entropy: float  # nats
    length: float  # mean number of words
    shortest: int
    longest: int


class Grammar:
    """Productions by symbol; a string that is no symbol is a word.

    Parameters
    ----------
    rules : dict of str to list of (weight, symbols)
        Weights need not sum to one. No symbol may reach itself.
    """

    def __init__(self, rules: dict[str, list[Production]]) -> None:
        self.rules: dict[str, tuple[Production, ...]] = {}
        for symbol, productions in rules.items():
            if len({body for _, body in productions}) < len(productions):
                raise ValueError(f"{symbol} has the same production twice")
            total = math.fsum(weight for weight, _ in productions)
            self.rules[symbol] = tuple((weight / total, body) for weight, body in productions)
        self._cumulated = {
            symbol: list(accumulate(p for p, _ in productions))
            for symbol, productions in self.rules.items()
        }
        self._classes = {
            symbol: {body[0]: p for p, body in productions}
            for symbol, productions in self.rules.items()
            if all(len(body) == 1 and body[0] not in self.rules for _, body in productions)
        }

    def measure(self, start: str) -> Measure:
        """Return the exact entropy and the lengths of the sentences of `start`."""

        @cache
        def of(symbol: str) -> Measure:
            if symbol not in self.rules:
                return Measure(entropy=0.0, length=1.0, shortest=1, longest=1)
            bodies = [(p, [of(part) for part in body]) for p, body in self.rules[symbol]]
            return Measure(
                entropy=math.fsum(
                    p * (sum(m.entropy for m in parts) - math.log(p)) for p, parts in bodies
                ),
                length=math.fsum(p * sum(m.length for m in parts) for p, parts in bodies),
                shortest=min(sum(m.shortest for m in parts) for _, parts in bodies),
                longest=max(sum(m.longest for m in parts) for _, parts in bodies),
            )

        return of(start)

    def expected_counts(self, start: str) -> dict[str, float]:
        """Return how often each word occurs in a sentence of `start`, on average."""

        @cache
        def of(symbol: str) -> dict[str, float]:
            if symbol not in self.rules:
                return {symbol: 1.0}
            counts: dict[str, float] = {}
            for p, body in self.rules[symbol]:
                for part in body:
                    for word, count in of(part).items():
                        counts[word] = counts.get(word, 0.0) + p * count
            return counts

        return of(start)

    def draw(self, start: str, rng: Random) -> tuple[list[str], float]:
        """Return the words of one random sentence and the ln probability of its derivation."""
        if start not in self.rules:
            return [start], 0.0
        chosen = bisect(self._cumulated[start], rng.random())
        probability, body = self.rules[start][min(chosen, len(self.rules[start]) - 1)]
        words: list[str] = []
        log_p = math.log(probability)
        for part in body:
            part_words, part_log_p = self.draw(part, rng)
            words += part_words
            log_p += part_log_p
        return words, log_p

    def parse(self, start: str, words: Sequence[str]) -> tuple[float, int]:
        """Return the probability of a sentence, over all its derivations, and their number."""

        @cache
        def ends(symbol: str, at: int) -> dict[int, tuple[float, int]]:
            """Where `symbol` can end if it begins at word `at`."""
            if at == len(words):
                return {}
            if symbol in self._classes:
                p = self._classes[symbol].get(words[at])
                return {} if p is None else {at + 1: (p, 1)}
            if symbol not in self.rules:
                return {at + 1: (1.0, 1)} if words[at] == symbol else {}
            found: dict[int, tuple[float, int]] = {}
            for p, body in self.rules[symbol]:
                _add(found, self._after(body, at, ends), p)
            return found

        return ends(start, 0).get(len(words), (0.0, 0))

    def _after(
        self,
        body: tuple[str, ...],
        at: int,
        ends: Callable[[str, int], dict[int, tuple[float, int]]],
    ) -> dict[int, tuple[float, int]]:
        reached = {at: (1.0, 1)}
        for part in body:
            following: dict[int, tuple[float, int]] = {}
            for end, (p, count) in reached.items():
                _add(following, ends(part, end), p, count)
            if not following:
                return {}
            reached = following
        return reached

    def find_ambiguity(self, start: str) -> str | None:
        """Return words that begin a sentence with two derivations, or None if there is none."""
        return _find_twins(*self._automaton(start))

    def words_of(self, start: str) -> frozenset[str]:
        """Return every word that a sentence of `start` can have."""

        @cache
        def of(symbol: str) -> frozenset[str]:
            if symbol not in self.rules:
                return frozenset([symbol])
            return frozenset().union(*(of(s) for _, body in self.rules[symbol] for s in body))

        return of(start)

    def fewest(self, start: str, words: Iterable[str]) -> int:
        """Return how many of `words` every sentence of `start` has at least."""
        wanted = frozenset(words)

        @cache
        def of(symbol: str) -> int:
            if symbol not in self.rules:
                return int(symbol in wanted)
            return min(sum(of(s) for s in body) for _, body in self.rules[symbol])

        return of(start)

    def _automaton(self, start: str) -> tuple[list[list[tuple[frozenset[str], int]]], int]:
        """Return the edges (words, target) of each state, 0 the last, and the first state.

        A path is a derivation. States with the same edges are one: from there on they have
        the same derivations, and the pairs of states to look at are far fewer.
        """
        edges: list[list[tuple[frozenset[str], int]]] = [[]]
        known: dict[tuple[tuple[frozenset[str], int], ...], int] = {}

        @cache
        def before(body: tuple[str, ...], end: int) -> int:
            """Return the state from which `body` leads to `end`."""
            if not body:
                return end
            through = tuple(first_edges(body[0], before(body[1:], end)))
            if through not in known:
                known[through] = len(edges)
                edges.append(list(through))
            return known[through]

        def first_edges(symbol: str, end: int) -> Iterator[tuple[frozenset[str], int]]:
            if symbol in self._classes or symbol not in self.rules:
                yield class_words(symbol), end
                return
            for _, body in self.rules[symbol]:
                yield from first_edges(body[0], before(body[1:], end))

        @cache
        def class_words(symbol: str) -> frozenset[str]:
            return frozenset(self._classes.get(symbol, (symbol,)))

        return edges, before((start,), 0)


def _add(
    found: dict[int, tuple[float, int]],
    more: dict[int, tuple[float, int]],
    p: float,
    count: int = 1,
) -> None:
    for end, (more_p, more_count) in more.items():
        old_p, old_count = found.get(end, (0.0, 0))
        found[end] = (old_p + p * more_p, old_count + count * more_count)


def _find_twins(edges: list[list[tuple[frozenset[str], int]]], start: int) -> str | None:
    """Search for two paths from `start` to state 0 that spell the same words.

    Both paths are walked at once; a pair of states is "parted" once the paths
    have differed. Two paths to the end that are parted are an ambiguity. Sets of
    words are numbers with a bit for each word: there are millions of pairs.
    """
    words, bits = _as_bits(edges)
    first = (start, start, False)
    came_from: dict[_Pair, tuple[_Pair, int] | None] = {first: None}
    waiting = [first]
    while waiting:
        pair = waiting.pop()
        one, other, parted = pair
        for i, (words_i, to_i) in enumerate(bits[one]):
            # The mirror image of a pair is the same pair.
            for j, (words_j, to_j) in (
                enumerate(bits[other]) if one != other else _from(bits[one], i)
            ):
                shared = words_i & words_j
                if not shared:
                    continue
                is_parted = parted or one != other or i != j
                following = (to_i, to_j, is_parted) if to_i <= to_j else (to_j, to_i, is_parted)
                if following in came_from:
                    continue
                came_from[following] = (pair, shared)
                if following == (0, 0, True):
                    return _spell(came_from, following, words)
                waiting.append(following)
    return None


_Pair = tuple[int, int, bool]
_Bits = list[tuple[int, int]]  # of a state: the words of each edge, and where it leads


def _from(edges: _Bits, first: int) -> Iterator[tuple[int, tuple[int, int]]]:
    return islice(enumerate(edges), first, None)


def _as_bits(edges: list[list[tuple[frozenset[str], int]]]) -> tuple[list[str], list[_Bits]]:
    """Return all words in order, and the edges with a number for their words."""
    classes = {one for state in edges for one, _ in state}
    words = sorted(frozenset().union(*classes))
    bit = {word: 1 << place for place, word in enumerate(words)}
    number = {one: sum(bit[word] for word in one) for one in classes}
    return words, [[(number[one], to) for one, to in state] for state in edges]


def _spell(came_from: dict[_Pair, tuple[_Pair, int] | None], pair: _Pair, words: list[str]) -> str:
    spelt = []
    while (step := came_from[pair]) is not None:
        pair, shared = step
        spelt.append(words[(shared & -shared).bit_length() - 1])  # the first of them
    return " ".join(reversed(spelt))
