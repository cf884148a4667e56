"""The sockets that a process holds, whoever opened them: Python, Qt or a C library.

Linux names each open socket by a number and lists those that stay inside the machine.
A socket that is not in that list is one of a network; one that is in it, and listens,
can be called by any other program, unless its place belongs to its user alone: through that of
the window, `window.socket`, only the same user's second start comes.
"""

import socket
import sys
from pathlib import Path

_LOOKS = 3  # the list may be read while it changes: what counts is seen each time
_LISTENS = 0x10000
_LISTENING = "0A"  # of TCP


def can_be_listed() -> bool:
    """Return whether this system lists them."""
    return Path("/proc/self/net/unix").exists()


def reaching_sockets(process: int) -> set[str]:
    """Return the sockets of a process and its children that others could reach or hear."""
    processes = [process, *_children(process)]
    found = [_once(processes) for _ in range(_LOOKS)]
    return set.intersection(*found)


def listening_addresses(process: int) -> set[str]:
    """Return the addresses at which a process listens for others, such as "0.0.0.0"."""
    held, found = _held([process]), set()
    for version, name in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
        for line in Path(f"/proc/{process}/net/{name}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == _LISTENING and f"socket:[{inode}]" in held:
                found.add(_address(version, local.partition(":")[0]))
    return found


def _address(version: int, digits: str) -> str:
    """Return an address that the system writes as words of 32 bits in its own byte order."""
    words = [int(digits[begin : begin + 8], 16) for begin in range(0, len(digits), 8)]
    return socket.inet_ntop(version, b"".join(word.to_bytes(4, sys.byteorder) for word in words))


def _once(processes: list[int]) -> set[str]:
    before = _held(processes)
    local, listening = _inside_the_machine()
    lasting = before & _held(processes)  # those were open while the list was read
    return (lasting - local) | (lasting & listening)


def _held(processes: list[int]) -> set[str]:
    """Return the sockets that are open, as ``socket:[NUMBER]``."""
    held = set()
    for process in processes:
        try:
            descriptors = list(Path(f"/proc/{process}/fd").iterdir())
        except OSError:
            continue  # it has ended
        for descriptor in descriptors:
            try:
                held.add(str(descriptor.readlink()))
            except OSError:
                continue  # it was closed
    return {name for name in held if name.startswith("socket:")}


def _inside_the_machine() -> tuple[set[str], set[str]]:
    """Return all sockets of this machine's own kind, and those of them that listen."""
    local, listening = set(), set()
    for line in Path("/proc/self/net/unix").read_text().splitlines()[1:]:
        fields = line.split()
        local.add(f"socket:[{fields[6]}]")
        place = fields[7] if len(fields) > 7 else ""
        if int(fields[3], 16) & _LISTENS and not _is_the_user_s_alone(place):
            listening.add(f"socket:[{fields[6]}]")
    return local, listening


def _is_the_user_s_alone(place: str) -> bool:
    """Return whether a place is the window's own, which nobody else may open."""
    made = Path(place)  # Qt makes it in a folder of its own, and moves it to where it is found
    if made.name != "s" or not made.parent.name.startswith("."):
        return False
    try:
        return (made.parent.parent / "window.socket").stat().st_mode & 0o077 == 0
    except OSError:
        return False


def _children(process: int) -> list[int]:
    children = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            after_the_name = (entry / "stat").read_text().rpartition(")")[2]
        except OSError:
            continue  # it has ended
        if int(after_the_name.split()[1]) == process:
            children.append(int(entry.name))
    return children
