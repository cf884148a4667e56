"""Tests of how small work and waiting threads share the cores."""

import os
from collections.abc import Iterator

import pytest
import torch

from engine.network.bptt import on_one_thread
from engine.network.torch_startup import wait_politely


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("two_threads")
def test_that_small_work_runs_on_one_thread_and_gives_the_others_back() -> None:
    assert on_one_thread(torch.get_num_threads)() == 1
    assert torch.get_num_threads() == 2


@pytest.mark.usefixtures("two_threads")
def test_that_the_threads_come_back_after_a_failure() -> None:
    def fail() -> None:
        raise ValueError("small work failed")

    with pytest.raises(ValueError, match="small work failed"):
        on_one_thread(fail)()

    assert torch.get_num_threads() == 2


def test_that_waiting_threads_sleep_soon_unless_the_user_said_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    wait_politely()
    assert os.environ["GOMP_SPINCOUNT"] == "3000"

    monkeypatch.setenv("GOMP_SPINCOUNT", "5")
    wait_politely()
    assert os.environ["GOMP_SPINCOUNT"] == "5"
