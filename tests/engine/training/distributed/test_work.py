"""How a batch is divided over ranks, and what of its gradients is sent."""

from unittest.mock import Mock

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.control import RunControl
from engine.training.distributed import ranks as module
from engine.training.distributed.ranks import Ranks, _packed, _Part, _unpack
from engine.training.distributed.work import dealt_out


@settings(max_examples=40)
@given(lengths=st.lists(st.integers(1, 90), min_size=1, max_size=70), count=st.integers(1, 9))
def test_that_each_sentence_has_one_rank_and_the_ranks_have_about_as_many_words(
    lengths: list[int], count: int
) -> None:
    words = np.array(lengths)
    shares = np.array([dealt_out(words, rank, count) for rank in range(count)])  # (R, B)

    assert (shares.sum(0) == 1).all()
    of_ranks = shares @ words
    assert of_ranks.max() - of_ranks.min() <= words.max()


@pytest.mark.parametrize(("U_words", "V_words"), [(5, 5), (5, None), (40, 40), (40, None)])
def test_that_the_rows_of_words_that_occurred_are_sent_and_no_others(
    U_words: int, V_words: int | None
) -> None:
    C, H, R = 40, 3, 3
    generator = torch.Generator().manual_seed(0)
    rows = [
        torch.arange(C) if count is None else torch.randperm(C, generator=generator)[:count]
        for count in (C, U_words, V_words)
    ]
    gradients = [torch.zeros(R, height, H) for height in (H, C, C)]
    for gradient, own in zip(gradients[1:], rows[1:], strict=True):
        gradient[:, own] = torch.randn(R, len(own), H, generator=generator)
    expected = [each.sum(0) for each in gradients]
    parts = [
        [
            _Part(gradients[0][rank], None),
            _Part(gradients[1][rank], rows[1]),
            _Part(gradients[2][rank], None if V_words is None else rows[2]),
        ]
        for rank in range(R)
    ]

    sent = [_packed(each) for each in parts]
    summed = [torch.stack(pieces).sum(0) for pieces in zip(*sent, strict=True)]
    _unpack(summed, parts[0])
    if len(summed) > 1:  # the ranks sum it where it is
        gradients[2][0] = summed[1]

    assert sum(each.numel() for each in sent[0]) == H * (H + U_words + (V_words or C))
    for gradient, whole in zip(gradients, expected, strict=True):
        torch.testing.assert_close(gradient[0], whole)


def test_that_nccl_looks_for_the_other_ranks_while_the_store_waits_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = Mock()
    monkeypatch.setattr(module, "_GPU", "cpu")
    monkeypatch.setattr(module.dist, "init_process_group", told.init)
    monkeypatch.setattr(Ranks, "sum", lambda _, tensors: told.sum(len(tensors)))

    Ranks(0, 2, told.store, RunControl(), with_gpus=True)

    assert [name for name, *_ in told.mock_calls] == ["init", "sum", "store.set_timeout"]
    assert told.init.call_args.args == ("cpu:gloo,cuda:nccl",)
