"""What `make` and main.py decide before anything else runs."""

import re
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

import main
from resources.scripts import set_up
from tests.conftest import ROOT


@pytest.mark.parametrize("version", [(3, 10), (3, 14), (2, 7)])
def test_that_another_python_is_refused_with_what_to_do(version: tuple[int, int]) -> None:
    with pytest.raises(set_up.SetUpError, match=r"3\.11, 3\.12 or 3\.13 is needed.*PYTHON="):
        set_up.require_python(version)


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_that_a_supported_python_is_taken(version: tuple[int, int]) -> None:
    set_up.require_python(version)


def test_that_without_a_display_the_minute_and_the_lost_model_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(main, "has_display", lambda: False)
    monkeypatch.setattr("engine.cli.main.main", lambda argv: commands.append(argv) or 0)

    assert main.main() == 0

    told = capsys.readouterr().err
    assert commands == [["demo"]]
    assert "about a minute" in told
    assert "not kept" in told
    assert "demo --out MODEL" in told


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(set_up, "ROOT", tmp_path)
    monkeypatch.setattr(set_up, "STAMP", tmp_path / "set-up.txt")
    (tmp_path / "pyproject.toml").write_text("[project]", encoding="utf-8")
    (tmp_path / "constraints.txt").write_text("numpy==2.4.6", encoding="utf-8")
    return tmp_path


CPU_PLAN = {"torch": "2.13.0", "numpy": "2.4.6"}
CUDA_PLAN = CPU_PLAN | {"nvidia-cublas": "13.1.1.3", "triton": "3.7.1"}


def commands_of(patch: pytest.MonkeyPatch, plan: dict[str, str] = CPU_PLAN) -> list[list[str]]:
    """Record the commands instead of running them; pip plans to install `plan`."""
    commands: list[list[str]] = []
    patch.setattr(set_up, "run", lambda each, **_: commands.append([*map(str, each)]))
    patch.setattr(set_up, "planned", lambda _command: plan)
    patch.setattr(set_up, "has_nvidia_gpu", lambda: False)
    patch.setattr(set_up.shutil, "disk_usage", lambda _folder: SimpleNamespace(free=100e9))
    return commands


def test_that_the_size_is_told_before_the_download_and_pip_shows_its_progress(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = commands_of(monkeypatch)

    set_up.install("run")

    told = capsys.readouterr().err
    assert "Packages to download: 2, about 0.4 GB; they become 1.3 GB" in told
    assert set_up.INDEX_VARIABLE not in told
    assert "--quiet" not in commands[-1]


def test_that_a_cuda_build_without_a_gpu_names_the_small_one_and_goes_on(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands_of(monkeypatch, CUDA_PLAN)

    set_up.install("run")

    told = capsys.readouterr().err
    assert "about 3.0 GB; they become 5.0 GB" in told
    assert "pip gets as --extra-index-url" in told.replace("\n", " ")
    assert "make run RNN_TEXT_LAB_INDEX=ADDRESS" in told
    assert set_up.is_up_to_date("run")


def test_that_a_cuda_build_with_a_gpu_is_no_question(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands_of(monkeypatch, CUDA_PLAN)
    monkeypatch.setattr(set_up, "has_nvidia_gpu", lambda: True)

    set_up.install("run")

    assert "RNN_TEXT_LAB_INDEX" not in capsys.readouterr().err


def test_that_the_named_index_is_passed_to_pip(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = commands_of(monkeypatch)
    monkeypatch.setenv("RNN_TEXT_LAB_INDEX", "https://example.org/simple")

    set_up.install("run")

    place = commands[-1].index("--extra-index-url")
    assert commands[-1][place + 1] == "https://example.org/simple"


@pytest.mark.parametrize("is_same_disk", [True, False])
def test_that_too_little_room_is_told_before_the_download(
    project: Path, monkeypatch: pytest.MonkeyPatch, *, is_same_disk: bool
) -> None:
    commands = commands_of(monkeypatch)
    full = project if is_same_disk else Path(tempfile.gettempdir())
    numbers = {str(project): 1, str(Path(tempfile.gettempdir())): 1 if is_same_disk else 2}
    free = {str(project): 1.5e9, str(full): 1.5e9 if is_same_disk else 0.1e9}
    monkeypatch.setattr(
        Path, "stat", lambda path, **_: SimpleNamespace(st_dev=numbers.get(str(path), 0))
    )
    monkeypatch.setattr(
        set_up.shutil, "disk_usage", lambda path: SimpleNamespace(free=free[str(path)])
    )

    with pytest.raises(set_up.SetUpError, match=r"GB left, and about .* TMPDIR") as refusal:
        set_up.install("run")

    assert str(refusal.value).startswith(str(full))
    assert len(commands) == 1


def test_that_a_pip_that_cannot_plan_still_installs(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set_up.planned([sys.executable, "-c", "print('no report')"]) == {}
    commands = commands_of(monkeypatch, {})

    set_up.install("run")

    assert "pip does not say what" in capsys.readouterr().err
    assert len(commands) == 2


def test_that_pips_plan_is_read() -> None:
    code = 'print(\'{"install": [{"metadata": {"name": "Torch", "version": "2.13.0"}}]}\')'

    assert set_up.planned([sys.executable, "-c", code]) == {"torch": "2.13.0"}


def test_that_nothing_is_reinstalled_until_a_pin_changes(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = commands_of(monkeypatch)
    before = set_up.is_up_to_date("test")

    set_up.install("test")

    assert not before
    assert len(commands) == 2  # pip itself, and what it installs
    assert set_up.is_up_to_date("test")
    assert set_up.is_up_to_date("run")
    assert not set_up.is_up_to_date("dev")

    (project / "constraints.txt").write_text("numpy==2.4.7", encoding="utf-8")
    assert not set_up.is_up_to_date("run")


def test_that_a_failed_install_is_not_remembered(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_up, "VENV_PYTHON", project / "no-python")

    with pytest.raises(FileNotFoundError):
        set_up.install("run")

    assert not set_up.is_up_to_date("run")


def test_that_a_venv_that_does_not_start_is_not_used(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_up, "VENV_PYTHON", project / "no-python")

    assert not set_up.is_usable_venv()


def test_that_only_the_libraries_of_the_display_in_use_are_asked_for() -> None:
    assert set_up.needed_platforms("run", {"DISPLAY": ":0"}) == ["libqxcb.so"]
    assert set_up.needed_platforms("run", {"WAYLAND_DISPLAY": "wayland-0"}) == ["libqwayland.so"]
    assert set_up.needed_platforms("run", {}) == []
    for wished in ("xcb", "vnc:size=800x600"):
        chosen = {"DISPLAY": ":0", "QT_QPA_PLATFORM": wished}
        assert set_up.needed_platforms("run", chosen) == [f"libq{wished[:3]}.so"]
    assert set_up.needed_platforms("run", {"QT_QPA_PLATFORM": "wayland;xcb"}) == []
    assert set_up.needed_platforms("test", {"DISPLAY": ":0"}) == ["libqoffscreen.so"]


def test_that_the_exact_apt_command_is_named_where_it_may_not_be_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(set_up.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(set_up.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(set_up, "has_sudo", lambda: False)
    monkeypatch.setattr(set_up, "is_known_to_apt", lambda package: package != "libglib2.0-0t64")
    lacking = ["libxcb-icccm.so.4", "libglib-2.0.so.0", "libgthread-2.0.so.0"]
    monkeypatch.setattr(set_up, "missing_libraries", lambda platforms: lacking)

    with pytest.raises(set_up.SetUpError) as refusal:
        set_up.require_qt_libraries(["libqxcb.so"])

    command = "sudo apt-get install --yes --no-install-recommends libglib2.0-0 libxcb-icccm4\n"
    assert command in str(refusal.value)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can lack a display")
def test_that_a_window_needs_a_display_or_a_named_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    without = main.has_display()

    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")

    assert not without
    assert main.has_display()


def test_that_every_pin_is_exact() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()

    pins = [line for line in lines if line and not line.startswith("#")]

    assert len(pins) > 40
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9.]*", pin) for pin in pins)


def test_that_every_direct_dependency_is_pinned() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower().replace("_", "-")
    named = re.findall(r'^    "([A-Za-z0-9-]+)[<>=]', text, flags=re.MULTILINE)

    assert "torch" in named
    assert [name for name in named if f"\n{name.lower()}==" not in pins] == []
