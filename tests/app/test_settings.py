"""Settings: what is saved comes back, and damage costs only what is damaged."""

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings
from pytestqt.qtbot import QtBot

from app.settings import RECENT_FILES_KEPT, AppSettings, SettingsStore
from engine import SampleConfig


def write(path: Path, key: str, value: object) -> None:
    file = QSettings(str(path), QSettings.Format.IniFormat)
    file.setValue(key, value)
    file.sync()


def test_that_a_first_start_has_the_defaults(settings_path: Path) -> None:
    assert SettingsStore(settings_path).settings == AppSettings()


def test_that_all_choices_come_back(settings_path: Path) -> None:
    settings = AppSettings(
        theme="dark",
        last_tab=2,
        last_folder="/some/where",
        recent_files=("/b, with a comma.csv", "/ü.csv"),
        sample=SampleConfig(count=3, seed=7),
    )

    SettingsStore(settings_path).save(settings)

    assert SettingsStore(settings_path).settings == settings


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("theme", "purple"),
        ("last_tab", "two"),
        ("recent_files", "{"),
        ("sample", "[1, 2]"),
        ("sample", '{"temperature": "false"}'),
        ("sample", "[" * 9000),
        ("sample", '{"count": "many"}'),
    ],
)
@pytest.mark.expects_log("is damaged and was left out")
def test_that_a_damaged_key_costs_only_its_own_value(
    settings_path: Path, key: str, value: str
) -> None:
    SettingsStore(settings_path).update(last_folder="/kept")
    write(settings_path, f"choices/{key}", value)

    settings = SettingsStore(settings_path).settings

    assert settings == AppSettings(last_folder="/kept")


def test_that_an_unknown_field_of_a_config_is_ignored(settings_path: Path) -> None:
    write(settings_path, "choices/sample", '{"count": 7, "of_a_later_version": true}')

    assert SettingsStore(settings_path).settings.sample == SampleConfig(count=7)


def test_that_the_settings_of_an_earlier_version_are_read_without_a_word(
    settings_path: Path,
) -> None:
    write(settings_path, "choices/train", '{"epochs": 7}')  # they last with their run now
    write(settings_path, "choices/theme", "dark")

    assert SettingsStore(settings_path).settings == AppSettings(theme="dark")


def test_that_a_file_of_nonsense_gives_the_defaults(settings_path: Path) -> None:
    settings_path.write_bytes(bytes(range(256)) * 20)

    assert SettingsStore(settings_path).settings == AppSettings()


def test_that_a_change_is_announced_once(settings_path: Path, qtbot: QtBot) -> None:
    store = SettingsStore(settings_path)
    with qtbot.waitSignal(store.changed):
        store.update(theme="dark")

    with qtbot.assertNotEmitted(store.changed):
        store.update(theme="dark")


def test_that_a_file_opened_again_moves_to_the_top(settings_path: Path) -> None:
    store = SettingsStore(settings_path)
    for name in ("a", "b", "a"):
        store.add_recent_file(Path(f"/{name}.csv"))

    assert store.settings.recent_files == ("/a.csv", "/b.csv")


def test_that_only_the_newest_files_are_kept(settings_path: Path) -> None:
    store = SettingsStore(settings_path)
    for number in range(RECENT_FILES_KEPT + 3):
        store.add_recent_file(Path(f"/{number}.csv"))

    assert len(store.settings.recent_files) == RECENT_FILES_KEPT


def test_that_a_removed_file_is_forgotten(settings_path: Path) -> None:
    store = SettingsStore(settings_path)
    store.add_recent_file(Path("/gone.csv"))

    store.remove_recent_file(Path("/gone.csv"))

    assert store.settings.recent_files == ()


def test_that_the_geometry_comes_back(settings_path: Path) -> None:
    SettingsStore(settings_path).save_geometry(QByteArray(b"\x00\x01geometry"))

    assert SettingsStore(settings_path).load_geometry() == QByteArray(b"\x00\x01geometry")


@pytest.mark.expects_log("could not be written")
def test_that_settings_that_cannot_be_written_do_not_stop_the_program(tmp_path: Path) -> None:
    folder_in_the_way = tmp_path / "settings.ini"
    folder_in_the_way.mkdir()
    store = SettingsStore(folder_in_the_way)

    store.update(theme="dark")

    assert store.settings.theme == "dark"
