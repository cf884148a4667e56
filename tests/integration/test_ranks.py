"""Several processes that train one run: the same losses, a lost rank, a stop, other nodes.

The short form runs always; RNN_TEXT_LAB_FULL=1 (or `make reliability`) runs all counts.
"""

import os
import random
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from engine.runs.store import RunStore
from engine.training.state import TrainingState
from tests.engine.support.corpora import write_rows
from tests.integration.forked_ranks import ForkedRanks, Rank, state_of_newest
from tests.integration.open_sockets import can_be_listed, listening_addresses
from tests.integration.scale import FULL, SEED, Report, long_test
from tests.patience import wait_until

pytestmark = [
    long_test,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="several ranks need Linux or macOS"),
]

COUNTS = (2, 4) if FULL else (2,)
INSTANTS = 20
ANIMALS = ("dog", "cat", "owl", "fox", "hen", "elk")
PLACES = ("in the wood", "at home", "by the old river", "on a hill")
RECIPES = {
    "fast": ("--batch-size", "9", "--epochs", "34", "--evaluate-every", "6"),
    "fast with dropout and a sampled softmax": (
        *("--batch-size", "9", "--epochs", "34", "--evaluate-every", "6"),
        *("--learning-rate", "0.05", "--clip-norm", "0.5", "--softmax-sample", "0.6"),
        *("--input-dropout", "0.2", "--output-dropout", "0.3", "--label-smoothing", "0.2"),
    ),
    "tutorial": ("--recipe", "tutorial", "--epochs", "4", "--learning-rate", "0.1"),
}


@pytest.fixture(scope="module")
def forked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkedRanks]:
    ranks = ForkedRanks(tmp_path_factory.mktemp("ranks"))
    yield ranks
    ranks.close()


@pytest.fixture(scope="module")
def csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chance = random.Random(SEED)
    texts = [
        " ".join(
            f"the {chance.choice(ANIMALS)} sees a {chance.choice(ANIMALS)} {place}"
            for place in chance.choices(PLACES, k=chance.randrange(1, 4))
        )
        + "."
        for _ in range(60)
    ]
    return write_rows(tmp_path_factory.mktemp("text") / "animals.csv", texts)


@pytest.fixture(scope="module")
def alone(
    forked: ForkedRanks, csv: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Rank]:
    """One process for each recipe."""
    data = tmp_path_factory.mktemp("alone")
    return {recipe: forked.run(1, command(csv, data / recipe, recipe))[0] for recipe in RECIPES}


@pytest.fixture(scope="module")
def whole(
    forked: ForkedRanks, csv: Path, tmp_path_factory: pytest.TempPathFactory
) -> TrainingState:
    """The end of a run of two ranks that nothing disturbed."""
    data = tmp_path_factory.mktemp("whole")
    forked.run(2, command(csv, data))
    return state_of_newest(data)


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port: int = server.getsockname()[1]
        return port


def command(csv: Path, data: Path, recipe: str = "fast", *more: str) -> list[str]:
    size = ("--hidden-dim", "8", "--dtype", "float64", "--device", "cpu", "--min-count", "1")
    kept = ("--keep-run", "--data-folder", str(data), "--json", "--processes", "1")
    return [
        "train",
        str(csv),
        *size,
        *kept,
        "--validation-fraction",
        "0.1",
        *RECIPES[recipe],
        *more,
    ]


def resume(data: Path) -> list[str]:
    return ["runs", "resume", "last", "--data-folder", str(data), "--json"]


def measured(rank: Rank) -> list[float]:
    """Return the losses of all steps and of all evaluations."""
    done = rank.events("epoch_done")
    held_out = [each["validation_loss"] for each in done]
    return rank.losses() + [each["training_loss"] for each in done] + held_out


@pytest.mark.parametrize("recipe", RECIPES)
def test_that_ranks_lose_what_one_process_loses(
    recipe: str,
    forked: ForkedRanks,
    alone: dict[str, Rank],
    csv: Path,
    tmp_path: Path,
    report: Report,
) -> None:
    expected = measured(alone[recipe])

    for count in COUNTS:
        leader, *others = forked.run(count, command(csv, tmp_path / str(count), recipe))

        assert len(leader.losses()) >= 200
        assert measured(leader) == pytest.approx(expected, rel=1e-6)
        assert not any(other.out.read_text() + other.err.read_text() for other in others)
        pairs = zip(measured(leader), expected, strict=True)
        off = max(abs(one - other) / other for one, other in pairs)
        steps = len(leader.losses())
        report(f"{recipe}: {count} ranks, {steps} steps in float64: off by {off:.1e} at most")


@pytest.mark.parametrize("going_on", [2, 1, 4] if FULL else [2, 1])
def test_that_a_lost_rank_ends_the_others_and_the_run_goes_on_with_any_number(
    going_on: int, forked: ForkedRanks, csv: Path, tmp_path: Path, whole: TrainingState
) -> None:
    ranks = forked.start_all(2, command(csv, tmp_path), {1: (77, "death")})

    codes = [forked.code(rank) for rank in ranks]

    assert codes == [2, -signal.SIGKILL]
    last_line = ranks[0].err.read_text().splitlines()[-1]
    assert "Rank 1 of 2 is gone" in last_line
    assert "runs resume" in last_line
    assert state_of_newest(tmp_path).progress.step == 76  # the last one that was taken
    forked.run(going_on, resume(tmp_path))
    assert_same(state_of_newest(tmp_path), whole, exactly=going_on == 2)


@pytest.mark.skipif(not FULL, reason="the form with a rank lost within a step runs always")
def test_that_a_rank_may_be_lost_at_any_instant(
    forked: ForkedRanks, csv: Path, tmp_path: Path, whole: TrainingState, report: Report
) -> None:
    began_s = time.monotonic()
    forked.run(2, command(csv, tmp_path / "timed"))
    took_s = time.monotonic() - began_s
    chance, outcomes = random.Random(SEED), Counter[str]()
    slowest_s = 0.0
    for number in range(INSTANTS):
        data, lost = tmp_path / str(number), number % 2
        going_on = 2 if number % 4 < 2 else chance.choice((1, 4))
        ranks = forked.start_all(2, command(csv, data))
        time.sleep(took_s * (number + chance.random()) / INSTANTS)
        os.kill(ranks[lost].number, signal.SIGKILL)
        began_s = time.monotonic()
        codes = [forked.code(rank) for rank in ranks]
        slowest_s = max(slowest_s, time.monotonic() - began_s)
        if codes[lost] == 0:
            outcomes["ended before"] += 1
            continue
        assert codes[1 - lost] in (0, 2)
        if not RunStore(data).list():
            outcomes["lost before there was a run"] += 1
            continue
        if RunStore(data).list()[0].state != "finished":
            forked.run(going_on, resume(data))
            outcomes[f"resumed with {going_on}"] += 1
        else:
            outcomes["lost after the end"] += 1
        assert_same(state_of_newest(data), whole, exactly=going_on == 2)
    report(
        f"ranks: {INSTANTS} killed at random instants, rank 0 and 1 by turns, the other ended "
        f"within {slowest_s:.1f} s: {dict(outcomes)}; all ended alike, with 2 bit-identical"
    )


def assert_same(state: TrainingState, whole: TrainingState, *, exactly: bool) -> None:
    assert state.progress.step == whole.progress.step
    for name, values in whole.parameters.items():
        if exactly:
            assert torch.equal(state.parameters[name], values)
        else:
            torch.testing.assert_close(state.parameters[name], values, rtol=1e-6, atol=1e-9)


@pytest.mark.skipif(not FULL, reason="it waits for as long as a rank has to answer")
def test_that_a_rank_that_hangs_ends_the_others(
    forked: ForkedRanks, csv: Path, tmp_path: Path, report: Report
) -> None:
    ranks = forked.start_all(3, command(csv, tmp_path, "tutorial", "--epochs", "1000000"))
    wait_until(lambda: len(ranks[0].losses()) > 3)

    os.kill(ranks[1].number, signal.SIGSTOP)
    began_s = time.monotonic()
    codes = [forked.code(ranks[0]), forked.code(ranks[2])]
    took_s = time.monotonic() - began_s
    os.kill(ranks[1].number, signal.SIGKILL)
    forked.code(ranks[1])

    assert codes == [2, 2]
    assert "Rank 1 of 3 is gone" in ranks[0].err.read_text().splitlines()[-1]
    report(f"ranks: one that hung ended the others after {took_s:.1f} s")


def test_that_rank_0_is_named_where_it_is_lost(
    forked: ForkedRanks, csv: Path, tmp_path: Path
) -> None:
    ranks = forked.start_all(3, command(csv, tmp_path), {0: (20, "death")})

    codes = [forked.code(rank) for rank in ranks]

    assert codes == [-signal.SIGKILL, 2, 2]
    told = [rank.err.read_text() for rank in ranks[1:]]
    assert "Rank 0 of 3 is gone" in told[0]
    assert told[1] == ""


def test_that_all_ranks_go_on_with_fewer_sentences_where_one_has_no_memory(
    forked: ForkedRanks, csv: Path, tmp_path: Path
) -> None:
    accidents = {1: (10, "no room")}

    leader, _ = forked.run(2, command(csv, tmp_path), accidents=accidents)

    notices = [each["text"] for each in leader.events("notice")]
    assert any("Training goes on with 4 per step" in text for text in notices)
    assert state_of_newest(tmp_path).progress.batch_size == 4


def test_that_ranks_that_wait_for_one_can_be_stopped_and_say_for_whom(
    forked: ForkedRanks, csv: Path, tmp_path: Path
) -> None:
    place = ("--ranks", "3", "--rendezvous", str(tmp_path / "meeting"))
    ranks = [forked.start([*command(csv, tmp_path), "--rank", rank, *place]) for rank in "01"]
    wait_until(lambda: "Waiting for rank 2" in ranks[0].told())

    for rank in reversed(ranks):  # rank 0 takes their meeting place along when it ends
        os.kill(rank.number, signal.SIGTERM)
        assert forked.code(rank) == 2
        assert "Stopped before" in rank.err.read_text()


def test_that_a_divergence_is_told_once(forked: ForkedRanks, csv: Path, tmp_path: Path) -> None:
    ranks = forked.start_all(2, command(csv, tmp_path, "fast", "--learning-rate", "1e6"))

    assert [forked.code(rank) for rank in ranks] == [2, 2]
    assert "is too high" in ranks[0].err.read_text()
    assert ranks[1].err.read_text() == ""


@pytest.mark.skipif(not can_be_listed(), reason="this system does not list sockets")
def test_that_ranks_listen_on_loopback_alone_and_any_of_them_can_be_asked_to_stop(
    forked: ForkedRanks, csv: Path, tmp_path: Path
) -> None:
    ranks = forked.start_all(2, command(csv, tmp_path, "tutorial", "--epochs", "1000000"))
    wait_until(lambda: len(ranks[0].losses()) > 3)

    addresses = [listening_addresses(rank.number) for rank in ranks]
    os.kill(ranks[1].number, signal.SIGTERM)

    assert [forked.code(rank) for rank in ranks] == [128 + signal.SIGTERM] * 2
    assert all(addresses)
    assert {address for each in addresses for address in each} == {"127.0.0.1"}
    (ended,) = ranks[0].events("run_ended")
    assert ended["reason"] == "stopped"
    assert state_of_newest(tmp_path).progress.step == ended["step"]


def test_that_another_node_needs_no_text(
    forked: ForkedRanks, alone: dict[str, Rank], csv: Path, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    ranks, port = [], free_port()
    for rank, node in enumerate((0, 1, 1)):
        here = str(csv) if node == 0 else str(tmp_path / "no such file.csv")
        names = {"RANK": rank, "WORLD_SIZE": 3, "GROUP_RANK": node, "LOCAL_RANK": 0}
        names |= {"LOCAL_WORLD_SIZE": 1, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
        environment = {name: str(value) for name, value in names.items()}
        argv = command(Path(here), tmp_path / "data")
        ranks.append(forked.start(argv, environment=environment | {"TMPDIR": str(temporary)}))

    assert [forked.code(rank) for rank in ranks] == [0, 0, 0], ranks[0].err.read_text()
    assert measured(ranks[0]) == pytest.approx(measured(alone["fast"]), rel=1e-6)
    assert list(temporary.iterdir()) == []


def test_that_a_failure_of_rank_0_is_told_once(forked: ForkedRanks, tmp_path: Path) -> None:
    argv = command(tmp_path / "missing.csv", tmp_path)

    ranks = forked.start_all(2, argv)

    assert [forked.code(rank) for rank in ranks] == [2, 2]
    assert "missing.csv" in ranks[0].err.read_text()
    assert ranks[1].err.read_text() == ""


def test_that_ranks_that_torchrun_starts_anew_go_on_with_their_run(
    forked: ForkedRanks, alone: dict[str, Rank], csv: Path, tmp_path: Path
) -> None:
    expected, data = alone["fast"], tmp_path / "data"
    for attempt, accidents in enumerate(({1: (30, "death")}, {})):
        ranks = []
        port = free_port()
        for rank in range(2):
            names = {"RANK": rank, "WORLD_SIZE": 2, "LOCAL_RANK": rank, "LOCAL_WORLD_SIZE": 2}
            names |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
            names |= {"TORCHELASTIC_RESTART_COUNT": attempt, "TORCHELASTIC_RUN_ID": "job"}
            environment = {name: str(value) for name, value in names.items()}
            argv = command(csv, data, "fast", "--out", str(tmp_path / "model.safetensors"))
            accident = accidents.get(rank)
            ranks.append(forked.start(argv, environment=environment, accident=accident))
        codes = [forked.code(rank) for rank in ranks]

    assert codes == [0, 0], ranks[0].err.read_text()
    assert len(ranks[0].losses()) == len(expected.losses()) - 29
    assert ranks[0].losses() == pytest.approx(expected.losses()[29:], rel=1e-6)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--rank", "1"), "--ranks and --rendezvous must be given, too"),
        (("--rank", "2", "--ranks", "2", "--rendezvous", "x"), "from 0 to 1, not 2"),
        (("--rank", "0", "--ranks", "2", "--rendezvous", "no/folder/x"), "There is no folder"),
        (("--rank", "1", "--ranks", "2", "--rendezvous", "no/folder/x"), "There is no folder"),
        (("--rank", "0", "--ranks", "2", "--rendezvous", "README.md"), "is not a rendezvous"),
    ],
)
def test_that_a_wrong_rank_is_explained(
    options: tuple[str, ...], said: str, forked: ForkedRanks, csv: Path, tmp_path: Path
) -> None:
    rank = forked.start([*command(csv, tmp_path), *options])

    assert forked.code(rank) == 2
    assert said in rank.err.read_text()
