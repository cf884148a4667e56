"""Make `.venv` and keep it as pyproject.toml and constraints.txt say; `make` calls me.

    python3 resources/scripts/set_up.py run|test|dev

Only the standard library, and nothing that an older Python cannot read: the
first thing to tell the user may be that this Python is too old. Nothing here
knows the app.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "set-up.txt"
LEVELS = ("run", "test", "dev")  # each holds those before it
PURPOSES = {"run": "the app", "test": "the test suite", "dev": "make lint"}
OLDEST, NEWEST = (3, 11), (3, 13)
PIP_THAT_PLANS = "23.3"  # --dry-run reads what packages say of themselves, not the packages

INDEX_VARIABLE = "RNN_TEXT_LAB_INDEX"
CUDA_PACKAGES = ("nvidia-", "cuda-")
BUILDS = {"CPU": "the CPU", "CUDA": "NVIDIA GPUs"}
SIZES_GB = {"CPU": (0.4, 1.3), "CUDA": (3.0, 5.0)}  # to download, and installed

# Shared libraries that Qt needs and does not bring along, and the Debian and
# Ubuntu packages that have them: of several names, the first that apt knows.
PACKAGES = {
    "libEGL.so.1": ("libegl1",),
    "libGL.so.1": ("libgl1",),
    "libGLX.so.0": ("libglx0",),
    "libX11-xcb.so.1": ("libx11-xcb1",),
    "libX11.so.6": ("libx11-6",),
    "libdbus-1.so.3": ("libdbus-1-3",),
    "libfontconfig.so.1": ("libfontconfig1",),
    "libfreetype.so.6": ("libfreetype6",),
    "libglib-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libgthread-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libstdc++.so.6": ("libstdc++6",),
    "libwayland-client.so.0": ("libwayland-client0",),
    "libwayland-cursor.so.0": ("libwayland-cursor0",),
    "libwayland-egl.so.1": ("libwayland-egl1",),
    "libxcb-cursor.so.0": ("libxcb-cursor0",),
    "libxcb-icccm.so.4": ("libxcb-icccm4",),
    "libxcb-image.so.0": ("libxcb-image0",),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1",),
    "libxcb-randr.so.0": ("libxcb-randr0",),
    "libxcb-render-util.so.0": ("libxcb-render-util0",),
    "libxcb-render.so.0": ("libxcb-render0",),
    "libxcb-shape.so.0": ("libxcb-shape0",),
    "libxcb-shm.so.0": ("libxcb-shm0",),
    "libxcb-sync.so.1": ("libxcb-sync1",),
    "libxcb-util.so.1": ("libxcb-util1",),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0",),
    "libxcb-xkb.so.1": ("libxcb-xkb1",),
    "libxcb.so.1": ("libxcb1",),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0",),
    "libxkbcommon.so.0": ("libxkbcommon0",),
    "libz.so.1": ("zlib1g",),
}


class SetUpError(Exception):
    """The set-up cannot go on; the message says what the user can do."""


def set_up(level: str) -> None:
    """Make what `level` needs; do nothing where it is there already."""
    require_python(sys.version_info[:2])
    if not is_usable_venv():
        make_venv()
    if not is_up_to_date(level):
        install(level)
    platforms = needed_platforms(level, os.environ)
    if sys.platform.startswith("linux") and platforms:
        require_qt_libraries(platforms)


def require_python(version: tuple[int, ...]) -> None:
    """Raise `SetUpError` unless the dependencies can be had for this Python."""
    if not OLDEST <= tuple(version) <= NEWEST:
        raise SetUpError(
            f"Python 3.11, 3.12 or 3.13 is needed, and this is Python {version[0]}.{version[1]}. "
            "Name another one, for instance: make run PYTHON=python3.12"
        )


def is_usable_venv() -> bool:
    """Tell whether .venv has a Python that starts, of a version that will do, and pip."""
    check = f"import sys, pip; sys.exit(not {OLDEST} <= sys.version_info[:2] <= {NEWEST})"
    try:
        return subprocess.run([VENV_PYTHON, "-c", check], capture_output=True).returncode == 0
    except OSError:
        return False


def make_venv() -> None:
    """Make .venv anew; raise `SetUpError` where Python's venv module is incomplete."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        own_package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        apt_install([(own_package, "python3-venv")], "Python's venv module is missing.")
    say(f"Making .venv with Python {sys.version_info[0]}.{sys.version_info[1]}")
    run([sys.executable, "-m", "venv", "--clear", VENV])


def is_up_to_date(level: str) -> bool:
    """Tell whether `level`, or one that holds it, was installed from the same two files."""
    try:
        installed, content = STAMP.read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return False
    return content == content_hash() and LEVELS.index(installed) >= LEVELS.index(level)


def install(level: str) -> None:
    """Install the pinned packages that `level` needs, and remember it."""
    say(f"Installing the packages that {PURPOSES[level]} needs, once; this can take some minutes.")
    pip = [VENV_PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]
    # older ones load whole packages only to say what they would install
    run([*pip, "--quiet", "--upgrade", f"pip>={PIP_THAT_PLANS}"], is_required=False)
    index = os.environ.get(INDEX_VARIABLE, "")
    extra = "" if level == "run" else f"[{level}]"
    wanted: list[object] = ["--extra-index-url", index] if index else []
    wanted += ["--constraint", ROOT / "constraints.txt", "--editable", f"{ROOT}{extra}"]
    announce(planned([*pip, *wanted]))
    run([*pip, *wanted])
    STAMP.write_text(f"{level} {content_hash()}\n", encoding="utf-8")


def planned(command: Sequence[object]) -> dict[str, str]:
    """Ask pip what `command` would install; return versions by name, nothing if it cannot say."""
    asked = [*map(str, command), "--quiet", "--dry-run", "--report", "-"]
    answer = subprocess.run(asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        packages = [each["metadata"] for each in json.loads(answer.stdout)["install"]]
        return {package["name"].lower(): package["version"] for package in packages}
    except (ValueError, KeyError, TypeError):
        return {}


def announce(packages: Mapping[str, str]) -> None:
    """Say what will be downloaded and how large it becomes; raise where there is no room."""
    if not packages:
        say("pip does not say what it will download: about 0.4 GB, with CUDA 3 GB.")
        return
    if "torch" not in packages:  # the large one is there already
        say(f"Packages to download: {len(packages)}.")
        return
    build = "CUDA" if any(name.startswith(CUDA_PACKAGES) for name in packages) else "CPU"
    download, installed = SIZES_GB[build]
    say(
        f"Packages to download: {len(packages)}, about {download} GB; they become {installed} GB "
        f"in .venv. PyTorch {packages['torch']} is the build for {BUILDS[build]}."
    )
    if build == "CUDA" and not has_nvidia_gpu():
        say(
            "It works here, too, but there is no NVIDIA GPU that would use it. The build for the "
            f"CPU becomes {SIZES_GB['CPU'][1]} GB. PyTorch's own site names the index that has it: "
            "press Ctrl+C and give make its address, which pip gets as "
            f"--extra-index-url:\n\n    make run {INDEX_VARIABLE}=ADDRESS\n"
        )
    require_room(download, installed)


def has_nvidia_gpu() -> bool:
    """Tell whether there is a driver that shows an NVIDIA GPU."""
    try:
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True)
    except OSError:
        return False
    return listed.returncode == 0 and "GPU" in listed.stdout


def require_room(download: float, installed: float) -> None:
    """Raise `SetUpError` unless .venv and the folder of pip's downloads have so many GB left."""
    temporary = Path(tempfile.gettempdir())
    needs = {ROOT: installed, temporary: download}
    if ROOT.stat().st_dev == temporary.stat().st_dev:
        needs = {ROOT: installed + download}
    for folder, needed in needs.items():
        free = shutil.disk_usage(folder).free / 1e9
        if free < needed:
            raise SetUpError(
                f"{folder} has {free:.1f} GB left, and about {needed:.1f} GB are needed. Free some "
                "space, or name another folder for the downloads: make run TMPDIR=FOLDER"
            )


def content_hash() -> str:
    """Return a digest of the two files that say what to install."""
    files = (ROOT / "pyproject.toml", ROOT / "constraints.txt")
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def needed_platforms(level: str, environment: Mapping[str, str]) -> list[str]:
    """Return Qt's platform plugins that will be used, by file name; none if that is not clear."""
    if level != "run":
        return ["libqoffscreen.so"]
    if wished := environment.get("QT_QPA_PLATFORM"):  # such as "xcb", "vnc:port=5900"
        return [] if ";" in wished else [f"libq{wished.partition(':')[0]}.so"]
    if environment.get("DISPLAY"):
        return ["libqxcb.so"]
    return ["libqwayland.so"] if environment.get("WAYLAND_DISPLAY") else []


def require_qt_libraries(platforms: list[str]) -> None:
    """Install the system libraries that Qt lacks; raise `SetUpError` where that cannot be."""
    missing = missing_libraries(platforms)
    unknown = [library for library in missing if library not in PACKAGES]
    if missing:
        why = f"Qt lacks these system libraries: {', '.join(missing)}."
        apt_install([PACKAGES[library] for library in missing if library in PACKAGES], why)
    if unknown or (missing and missing_libraries(platforms)):
        still = ", ".join(unknown or missing_libraries(platforms))
        raise SetUpError(f"Qt still lacks {still}: please install it.")


def advice(lacking: Sequence[str]) -> str:
    """Return which packages have the libraries that Qt lacks, and the command to get them."""
    text = f"Qt lacks these system libraries: {', '.join(lacking)}.\n"
    packages = sorted({PACKAGES[library][0] for library in lacking if library in PACKAGES})
    if not packages:
        return text + "Please install them with your package manager.\n"
    as_root = "" if os.geteuid() == 0 else "sudo "
    return (
        f"{text}On Debian and Ubuntu these packages have them:\n\n"
        f"    {as_root}apt-get install {' '.join(packages)}\n\n"
        "Elsewhere they may have other names. 'make run' installs them by itself.\n"
    )


def missing_libraries(platforms: list[str], python: Path | str = VENV_PYTHON) -> list[str]:
    """Return the shared libraries that Qt and its platform plugins do not find, sorted."""
    found = subprocess.run(
        [python, "-c", "import PySide6; print(PySide6.__path__[0])"],
        capture_output=True,
        check=True,
        text=True,
    )
    folder = Path(found.stdout.strip())
    libraries = [*folder.glob("Qt[CGW]*.abi3.so"), *(folder / "Qt/plugins").glob("*/libq*.so")]
    used = ("QtCore.abi3.so", "QtGui.abi3.so", "QtWidgets.abi3.so", *platforms)
    listed = subprocess.run(
        ["ldd", *(library for library in libraries if library.name in used)],
        capture_output=True,
        text=True,
    )
    lines = listed.stdout.splitlines()
    return sorted({line.split()[0] for line in lines if "=> not found" in line})


def apt_install(wanted: list[tuple[str, ...]], why: str) -> None:
    """Install a package of each group of names, or raise `SetUpError` with the command to run."""
    names = ", ".join(sorted({group[0] for group in wanted}))
    if shutil.which("apt-get") is None:
        raise SetUpError(why + " Please install what is missing with your package manager.")
    may_install = os.geteuid() == 0 or has_sudo()
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    if may_install:
        say(f"{why} Their packages are about to be installed with apt-get: {names}.")
        run([*as_root, "apt-get", "update", "-qq"], is_required=False)
    packages = sorted({next(filter(is_known_to_apt, names), names[-1]) for names in wanted})
    command = [*as_root, "apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if not may_install:
        raise SetUpError(f"{why} Please run:\n\n    {' '.join(command)}\n")
    say("Running " + " ".join(command))
    run(command)


def has_sudo() -> bool:
    """Tell whether sudo works without a password."""
    if shutil.which("sudo") is None:
        return False
    return subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0


def is_known_to_apt(package: str) -> bool:
    """Tell whether apt could install `package`."""
    shown = subprocess.run(["apt-cache", "show", package], capture_output=True)
    return shown.returncode == 0


def run(command: Sequence[object], *, is_required: bool = True) -> None:
    """Run a command with its output shown; raise `SetUpError` if it fails."""
    code = subprocess.run([str(part) for part in command]).returncode
    if code and is_required:
        shown = " ".join(str(part) for part in command)
        raise SetUpError(f"This command failed (exit code {code}):\n\n    {shown}\n")


def say(text: str) -> None:
    """Tell the user what is going on."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        set_up(sys.argv[1])
    except SetUpError as error:
        sys.exit(str(error))
