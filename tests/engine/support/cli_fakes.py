"""A small text for the commands that train, and events that play a training."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.training.events import RunEnded, SnapshotPublished
from tests.engine.support.models import tiny_model

COMMENTS = [
    "The cat sat on the mat. It was a very good cat!",
    "A dog ran after the cat because the cat ran away.",
    "Nobody knows why the dog and the cat ran so fast.",
    "I think that the mat is better than the old one.",
] * 6


def write_comments(path: Path) -> Path:
    """Write a table of comments; return its path."""
    rows = "".join(f'{number},"{text}"\n' for number, text in enumerate(COMMENTS))
    path.write_text("id,body\n" + rows, encoding="utf-8")
    return path


def train_arguments(csv_path: Path, *more: str) -> list[str]:
    out = str(csv_path.with_name("model.safetensors"))
    small = ["--hidden-dim", "5", "--vocabulary-size", "30", "--processes", "1", "--column", "body"]
    return ["train", str(csv_path), "--out", out, *small, *more]


def objects(text: str) -> list[dict[str, Any]]:
    """Return what a command told in JSON, one object a line."""
    return [json.loads(line) for line in text.splitlines()]


def snapshot(step: int) -> SnapshotPublished:
    model = replace(tiny_model(), step=step)
    return SnapshotPublished(step=step, epoch=float(step), model=model)


def ended(step: int, reason: Any = "finished") -> RunEnded:
    return RunEnded(reason=reason, epoch=1.0, step=step, elapsed_s=1.0)
