"""A file is prepared once; what was kept is used only if it is whole and of this text."""

import os
import threading
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engine.config import CorpusConfig, CsvConfig
from engine.control import Notice, RunControl, StageProgress
from engine.corpus.build import build_corpus
from engine.corpus.corpus import Corpus, CorpusReady
from engine.corpus.kept import cache as cache_module
from engine.corpus.kept.cache import CorpusCache, corpus_cache_folder
from engine.files.spool import Spool
from tests.engine.support.kept_corpora import (
    TEXTS,
    assert_same,
    kept_files,
    notices,
    prepare,
    was_prepared,
    write_rows,
)
from tests.engine.support.runs import StopsAfter


def test_that_a_second_opening_prepares_nothing_and_gives_the_same(path: Path, cache: Path) -> None:
    options = {"vocabulary_size": 9, "validation_fraction": 0.3, "seed": 4}
    alone, _ = prepare(path, None, **options)

    first, first_events = prepare(path, cache, **options)
    second, second_events = prepare(path, cache, **options)

    assert was_prepared(first_events)
    assert not was_prepared(second_events)
    assert notices(second_events) == notices(first_events)
    assert_same(first, alone)
    assert_same(second, alone)
    assert len(kept_files(cache)) == 1


def test_that_a_text_that_was_not_prepared_is_not_said_to_be_opened(
    path: Path, cache: Path
) -> None:
    prepare(path, cache)

    decoding = CsvConfig(decode_entities=True)
    events = list(
        build_corpus(CorpusConfig(path=path, csv=decoding), RunControl(), cache_folder=cache)
    )

    stages = [event.stage for event in events if isinstance(event, StageProgress)]
    assert stages[0] == "Looking whether this text was prepared before"
    assert "Opening the prepared text" not in stages


def test_that_large_arrays_give_the_same_as_small_ones(
    path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, _ = prepare(path, None, validation_fraction=0.3)
    for module in ("assembly", "corpus"):
        monkeypatch.setattr(
            f"engine.corpus.{module}.Spool", lambda *_, **__: Spool(None, most_in_memory=16)
        )
    monkeypatch.setattr("engine.files.spool.PIECE_BYTES", 16)
    monkeypatch.setattr("engine.corpus.kept.prepared_file.PIECE_BYTES", 16)
    monkeypatch.setattr("engine.corpus.kept.prepared_file._MOST_IN_MEMORY", 0)
    monkeypatch.setattr("engine.corpus.counting.ranking._WORDS_AT_ONCE", 2)

    spooled, _ = prepare(path, None, validation_fraction=0.3)
    prepare(path, cache, validation_fraction=0.3)
    mapped, events = prepare(path, cache, validation_fraction=0.3)

    assert not was_prepared(events)
    assert_same(spooled, alone)
    assert_same(mapped, alone)


@pytest.mark.parametrize(
    "options",
    [{"vocabulary_size": 5}, {"validation_fraction": 0.5}, {"seed": 3}, {"processes": 1}],
    ids=str,
)
def test_that_what_is_applied_afterwards_needs_no_new_preparation(
    options: dict[str, Any], path: Path, cache: Path
) -> None:
    prepare(path, cache)

    corpus, events = prepare(path, cache, **options)

    assert not was_prepared(events)
    assert_same(corpus, prepare(path, None, **options)[0])


def test_that_a_copy_with_another_name_is_found(path: Path, cache: Path, tmp_path: Path) -> None:
    prepare(path, cache)
    copy = tmp_path / "copy.of.it.csv"
    copy.write_bytes(path.read_bytes())

    corpus, events = prepare(copy, cache)

    assert not was_prepared(events)
    assert (corpus.summary.name, corpus.summary.path) == (copy.name, str(copy))


OTHER_OPTIONS: dict[str, Any] = {
    "columns": ("2",),
    "has_header": True,
    "encoding": "utf-8",
    "delimiter": ",",
    "skip_rows": 1,
    "quoting": "none",
    "sheet": "Comments",
    "documents": "lines",
    "decode_entities": True,
    "bad_rows": "stop",
}


def test_that_every_way_of_reading_has_its_own_key(path: Path) -> None:
    assert OTHER_OPTIONS.keys() == {field.name for field in fields(CsvConfig)}
    configs = [
        CorpusConfig(path=path),
        CorpusConfig(path=path, remove_duplicates=True),
        CorpusConfig(path=path.with_suffix(".txt")),
        *(
            CorpusConfig(path=path, csv=CsvConfig(**{name: value}))
            for name, value in OTHER_OPTIONS.items()
        ),
    ]

    keys = {cache_module.corpus_key(config, digest) for config in configs for digest in ("a", "b")}

    assert len(keys) == 2 * len(configs)


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("engine.corpus.kept.cache.nltk_version", "0"),
        ("charset_normalizer.__version__", "0"),
        ("engine.corpus.kept.cache.version", lambda name: "0"),
        ("unicodedata.unidata_version", "0"),
        ("engine.corpus.kept.cache.installed_digest", lambda: "other parameters"),
        ("engine.corpus.kept.cache.PREPARATION_VERSION", 99),
    ],
)
def test_that_another_program_has_another_key(
    what: str, value: object, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = CorpusConfig(path=path)
    before = cache_module.corpus_key(config, "digest")

    monkeypatch.setattr(what, value)

    assert cache_module.corpus_key(config, "digest") != before


def test_that_a_changed_file_of_the_same_size_is_prepared_anew(path: Path, cache: Path) -> None:
    prepare(path, cache)
    write_rows(path, ["D a b. It's “here”!", *TEXTS[1:]])

    corpus, events = prepare(path, cache)

    assert was_prepared(events)
    assert corpus.sentence_view(0).text.startswith("D a b.")
    assert len(kept_files(cache)) == 2


@pytest.fixture
def kept(path: Path, cache: Path) -> Path:
    prepare(path, cache)
    return kept_files(cache)[0]


def test_that_texts_used_least_recently_go_first(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [write_rows(tmp_path / f"{name}.csv", [f"The {name} one."]) for name in "abcd"]
    files = []
    for number, path in enumerate(paths[:3]):
        prepare(path, cache)
        files.append(next(file for file in kept_files(cache) if file not in files))
        os.utime(files[-1], ns=(number, number))
    stranger = cache / "notes.bin"
    stranger.write_bytes(b"x" * 100_000)
    prepare(paths[0], cache)  # used again: now it is the newest
    room = 3 * files[0].stat().st_size
    monkeypatch.setattr("engine.corpus.build.CorpusCache", partial(CorpusCache, most_bytes=room))

    prepare(paths[3], cache)

    assert [file.exists() for file in files] == [True, False, True]
    assert stranger.exists()
    assert not was_prepared(prepare(paths[3], cache)[1])


def test_that_a_text_larger_than_the_whole_cache_is_not_kept(
    path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.corpus.build.CorpusCache", partial(CorpusCache, most_bytes=100))

    prepare(write_rows(path, ["Another text."]), kept.parent)

    assert kept_files(kept.parent) == [kept]


def test_that_leftovers_of_a_killed_program_are_deleted(path: Path, kept: Path) -> None:
    leftover = kept.parent / ".rnn-text-lab-0123456789abcdef.tmp"
    leftover.write_bytes(b"half a text")

    prepare(path, kept.parent)

    assert kept_files(kept.parent) == [kept]


def test_that_a_stop_at_any_moment_leaves_no_file(path: Path, tmp_path: Path) -> None:
    config = CorpusConfig(path=path, processes=0)
    for calls in range(1, 500):
        cache = tmp_path / str(calls)
        control = StopsAfter(calls)

        events = list(build_corpus(config, control, cache_folder=cache))

        if not control.is_stopped:
            assert calls > 20
            return
        assert not any(isinstance(event, CorpusReady) for event in events)
        assert not cache.exists() or all(file.suffix == ".bin" for file in kept_files(cache))
    pytest.fail("a preparation asks less often than that")


def test_that_a_stop_while_opening_ends_without_a_corpus(path: Path, kept: Path) -> None:
    data = kept.read_bytes()
    for calls in range(1, 100):
        control = StopsAfter(calls)

        events = list(build_corpus(CorpusConfig(path=path), control, cache_folder=kept.parent))

        assert kept.read_bytes() == data
        if not control.is_stopped:
            assert calls > 5
            return
        assert not any(isinstance(event, CorpusReady | Notice) for event in events)
    pytest.fail("an opening asks less often than that")


def test_that_leaving_the_stream_while_keeping_leaves_no_file(
    path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "_REPORT_EVERY_S", 0.0)
    events = build_corpus(CorpusConfig(path=path), RunControl(), cache_folder=cache)
    for event in events:
        if isinstance(event, StageProgress) and event.stage.startswith("Keeping"):
            assert len(kept_files(cache)) == 1
            break

    events.close()  # type: ignore[attr-defined]

    assert kept_files(cache) == []


def test_that_programs_at_the_same_time_do_not_disturb_each_other(path: Path, cache: Path) -> None:
    corpora: list[Corpus] = []
    threads = [
        threading.Thread(target=lambda: corpora.append(prepare(path, cache)[0])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(corpora) == 4
    for corpus in corpora[1:]:
        assert_same(corpus, corpora[0])
    assert len(kept_files(cache)) == 1
    assert not was_prepared(prepare(path, cache)[1])


def test_that_others_cannot_read_the_kept_texts(kept: Path) -> None:
    if os.name == "nt":
        pytest.skip("Windows keeps the user's folders private by itself")

    assert kept.stat().st_mode & 0o077 == 0
    assert kept.parent.stat().st_mode & 0o077 == 0


def test_that_the_folder_is_the_users_own() -> None:
    folder = corpus_cache_folder()

    assert folder.is_absolute()
    assert folder.name == "corpora"
    assert "rnn-text-lab" in folder.parts
