"""Open many mutated model files in a process that is watched, and print what came of it.

Run as `python -m tests.integration.mutate_models COUNT SEED FOLDER`. After a
warm-up the process may take 64 MiB of memory more and no more, and every attempt to
run, import or open something else is counted.
"""

import json
import random
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import ModelFileError
from engine.language_model.checkpoint import load_model, model_to_bytes
from engine.language_model.model import LanguageModel
from engine.language_model.tutorial_npz import load_tutorial_npz
from engine.scoring.scorer import score
from tests.engine.support.models import tiny_model

MORE_MEMORY = 64 << 20  # bytes
# NumPy parses an array's header as a Python literal: that compiles a tree, and runs nothing.
FORBIDDEN = ("exec", "import", "os.", "subprocess.", "socket.", "pickle.", "ctypes.")
Load = Callable[[Path], LanguageModel]
NASTY: tuple[Any, ...] = (
    *(None, True, -1, 0, 1, 2**31, 2**48, 2**63, 2**64, 1e308, "", "U", [], {}, [[]], [-1]),
    *([2**40, 2**40], [0, 0], "F8_E4M3", "F32", "F64", "I64", "\0", "../../etc/passwd"),
    *("__metadata__", "x" * 5000, list(range(99)), {"a": {"b": {}}}),
)
SPECIAL = struct.pack("<5d", np.nan, np.inf, -np.inf, 1e308, 5e-324)


def flipped(data: bytearray, chance: random.Random) -> None:
    """Change single bits, half of the time in the header."""
    end = len(data) if chance.random() < 0.5 else min(len(data), 3000)
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        data[chance.randrange(end)] ^= 1 << chance.randrange(8)


def overwritten(data: bytearray, chance: random.Random) -> None:
    """Put chance or special bytes over a stretch."""
    start = chance.randrange(len(data))
    new = chance.choice((chance.randbytes(chance.randint(1, 40)), SPECIAL, b"\xff" * 8, bytes(64)))
    data[start : start + len(new)] = new


def truncated(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def inserted(data: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(data) + 1)
    data[place:place] = chance.randbytes(chance.choice((1, 7, 8, 64, 4096)))


def removed(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.choice((1, 7, 8, 64, 1000))]


def doubled(data: bytearray, chance: random.Random) -> None:
    start, place = chance.randrange(len(data)), chance.randrange(len(data))
    data[place:place] = data[start : start + chance.randint(1, 500)]


def longer_header(data: bytearray, chance: random.Random) -> None:
    """Give the header another length."""
    length = chance.choice((0, 1, 2, 100, len(data), len(data) - 8, 1 << 20, 1 << 40, 2**64 - 1))
    data[:8] = struct.pack("<Q", chance.choice((length, chance.getrandbits(64))))


def other_header(data: bytearray, chance: random.Random) -> None:
    """Put something nasty somewhere into the header's JSON, or into that of the settings."""
    if data[:2] == b"PK":
        return flipped(data, chance)
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    if chance.random() < 0.5:
        settings = json.loads(header["__metadata__"]["settings"])
        _spoil(settings, chance)
        header["__metadata__"]["settings"] = json.dumps(settings)
    else:
        _spoil(header, chance)
    text = json.dumps(header).encode()
    data[: 8 + length] = struct.pack("<Q", len(text)) + text
    return None


def _spoil(value: Any, chance: random.Random) -> None:
    """Change, take away or add one item, anywhere below `value`."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(value[key], dict | list) and value[key] and chance.random() < 0.8:
            value = value[key]
            continue
        match chance.randrange(4):
            case 0:
                del value[key]
            case 1 if isinstance(value, dict):
                value[chance.choice(("new", "", "W", "U "))] = value.pop(key)
            case _:
                value[key] = chance.choice(NASTY)
        return


MUTATIONS = (
    *(flipped, flipped, overwritten, overwritten, truncated, inserted, removed, doubled),
    *(longer_header, other_header, other_header, other_header),
)


def originals() -> list[tuple[bytes, Load]]:
    """Return sound files of both kinds."""
    model = tiny_model()
    arrays = BytesIO()
    U, V, W = (values.astype(np.float32) for values in model.rnn.parameters_as_numpy())
    np.savez(arrays, U=U, V=V, W=W)
    npz = arrays.getvalue()
    own = [model_to_bytes(model), model_to_bytes(tiny_model(dtype="float32", hidden_dim=9))]
    return [
        *((data, load_model) for data in own * 4),
        (npz, lambda path: load_tutorial_npz(path, model.vocabulary)),
    ]


def fault_of(model: LanguageModel) -> str | None:
    """Return why an opened model must not have been opened."""
    for values in model.rnn.parameters_as_numpy():
        if not np.isfinite(values).all():
            return "parameters that are not finite"
    if len(model.vocabulary) != model.rnn.word_dim:
        return "a vocabulary of another size"
    (event,) = score(model, "the cat sat nowhere .")
    if not np.isfinite(event.score.log_probability):  # type: ignore[union-attr]
        return "a probability that is not finite"
    return None


def try_file(path: Path, load: Load) -> str:
    """Return "refused", "opened" or what went wrong."""
    try:
        model = load(path)
    except ModelFileError as error:
        return "refused" if str(error).endswith(".") else f"no sentence: {error}"
    except BaseException as error:  # noqa: BLE001 - any other is a fault
        return f"{type(error).__name__}: {error}"
    return fault_of(model) or "opened"


def forbid_more_memory() -> bool:
    """Limit this process to what it has plus `MORE_MEMORY`; return whether that is possible."""
    try:
        import resource
    except ImportError:  # Windows
        return False
    status = Path("/proc/self/status")
    if not status.exists():
        return False
    size = next(line for line in status.read_text().splitlines() if line.startswith("VmSize"))
    limit = int(size.split()[1]) * 1024 + MORE_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    return True


def main(count: int, seed: int, folder: Path) -> None:
    files = originals()
    path = folder / "mutated.safetensors"
    for data, load in files:  # warm up: everything is imported now
        path.write_bytes(data)
        assert try_file(path, load) == "opened"
    path.write_bytes(b"PK\x03\x04")
    for _, load in files:
        assert try_file(path, load) == "refused"
    events: Counter[str] = Counter()
    is_watching = False

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if is_watching and (event.startswith(FORBIDDEN) and event != "os.putenv"):
            events[event] += 1
        if is_watching and event == "open" and str(arguments[0]) != str(path):
            events[f"open {arguments[0]}"] += 1

    calls = 0

    def count_call(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.addaudithook(watch)
    is_limited = forbid_more_memory()
    outcomes: Counter[str] = Counter()
    examples: dict[str, int] = {}
    slowest, most_calls = 0.0, 0
    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        original, load = chance.choice(files)
        data = bytearray(original)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            if len(data) > 8:
                try:
                    chance.choice(MUTATIONS)(data, chance)
                except (ValueError, KeyError, TypeError):  # the header is beyond JSON already
                    flipped(data, chance)
        path.write_bytes(data)
        begin, calls = time.process_time(), 0
        is_watching = True
        sys.setprofile(count_call)
        outcome = try_file(path, load)
        sys.setprofile(None)
        is_watching = False
        slowest, most_calls = max(slowest, time.process_time() - begin), max(most_calls, calls)
        outcomes[outcome] += 1
        examples.setdefault(outcome, number)
    print(  # noqa: T201 - the test reads it
        json.dumps(
            {
                "outcomes": outcomes,
                "examples": examples,
                "slowest_s": slowest,
                "most_calls": most_calls,
                "is_limited": is_limited,
                "events": events,
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
