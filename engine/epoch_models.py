"""The models of a run's epochs, to look back at how it learned: which are kept, and where.

    <run id>/epoch-3-loss-4.8120.safetensors

A network learns most at first, so the first eight evaluated epochs are all kept, then every
second one to the 16th, every fourth to the 32nd, and so on, counted anew where a run goes on
or a model is trained further. The files of a run take no more than
`MOST_BYTES`: with large models, those whose neighbours are nearest give way.

No PyTorch is needed to list them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 1 << 29  # of the models of one run's epochs

_FILE_NAME = re.compile(r"epoch-(\d+(?:\.\d+)?)-loss-(\d+\.\d+)\.safetensors")


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochModel:
    """The kept model of one evaluated epoch."""

    epoch: float  # a fraction where a run ended, or one before it, within an epoch
    loss: float  # evaluated, held-out where there is such text; nats a word
    path: Path


def is_worth_keeping(number: int) -> bool:
    """Tell whether the n-th evaluated model is kept: 1 to 8, 10, 12, 14, 16, 20 and so on."""
    stride = 1 << max(0, (number - 1).bit_length() - 3)
    return number % stride == 0


def epoch_model(folder: Path, epoch: float, loss: float) -> EpochModel:
    """Return what the model of an epoch is called in a run's `folder`."""
    name = f"epoch-{epoch:.6g}-loss-{loss:.4f}.safetensors"
    return EpochModel(epoch=epoch, loss=loss, path=folder / name)


def list_epoch_models(folder: Path) -> tuple[EpochModel, ...]:
    """Return the models that are kept in a run's folder, the first epoch first."""
    try:
        paths = list(folder.iterdir())
    except OSError:
        return ()  # nothing was kept yet, or the disk is away
    found = [
        EpochModel(epoch=float(match[1]), loss=float(match[2]), path=path)
        for path in paths
        if (match := _FILE_NAME.fullmatch(path.name))
    ]
    return tuple(sorted(found, key=lambda each: (each.epoch, each.path.name)))


def outdated(
    kept: Sequence[EpochModel], new: EpochModel, size: int, most_bytes: int = MOST_BYTES
) -> list[EpochModel]:
    """Return which of the kept models go when a `new` one of `size` bytes has come.

    Those of the same or a later epoch are of a course that the run did not take in the end.
    """
    gone = [each for each in kept if each.epoch >= new.epoch and each.path != new.path]
    stay = [each for each in kept if each.epoch < new.epoch]
    while stay and (len(stay) + 1) * size > most_bytes:
        epochs = [0.0, *(each.epoch for each in stay), new.epoch]
        gaps = [epochs[k + 2] - epochs[k] for k in range(len(stay))]
        gone.append(stay.pop(gaps.index(min(gaps))))
    return gone
