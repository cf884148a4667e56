"""The choices of the person, whatever text and run are open, kept in one Ini file.

The only module that uses QSettings. A key that is missing, unknown or damaged
costs its own value and nothing else.
"""

import dataclasses
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, get_args

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from app.shared.theme import ThemeChoice
from engine import ConfigError, SampleConfig

logger = logging.getLogger(__name__)

VERSION = 1
RECENT_FILES_KEPT = 8
_BETWEEN_PATHS = "\0"  # no path has it
_MOST_PATHS = 100  # of one text, that are remembered

Value = TypeVar("Value")
OnStart = Literal["continue", "home"]  # where one was, or the start page


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSettings:
    """The choices of the person who uses the program."""

    theme: ThemeChoice = "system"
    zoom: int = 100  # percent of the system's font
    on_start: OnStart = "continue"
    keep_awake: bool = True  # while a network is trained
    last_tab: int = 0
    last_folder: str = ""  # where the last file was opened or saved
    recent_files: tuple[str, ...] = ()  # texts and models, the newest first; see `recent_paths`
    sample: SampleConfig = SampleConfig()  # noqa: RUF009 - frozen
    presets: tuple[str, ...] = ()  # of the sampler, one's own, as JSON
    suggest_words: bool = False  # while one writes


def recent_paths(text: str) -> tuple[Path, ...]:
    """Return the files that a recent one stands for: itself, or all that are one text."""
    return tuple(map(Path, text.split(_BETWEEN_PATHS)))


def recent_name(text: str) -> str:
    """Return what a recent file is called, such as "a.csv and 2 more"."""
    first, *others = recent_paths(text)
    return f"{first.name} and {len(others):,} more" if others else first.name


class SettingsStore(QObject):
    """The present settings, written to their file at each change.

    Attributes
    ----------
    settings : AppSettings
        The present settings.

    Signals
    -------
    changed(object)
        The new `AppSettings`.
    """

    changed = Signal(object)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = QSettings(str(path), QSettings.Format.IniFormat)
        self._settings = self.load()

    @property
    def folder(self) -> Path:
        """Where the file is, and others of the program beside it."""
        return Path(self._file.fileName()).parent

    @property
    def settings(self) -> AppSettings:
        """The present settings."""
        return self._settings

    def load(self) -> AppSettings:
        """Read the file; what cannot be used keeps its default."""
        default = AppSettings()
        return AppSettings(
            theme=self._read("theme", _theme, default.theme),
            zoom=self._read("zoom", _zoom, default.zoom),
            on_start=self._read("on_start", _on_start, default.on_start),
            keep_awake=self._read("keep_awake", _flag, default.keep_awake),
            last_tab=self._read("last_tab", int, default.last_tab),
            last_folder=self._read("last_folder", str, default.last_folder),
            recent_files=self._read("recent_files", _texts, default.recent_files),
            sample=self._read("sample", SampleConfig.from_text, default.sample),
            presets=self._read("presets", _texts, default.presets),
            suggest_words=self._read("suggest_words", _flag, default.suggest_words),
        )

    def save(self, settings: AppSettings) -> None:
        """Make `settings` the present ones and write what differs."""
        former, self._settings = self._settings, settings
        if settings == former:
            return
        self._file.setValue("version", VERSION)
        for field in dataclasses.fields(settings):
            value = getattr(settings, field.name)
            if value != getattr(former, field.name):
                self._file.setValue(f"choices/{field.name}", _as_text(value))
        self._write()
        self.changed.emit(settings)

    def update(self, **changes: object) -> None:
        """Change single fields, such as `update(theme="dark")`."""
        self.save(dataclasses.replace(self._settings, **changes))  # type: ignore[arg-type]

    def add_recent_file(self, *paths: Path) -> None:
        """Put a file, or several that are one text, on top of the recent ones."""
        text = _BETWEEN_PATHS.join(str(path.absolute()) for path in paths)
        others = [other for other in self._settings.recent_files if other != text]
        kept = others if len(paths) > _MOST_PATHS else [text, *others]
        self.update(
            recent_files=tuple(kept[:RECENT_FILES_KEPT]),
            last_folder=str(paths[0].absolute().parent),
        )

    def remove_recent_file(self, *paths: Path) -> None:
        """Forget a file, or several that are one text, that is gone."""
        text = _BETWEEN_PATHS.join(map(str, paths))
        kept = tuple(other for other in self._settings.recent_files if other != text)
        self.update(recent_files=kept)

    def load_geometry(self) -> QByteArray:
        """Return the window's stored geometry; empty if there is none."""
        stored = self._file.value("window/geometry")
        return stored if isinstance(stored, QByteArray) else QByteArray()

    def save_geometry(self, geometry: QByteArray) -> None:
        """Store the window's geometry, apart from the choices."""
        self._file.setValue("window/geometry", geometry)
        self._write()

    def _read(self, key: str, parse: Callable[[str], Value], default: Value) -> Value:
        stored = self._file.value(f"choices/{key}")
        if stored is None:
            return default
        try:
            if not isinstance(stored, str):
                raise TypeError(f"a text was expected, not {type(stored).__name__}")
            return parse(stored)
        except (TypeError, ValueError, KeyError, AttributeError, ConfigError) as error:
            logger.warning("The setting %s is damaged and was left out: %s", key, error)
            return default

    def _write(self) -> None:
        self._file.sync()
        if self._file.status() is not QSettings.Status.NoError:
            logger.warning("The settings could not be written to %s.", self._file.fileName())


def _theme(text: str) -> ThemeChoice:
    for choice in get_args(ThemeChoice):
        if text == choice:
            return choice  # type: ignore[no-any-return]
    raise ValueError(f"unknown theme {text!r}")


def _zoom(text: str) -> int:
    zoom = int(text)
    if not 50 <= zoom <= 300:
        raise ValueError(f"a zoom of {zoom} percent")
    return zoom


def _on_start(text: str) -> OnStart:
    for choice in get_args(OnStart):
        if text == choice:
            return choice  # type: ignore[no-any-return]
    raise ValueError(f"unknown start {text!r}")


def _flag(text: str) -> bool:
    if text not in ("True", "False"):
        raise ValueError(f"neither yes nor no: {text!r}")
    return text == "True"


def _texts(text: str) -> tuple[str, ...]:
    return tuple(str(item) for item in json.loads(text))


def _as_text(value: object) -> str:
    """Return one setting as the text that its reader above takes."""
    if isinstance(value, SampleConfig):
        return json.dumps(value.to_json())
    if isinstance(value, tuple):
        return json.dumps(list(value))
    return "" if value is None else str(value)
