"""The device that is chosen, and the reason that the user reads."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from engine.errors import DeviceError
from engine.network.device import choose_device, list_devices, set_precision, upload


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.fixture
def one_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: f"Fast Card {index}")


@pytest.mark.parametrize(("threads", "name"), [(1, "CPU (1 thread)"), (2, "CPU (2 threads)")])
def test_that_the_cpu_is_named_with_its_threads(
    monkeypatch: pytest.MonkeyPatch, threads: int, name: str
) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)

    device, choice = choose_device("cpu")

    assert device == torch.device("cpu")
    assert (choice.request, choice.name, choice.reason) == ("cpu", name, "The CPU was chosen.")


@pytest.mark.usefixtures("one_gpu")
@pytest.mark.parametrize(
    ("request_", "reason"),
    [("auto", "Fast Card 0 was found."), ("cuda", "Fast Card 0 was chosen.")],
)
def test_that_a_gpu_is_taken_where_there_is_one(request_: str, reason: str) -> None:
    device, choice = choose_device(request_)

    assert device == torch.device("cuda", 0)
    assert (choice.request, choice.name, choice.reason) == (request_, "Fast Card 0", reason)


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize(
    ("cuda", "why"),
    [("13.0", "PyTorch finds no GPU with a working driver."), (None, "is built for the CPU only.")],
)
def test_that_the_reason_for_no_gpu_is_told(
    monkeypatch: pytest.MonkeyPatch, cuda: str | None, why: str
) -> None:
    monkeypatch.setattr(torch.version, "cuda", cuda)
    monkeypatch.setattr(torch.version, "hip", None)

    device, choice = choose_device("auto")
    with pytest.raises(DeviceError, match=r"^No GPU can be used: ") as refused:
        choose_device("cuda")

    assert device == torch.device("cpu")
    assert choice.request == "auto"
    assert choice.reason.startswith("The CPU is used: ")
    assert why in choice.reason
    assert why in str(refused.value)
    assert str(refused.value).endswith("Choose the device 'cpu' or 'auto'.")


@pytest.mark.usefixtures("no_gpu")
def test_that_the_list_has_no_gpu_where_there_is_none() -> None:
    assert [choice.request for choice in list_devices()] == ["auto", "cpu"]


@pytest.mark.usefixtures("one_gpu")
def test_that_the_list_has_the_gpu_where_there_is_one() -> None:
    assert [(each.request, each.name) for each in list_devices()][::2] == [
        ("auto", "Fast Card 0"),
        ("cuda", "Fast Card 0"),
    ]


@pytest.mark.parametrize(
    ("name", "allow_tf32", "expected"),
    [("cuda", True, "tf32"), ("cuda", False, "ieee"), ("cpu", True, "untouched")],
)
def test_that_tf32_is_used_on_a_gpu_on_request_only(
    monkeypatch: pytest.MonkeyPatch, name: str, allow_tf32: bool, expected: str
) -> None:
    matmul = SimpleNamespace(fp32_precision="untouched")
    monkeypatch.setattr(torch.backends.cuda, "matmul", matmul)

    set_precision(torch.device(name), allow_tf32=allow_tf32)

    assert matmul.fp32_precision == expected


def test_that_pytorch_knows_the_setting_and_has_tf32_off() -> None:
    assert torch.backends.cuda.matmul.fp32_precision in ("none", "ieee")


def test_that_an_array_is_brought_to_the_device_as_it_is() -> None:
    values = np.arange(6, dtype=np.int32)

    there = upload(values, torch.device("cpu"))

    assert there.dtype == torch.int32
    assert there.tolist() == [0, 1, 2, 3, 4, 5]
