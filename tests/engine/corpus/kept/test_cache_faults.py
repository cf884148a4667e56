"""A damaged cache, or a disk that fails, costs time and never a wrong text."""

import errno
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engine.corpus.kept import cache as corpus_cache
from engine.corpus.kept import prepared_file
from engine.corpus.kept.prepared_file import DamagedError, read_prepared
from engine.errors import CorpusError
from engine.files.spool import Spool
from tests.engine.support.kept_corpora import (
    assert_same,
    kept_files,
    notices,
    prepare,
    was_prepared,
    write_rows,
)


@pytest.fixture
def kept(path: Path, cache: Path) -> Path:
    """The file that the cache has of the text."""
    prepare(path, cache)
    return kept_files(cache)[0]


def damaged_contents(data: bytes) -> Iterator[bytes]:
    for place in range(0, len(data), 5):
        yield data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]
    for length in range(0, len(data), 149):
        yield data[:length]
    yield data + b"\0"
    yield data + data
    yield data[:64] + bytes(64) + data[64:]


def test_that_no_damage_goes_unnoticed(kept: Path) -> None:
    data = kept.read_bytes()
    key = kept.stem[-32:]
    missed = []

    for number, damaged in enumerate(damaged_contents(data)):
        kept.write_bytes(damaged)
        try:
            list(read_prepared(kept, key, folder=None))
        except DamagedError:
            continue
        missed.append(number)

    assert missed == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:100] + b"?" + data[101:],
        lambda data: data[: len(data) // 2],
        lambda data: data + b"more",
        lambda _: b"",
        lambda _: b"a file of another program, that is long enough to be one of ours" * 9,
    ],
    ids=["flipped", "cut", "longer", "empty", "foreign"],
)
def test_that_a_damaged_text_is_made_anew(
    damage: Callable[[bytes], bytes], path: Path, kept: Path
) -> None:
    data = kept.read_bytes()
    kept.write_bytes(damage(data))

    corpus, events = prepare(path, kept.parent)

    assert was_prepared(events)
    assert "is prepared again" in notices(events)[0]
    assert_same(corpus, prepare(path, None)[0])
    assert kept.read_bytes() == data
    assert not was_prepared(prepare(path, kept.parent)[1])


def test_that_the_text_of_another_file_is_not_taken(path: Path, kept: Path, tmp_path: Path) -> None:
    other = write_rows(tmp_path / "other.csv", ["Something else."])
    prepare(other, kept.parent)
    file_of_other = next(file for file in kept_files(kept.parent) if file != kept)
    kept.write_bytes(file_of_other.read_bytes())

    corpus, events = prepare(path, kept.parent)

    assert "other options" in notices(events)[0]
    assert corpus.sentence_view(0).text.startswith("B a b.")


def rewrite(kept: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the description of a kept file as somebody would who knows its hash."""
    data = kept.read_bytes()
    length = int.from_bytes(data[-56:-48], "little")
    values = prepared_file.json.loads(data[-56 - length : -56])
    change(values)
    text = prepared_file.json.dumps(values).encode()
    end = len(text).to_bytes(8, "little") + prepared_file._hash(text) + data[-16:]
    kept.write_bytes(data[: -56 - length] + text + end)


@pytest.mark.parametrize(
    "change",
    [
        lambda values: values.pop("places"),
        lambda values: values["places"].pop("counts"),
        lambda values: values["places"].update(counts="here"),
        lambda values: values["places"]["counts"].__setitem__(0, 64),
        lambda values: values["places"]["counts"].__setitem__(1, 1 << 40),
        lambda values: values["places"]["counts"].__setitem__(1, -8),
        lambda values: values["places"]["word_lengths"].__setitem__(1, 4),
        lambda values: values.pop("facts"),
        lambda values: values["facts"].update(words=1 << 40),
        lambda values: values["facts"].update(sentences="many"),
        lambda values: values.pop("problems"),
        lambda values: values.update(problems=[1]),
    ],
)
def test_that_a_description_that_does_not_fit_is_refused(
    change: Callable[[dict[str, Any]], None], kept: Path
) -> None:
    rewrite(kept, change)

    with pytest.raises(DamagedError):
        list(read_prepared(kept, kept.stem[-32:], folder=None))


def failing(code: int) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS], ids=errno.errorcode.get)
@pytest.mark.parametrize("call", ["os.write", "pathlib.Path.replace", "pathlib.Path.mkdir"])
def test_that_a_text_that_cannot_be_kept_is_delivered_with_a_notice(
    call: str, code: int, path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, _ = prepare(path, None)
    monkeypatch.setattr(call, failing(code))

    corpus, events = prepare(path, cache)

    assert os.strerror(code) in notices(events)[0]
    assert "as long as it did now" in notices(events)[0]
    assert_same(corpus, expected)
    assert not cache.exists() or kept_files(cache) == []


def test_that_temporary_files_that_cannot_be_written_are_done_without_and_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, _ = prepare(path, None)
    monkeypatch.setattr("engine.corpus.assembly.Spool", partial(Spool, most_in_memory=16))
    monkeypatch.setattr("tempfile.TemporaryFile", failing(errno.ENOSPC))

    corpus, events = prepare(path, None)

    assert f"({os.strerror(errno.ENOSPC)})" in notices(events)[0]
    assert_same(corpus, expected)


def test_that_a_kept_text_that_cannot_be_read_is_made_anew(
    path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = [failing(errno.EIO), read_prepared]
    monkeypatch.setattr(
        corpus_cache, "read_prepared", lambda *args, **named: reads.pop(0)(*args, **named)
    )

    corpus, events = prepare(path, kept.parent)

    assert os.strerror(errno.EIO) in notices(events)[0]
    assert_same(corpus, prepare(path, None)[0])


def test_that_a_missing_file_is_named_as_without_a_cache(kept: Path, path: Path) -> None:
    path.unlink()

    with pytest.raises(CorpusError, match="There is no file"):
        prepare(path, kept.parent)
