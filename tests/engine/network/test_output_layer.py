"""The output layer by itself: what a caller may leave out, and the way of a GPU."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.network import output_layer as module
from engine.network.output_layer import SharedStates, Workspace, cross_entropy, output_layer
from engine.network.score_blocks import ScoreBlocks

C, H, N = 11, 5, 40


class _OnGpu(torch.Tensor):
    """A tensor of this machine's memory that says it is on a GPU."""

    device = torch.device("cuda")  # type: ignore[assignment]


@pytest.fixture
def layer() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """V (C, H), s (N, H) and y (N,)."""
    random = np.random.default_rng(5)
    V, s = random.standard_normal((C, H)), np.tanh(random.standard_normal((N, H)))
    return torch.from_numpy(V), torch.from_numpy(s), torch.from_numpy(random.integers(0, C, N))


def workspace() -> Workspace:
    return Workspace(C, torch.float64, torch.device("cpu"))


def expected(
    V: torch.Tensor, s: torch.Tensor, y: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the losses, and the derivatives of their sum by s and V, by autograd."""
    V, s = V.clone().requires_grad_(), s.clone().requires_grad_()
    losses = torch.nn.functional.cross_entropy(s @ V.t(), y, reduction="none")
    d_s, d_V = torch.autograd.grad(losses.sum(), (s, V))
    return losses.detach(), d_s, d_V


def test_that_loss_and_derivatives_are_those_of_autograd(
    layer: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
) -> None:
    losses, d_s, d_V = expected(*layer)

    into = torch.full((C, H), torch.nan, dtype=torch.float64)
    loss, by_s = output_layer(*layer, workspace(), into=into, scale=2.0)

    assert float(loss) == pytest.approx(float(losses.sum()), rel=1e-12)
    torch.testing.assert_close(by_s, d_s)
    torch.testing.assert_close(into, 2.0 * d_V)


@pytest.mark.parametrize("chunk_words", [16, 640])
@pytest.mark.parametrize("hidden_dim", [5, 8], ids=["in a wider buffer", "in place"])
def test_that_the_derivative_of_V_is_written_over_what_was_there_or_added_to_it(
    monkeypatch: pytest.MonkeyPatch, hidden_dim: int, chunk_words: int
) -> None:
    monkeypatch.setattr(module, "_MANY_WORDS", N)
    random = np.random.default_rng(6)
    V, s = (torch.from_numpy(random.standard_normal((rows, hidden_dim))) for rows in (C, N))
    y = torch.from_numpy(random.integers(0, C, N))
    d_V = expected(V, s, y)[2]
    space = workspace()
    space.chunk_words = chunk_words
    into = torch.full((C, hidden_dim), torch.nan, dtype=torch.float64)

    for _ in range(2):  # the second time, the buffers hold the first one's numbers
        output_layer(V, s, y, space, into=into)
        torch.testing.assert_close(into, d_V)

    output_layer(V, s, y, space, into=into, adds=True, scale=-0.5)
    torch.testing.assert_close(into, 0.5 * d_V)


@pytest.mark.parametrize(
    ("columns", "words", "width"),
    [(5, 999, 5), (5, 1000, 8), (8, 1000, 8), (100, 1000, 104), (124, 1, 124), (129, 1, 136)],
)
def test_that_a_product_gets_columns_that_it_fills_where_it_is_worth_it(
    columns: int, words: int, width: int
) -> None:
    space, narrow = workspace(), torch.zeros(C, columns, dtype=torch.float64)

    wide = space.wide(narrow, words)

    assert wide.shape == (C, width)
    assert (wide is narrow) == (columns == width)
    assert space.wide(narrow, words) is wide, "used again"


@pytest.mark.parametrize("words", [40, 48])
def test_that_shared_states_in_a_wider_buffer_change_no_number(
    words: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(8)
    V, states = (torch.from_numpy(random.standard_normal((rows, H))) for rows in (C, 16))
    of_word = torch.from_numpy(random.permutation(np.arange(words) % 13))  # 3 are of no word
    y = torch.from_numpy(random.integers(0, C, words))
    rows = torch.tensor([of_word.tolist().index(k % 13) for k in range(16)])
    counts = torch.bincount(of_word, minlength=16).float()
    shared = SharedStates(rows=rows, of_word=of_word, words=counts)
    s = states[of_word]
    losses, d_s, d_V = expected(V, s, y)

    for many in (0, 1000):
        monkeypatch.setattr(module, "_MANY_WORDS", many)
        into = torch.full((C, H), torch.nan, dtype=torch.float64)
        loss, by_s = output_layer(V, s, y, workspace(), into=into, shared=shared)
        assert float(loss) == pytest.approx(float(losses.sum()), rel=1e-12)
        torch.testing.assert_close(by_s, d_s)
        torch.testing.assert_close(into, d_V)


@pytest.mark.parametrize(("words", "computed"), [(40, 40), (46, 48), (48, 48), (49, 49), (60, 64)])
def test_that_words_are_filled_up_where_few_are_missing(
    words: int, computed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = []
    scores = Workspace.scores

    def noted(self: Workspace, words: int) -> ScoreBlocks:
        of.append(words)
        return scores(self, words)

    monkeypatch.setattr(Workspace, "scores", noted)
    s, y = torch.ones(words, H, dtype=torch.float64), torch.zeros(words, dtype=torch.int64)

    losses = cross_entropy(torch.ones(C, H, dtype=torch.float64), s, y, workspace())

    assert of == [computed]
    torch.testing.assert_close(losses, torch.full_like(losses, np.log(C)))


@pytest.mark.parametrize(
    ("word_dim", "words"), [(11, 1024), (8000, 640), (100_000, 48), (320_000, 16), (10**7, 16)]
)
def test_that_a_chunk_has_as_many_words_as_fit_into_the_buffer(word_dim: int, words: int) -> None:
    assert Workspace(word_dim, torch.float32, torch.device("meta")).chunk_words == words


@given(words=st.integers(1, 3000), chunk_words=st.integers(1, 48) | st.just(640))
def test_that_chunks_are_few_aligned_and_of_about_one_size(words: int, chunk_words: int) -> None:
    space = workspace()
    space.chunk_words = chunk_words

    chunks = space.chunks(words)

    assert [number for chunk in chunks for number in range(words)[chunk]] == list(range(words))
    assert len(chunks) == math.ceil(words / chunk_words)
    sizes = [chunk.stop - chunk.start for chunk in chunks]
    assert 1 <= min(sizes) <= max(sizes) <= chunk_words
    assert max(sizes) - min(sizes) < 2 * math.gcd(16, chunk_words)
    assert all(chunk.start % math.gcd(16, chunk_words) == 0 for chunk in chunks)


def test_that_the_scores_of_fewer_words_lie_in_the_same_memory() -> None:
    space = workspace()

    fewer = space.of_fewer(7)
    for part in (fewer, space):
        part.scores(part.chunk_words)

    assert fewer._values is space._values
    assert fewer.scores(3)._memory.shape == (7 * 3,)


def test_that_scores_near_zero_are_made_only_once(
    layer: tuple[torch.Tensor, torch.Tensor, torch.Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(ScoreBlocks, "exponentiate_shifted")

    losses = cross_entropy(*layer, workspace())

    torch.testing.assert_close(losses, expected(*layer)[0])


@pytest.mark.parametrize(
    ("threads", "panel_values", "panels"),
    [
        (2, 1000, [(slice(0, 10), 2), (slice(10, 11), 1)]),
        (2, 100, [(slice(0, 4), 2), (slice(4, 8), 2), (slice(8, 11), 1)]),
        (2, 1, [(slice(2 * k, 2 * k + 2), 2) for k in range(5)] + [(slice(10, 11), 1)]),
        (32, 1000, [(slice(0, 11), 11)]),
    ],
)
def test_that_each_thread_has_a_block_of_a_panel_that_stays_in_its_cache(
    monkeypatch: pytest.MonkeyPatch,
    threads: int,
    panel_values: int,
    panels: list[tuple[slice, int]],
) -> None:
    monkeypatch.setattr(module, "_PANEL_VALUES", panel_values)
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)

    scores = workspace().scores(N)

    assert scores._panels == panels


@pytest.mark.parametrize("size", [1.0, 1000.0], ids=["near zero", "far from zero"])
def test_that_a_gpu_takes_the_largest_score_off_without_asking(
    layer: tuple[torch.Tensor, torch.Tensor, torch.Tensor], size: float
) -> None:
    V, s, y = layer
    losses, _, _ = expected(size * V, s, y)

    found = cross_entropy(size * V, s.as_subclass(_OnGpu), y, workspace())

    torch.testing.assert_close(found.as_subclass(torch.Tensor), losses)


def test_that_a_gpu_does_not_stop_at_a_broken_score(
    layer: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
) -> None:
    V, s, y = layer
    V[3, 2] = torch.nan

    found = cross_entropy(V, s.as_subclass(_OnGpu), y, workspace())

    assert found.isnan().all()  # whoever reads the loss sees it, later


@pytest.mark.parametrize(("quarter_and", "is_whole"), [(0, False), (1, True)])
def test_that_a_buffer_for_short_sentences_stays_small(quarter_and: int, is_whole: bool) -> None:
    small = workspace()
    words = small.chunk_words // 4 + quarter_and

    small.scores(words)

    buffer = small._values
    assert len(buffer) == C * (small.chunk_words if is_whole else words)
    small.scores(words)
    assert small._values is buffer, "used again"


def test_that_a_gpu_computes_all_scores_in_one_product() -> None:
    workspace = Workspace(8000, torch.float32, torch.device("meta"))

    scores = workspace.scores(640)

    assert scores._panels == [(slice(0, 8000), 1)]
