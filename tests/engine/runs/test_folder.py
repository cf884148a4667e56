"""A run's folder on the disk: its small files, its name, and what a full disk takes of it."""

import errno
import json
import math
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.config import CorpusConfig, ModelConfig, TrainConfig
from engine.runs import folder as module
from engine.runs.folder import (
    EpochModel,
    RunFolder,
    as_json,
    cannot,
    copy_run,
    epoch_model,
    is_run_id,
    list_epoch_models,
    new_run_id,
    run_description,
    run_ids,
)

ID = "20250902-140501-000001"
NOW = datetime(2025, 9, 2, 14, 5, 1, 9, UTC)


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_that_a_line_that_a_crash_cut_off_spoils_no_other(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.events_path.write_bytes(b'{"a": 1}\n{"b"')

    for line in (b'{"c": 3}\n', b'{"d": 4}\n'):
        descriptor = folder.open_events()
        os.write(descriptor, line)
        os.close(descriptor)

    assert folder.events_path.read_bytes() == b'{"a": 1}\n{"b"\n{"c": 3}\n{"d": 4}\n'


def test_that_a_number_that_no_json_has_is_never_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        as_json({"loss": math.nan})
    assert as_json({"loss": 1.5}) == b'{\n "loss": 1.5\n}'


def test_that_a_folder_that_is_there_is_described_anew(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "runs" / ID)

    for number, name in enumerate(("First", "Second")):
        folder.make({"number": number}, name)

    assert json.loads(folder.description_path.read_text()) == {"number": 1}
    assert json.loads(folder.label_path.read_text())["name"] == "Second"


def test_that_what_was_begun_over_an_hour_ago_and_never_made_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = tmp_path / ".old.new", tmp_path / ".young.new"
    for path, age_s in ((old, 3600.5), (new, 3600.0)):
        path.mkdir()
        (path / "run.json").touch()
        os.utime(path, (1e9 - age_s, 1e9 - age_s))
    monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: 1e9))

    RunFolder(tmp_path / ID).make({}, "")

    assert (old.exists(), new.exists()) == (False, True)


def test_that_a_copy_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    source, target = RunFolder(tmp_path / "one"), RunFolder(tmp_path / "two")
    source.make({"a": 1}, "")
    (source.path / ".half").touch()
    with monkeypatch.context() as patch:
        patch.setattr("shutil.copyfile", full)
        with pytest.raises(OSError, match="full"):
            copy_run(source, target)
    assert [path.name for path in tmp_path.iterdir()] == ["one"]

    copy_run(source, target)

    assert [path.name for path in target.path.iterdir()] == ["run.json"]


def test_that_a_copy_that_cannot_begin_tells_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(FileExistsError):
        copy_run(RunFolder(tmp_path), RunFolder(tmp_path / "file" / ID))


def test_that_a_run_that_cannot_be_changed_is_named() -> None:
    told = str(cannot("rename", Path("runs", "x"), OSError(errno.ENOSPC, "full")))

    assert told.startswith(f"The program could not rename the run in {Path('runs', 'x')}, because ")


def test_that_only_its_owner_may_look_into_a_run(tmp_path: Path) -> None:
    one, two = RunFolder(tmp_path / "our" / "data" / "runs" / ID), RunFolder(tmp_path / "twin")
    one.make({"a": 1}, "First")
    os.close(one.open_events())
    one.status_path.touch(0o644)

    copy_run(one, two)

    assert [mode_of(path) for path in (one.path.parent, one.path, two.path)] == [0o700] * 3
    written = [path for path in one.path.iterdir() if path != one.status_path]
    assert len(written) == 3
    assert {mode_of(path) for path in [*written, *two.path.iterdir()]} == {0o600}


def test_that_what_a_kill_left_half_made_is_in_nobody_s_way(tmp_path: Path) -> None:
    one, two = RunFolder(tmp_path / ID), RunFolder(tmp_path / "twin")
    for name in (f".{ID}.new", ".twin.copy"):
        (tmp_path / name).mkdir()

    one.make({"a": 1}, "First")
    copy_run(one, two)

    assert sorted(path.name for path in tmp_path.iterdir()) == [ID, "twin"]
    assert two.read_json(two.label_path) == {"name": "First", "note": ""}


def test_that_a_run_without_a_name_has_no_label(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / ID)

    folder.make({"a": 1}, "")

    assert [path.name for path in folder.path.iterdir()] == ["run.json"]
    assert folder.read_json(folder.description_path) == {"a": 1}


@pytest.mark.parametrize("content", [None, b"", b'{"a": ', b"[1]", b'{"a": 1}' + b" " * 100])
def test_that_a_small_file_that_cannot_be_used_says_nothing(
    content: bytes | None, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path)
    if content is not None:
        folder.status_path.write_bytes(content)

    assert folder.read_json(folder.status_path, most_bytes=7) == {}


@pytest.mark.parametrize(("size", "values"), [(1 << 20, {"a": 1}), ((1 << 20) + 1, {})])
def test_that_a_small_file_has_no_more_than_a_megabyte(
    size: int, values: dict[str, int], tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path)
    folder.status_path.write_bytes(b'{"a": 1' + b"}".rjust(size - 7))

    assert folder.read_json(folder.status_path) == values


def full_for(size: int, monkeypatch: pytest.MonkeyPatch, number: int = errno.ENOSPC) -> None:
    """Let only so many bytes of models be in the folder that is written to."""
    write = module.write_durably

    def limited(path: Path, data: bytes, *, new_mode: int) -> None:
        if sum(each.path.stat().st_size for each in list_epoch_models(path.parent)) > size:
            raise OSError(number, "full")
        write(path, data, new_mode=new_mode)

    monkeypatch.setattr(module, "write_durably", limited)


def with_models(path: Path) -> RunFolder:
    for epoch in (1, 2, 3, 4):
        epoch_model(path, epoch, 5.0).path.write_bytes(b"10 bytes..")
    return RunFolder(path)


@pytest.mark.parametrize(("size", "left"), [(40, [1, 2, 3, 4]), (20, [2, 4]), (10, [2]), (5, [])])
@pytest.mark.parametrize("number", module.FULL)
def test_that_only_as_many_models_give_way_as_are_in_the_way(
    size: int, left: list[int], number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = with_models(tmp_path)
    full_for(size, monkeypatch, number)

    folder.write(folder.state_path, b"state")

    assert folder.state_path.read_bytes() == b"state"
    assert [each.epoch for each in list_epoch_models(tmp_path)] == left
    assert folder.has_given_way == (len(left) < 4)


def test_that_a_model_that_somebody_else_deletes_at_that_moment_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(kept: Sequence[EpochModel], last: float) -> EpochModel:
        chosen = least_missed(kept, last)
        chosen.path.unlink()
        return chosen

    least_missed, folder = module.least_missed, with_models(tmp_path)
    full_for(20, monkeypatch)
    monkeypatch.setattr(module, "least_missed", gone)

    folder.write(folder.state_path, b"state")

    assert [each.epoch for each in list_epoch_models(tmp_path)] == [2, 4]


@pytest.mark.parametrize(("size", "number", "left"), [(-1, errno.ENOSPC, 0), (-1, errno.EACCES, 4)])
def test_that_a_disk_that_stays_full_and_other_failures_are_raised(
    size: int, number: int, left: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = with_models(tmp_path)
    full_for(size, monkeypatch, number)

    with pytest.raises(OSError, match="full"):
        folder.write(folder.state_path, b"state")

    assert len(list_epoch_models(tmp_path)) == left


@pytest.mark.parametrize(
    ("lines", "elapsed_s"),
    [
        (None, 0.0),
        ([], 0.0),
        (['{"elapsed_s": 1.5}', '{"elapsed_s": 2.5}'], 2.5),
        (['{"elapsed_s": 1.5}', '{"elapsed_s": 2.5'], 1.5),  # cut off
        (['{"elapsed_s": 1.5}', '{"loss": 1}', "[]", '{"elapsed_s": "9"}', "[" * 9000], 1.5),
        (['{"elapsed_s": 1.5}', '{"loss": "' + "9" * 16_353 + '"}'], 1.5),
        (['{"elapsed_s": 1.5}', '{"loss": "' + "9" * 16_354 + '"}'], 0.0),  # too far up
    ],
)
def test_that_the_time_of_the_last_event_is_found_at_the_end_of_the_log(
    lines: list[str] | None, elapsed_s: float, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path)
    if lines is not None:
        folder.events_path.write_text("\n".join(lines), "utf-8")

    assert folder.last_elapsed_s() == elapsed_s


@pytest.mark.parametrize(
    ("after", "time_of_id"),
    [
        ("", "20250902-140501"),
        ("no run", "20250902-140501"),
        ("20250902-140500-ffffff", "20250902-140501"),
        ("20250902-140501-ffffff", "20250902-140502"),
        ("20251231-235959-ffffff", "20260101-000000"),  # the clock was put back
        ("99991231-235959-ffffff", "20250902-140501"),
    ],
)
def test_that_the_name_of_a_run_sorts_after_all_others(after: str, time_of_id: str) -> None:
    ids = [new_run_id(NOW, after) for _ in range(20)]

    assert {each[:15] for each in ids} == {time_of_id}
    assert len(set(ids)) == 20
    assert all(map(is_run_id, ids))


def test_that_runs_are_listed_the_newest_first_and_nothing_else_is(tmp_path: Path) -> None:
    older, newer = ID, "20250903-000000-000000"
    for name in (older, newer, f".{older}.new", f"{older}x", "notes"):
        (tmp_path / name).mkdir()
    (tmp_path / "20250904-000000-000000").touch()

    assert run_ids(tmp_path) == [newer, older]
    assert run_ids(tmp_path / "away") == []


@pytest.mark.parametrize("is_continued", [{}, {"is_continued": True}])
def test_that_a_description_has_all_that_a_run_begins_with(is_continued: dict[str, Any]) -> None:
    text, network, training = CorpusConfig(path=Path("a.csv")), ModelConfig(), TrainConfig(seed=3)

    told = run_description(text, network, training, {"words": 5}, NOW, **is_continued)

    assert told == {
        "version": 1,
        "started": "2025-09-02T14:05:01+00:00",
        "corpus_config": text.absolute().to_json(),
        "model_config": network.to_json(),
        "train_config": training.to_json(),
        "corpus": {"words": 5},
        "is_continued": bool(is_continued),
    }
    assert json.loads(as_json(told)) == told
