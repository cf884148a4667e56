"""Several processes that train one run: how they wait for each other, and what they agree on.

Each process, a rank, has the whole network and its optimiser, and takes the same steps (see
`work` beside this). Whatever decides the course of a run is the same everywhere: the time is that
of rank 0, a stop that any rank heard is obeyed by all at the same step, and where one rank found
no memory or a number that is not finite, all act on it. So the plain trainer runs on every rank,
unchanged, with `Ranks.clock` and `Ranks.control`.

`torch.distributed` does the work, and somebody else started it (see `engine.cli.ranks`).

Letters: C words in the vocabulary, H hidden numbers, R ranks, B sentences of a batch.
"""

import contextlib
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import numpy as np
import torch
import torch.distributed as dist
from torch.distributed.distributed_c10d import Store

from engine.control import RunControl
from engine.errors import RankLostError
from engine.network.device import if_it_fits
from engine.training.state import TrainingState, state_to_bytes

PATIENCE_S = 20.0  # with a rank that does not answer
_NEWS_S = 3.0  # without another rank that noticed a loss: then those that did not are the lost ones
_PIECE = 16 << 20  # bytes that are sent at once, so that each comes soon
_BEAT_S = 0.5  # between two signs of life while rank 0 is busy
_LOOK_S = 0.05
_GPU = "cuda"  # a rank sees no other
TEXT, BEGIN, END = 1, 2, 3  # what rank 0 orders: take the text, begin, go home

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What all ranks said together, summed."""

    loss: float = 0.0
    without_room: float = 0.0  # ranks that found no memory
    diverged: float = 0.0  # ranks whose numbers are not finite
    stopped: float = 0.0  # ranks that were asked to stop
    time_s: float = 0.0  # of rank 0
    order: float = 0.0  # what rank 0 wants next; 0: nothing yet

    @property
    def is_good(self) -> bool:
        """Whether every rank did its part."""
        return not (self.without_room or self.diverged)


class Ranks:
    """The processes that train one run, as one of them sees them.

    Parameters
    ----------
    rank : int
        Of this process, from 0.
    count : int
        R.
    store : torch.distributed.Store
        Where the ranks find each other.
    own_control : RunControl
        What this process is asked for.
    with_gpus : bool
        Whether gradients may lie on GPUs: nccl sums them there.
    node : int
        Of this process: ranks of one node share its files.

    Attributes
    ----------
    control : RunControl
        Stopped once any rank was asked to stop, everywhere at the same step.

    Raises
    ------
    RankLostError
        Here and wherever ranks wait for each other: another one is gone or does not answer.
    """

    def __init__(
        self,
        rank: int,
        count: int,
        store: Store,
        own_control: RunControl,
        *,
        with_gpus: bool = False,
        node: int = 0,
    ) -> None:
        self.rank, self.count, self._node = rank, count, node
        self.control = RunControl()
        self._own_control = own_control
        self._began_s: float | None = None  # nothing is measured before the training
        self._now_s = 0.0
        self._lost: RankLostError | None = None
        self._beat: threading.Thread | None = None
        self._is_at_work = threading.Event()
        self.store = store
        backend = "cpu:gloo,cuda:nccl" if with_gpus else "gloo"
        patience = timedelta(seconds=PATIENCE_S)
        self._try(
            lambda: dist.init_process_group(
                backend, store=store, rank=rank, world_size=count, timeout=patience
            )
        )
        if with_gpus:  # nccl's ranks find each other with the first sum, while the store waits
            self.sum([torch.zeros(1, device=_GPU)])
        store.set_timeout(timedelta(seconds=_NEWS_S))  # that of a node that is gone answers never

    @property
    def leads(self) -> bool:
        """Whether this is rank 0, which has the text, shows the progress and keeps the run."""
        return self.rank == 0

    # What decides the course of the run.

    def clock(self) -> float:
        """Return the seconds of training by rank 0's clock, when the ranks last agreed."""
        return self._now_s

    def agree(
        self,
        *,
        loss: float = 0.0,
        without_room: bool = False,
        diverged: bool = False,
        order: int = 0,
    ) -> Agreed:
        """Tell the other ranks, wait for what they tell, and take over time and stop."""
        time_s = 0.0
        if self.leads and self._began_s is not None:
            time_s = time.monotonic() - self._began_s
        said = (loss, without_room, diverged, self._own_control.is_stopped, time_s, order)
        together = torch.tensor(said, dtype=torch.float64)
        self.sum([together])
        agreed = Agreed(**dict(zip(Agreed.__slots__, together.tolist(), strict=True)))
        self._now_s = max(self._now_s, agreed.time_s)
        if agreed.stopped:
            self.control.stop()
            self._own_control.stop()
        return agreed

    # The work on a batch, and on a text.

    def sum(self, tensors: Sequence[torch.Tensor]) -> None:
        """Sum tensors over the ranks, in place."""

        def exchange() -> None:
            works = [dist.all_reduce(each, async_op=True) for each in tensors]
            for work in works:
                work.wait()

        self._try(exchange)

    def sum_gradients(
        self,
        gradients: Sequence[torch.Tensor],
        loss: float | None,
        *,
        U_rows: torch.Tensor,
        V_rows: torch.Tensor | None,
    ) -> Agreed:
        """Sum gradients of shape (C, H), (C, H), (H, H) over the ranks, in place.

        Parameters
        ----------
        gradients : tensors
            dLdU by word, dLdV, dLdW.
        loss : float or None
            This rank's part; None if it found no memory, and its gradients are not to be used.
        U_rows, V_rows : int64 tensors
            Words of the whole batch: the rows of all others are zero on every rank, and are not
            sent wherever that is less. None: all rows.
        """
        dLdU, dLdV, dLdW = gradients
        parts = (_Part(dLdW, None), _Part(dLdU, U_rows), _Part(dLdV, V_rows))
        sent = if_it_fits(lambda: _packed(parts))
        diverged = loss is not None and not math.isfinite(loss)
        agreed = self.agree(
            loss=0.0 if loss is None or diverged else loss,
            without_room=loss is None or sent is None,
            diverged=diverged,
        )
        if sent is None or not agreed.is_good:
            return agreed
        self.sum(sent)
        _unpack(sent, parts)
        return agreed

    def level(self, tensors: Sequence[torch.Tensor]) -> None:
        """Give rank 0's numbers to all ranks: those of another processor may round differently."""
        for each in tensors:
            self._try(lambda each=each: dist.broadcast(each, 0))  # type: ignore[misc]

    # What rank 0 has, and the others need.

    def send(self, data: bytes | None = None, group: dist.ProcessGroup | None = None) -> bytes:
        """Send bytes from rank 0 to all ranks, or to a group of them; return them there."""
        size = torch.tensor([0 if data is None else len(data)])
        self._try(lambda: dist.broadcast(size, 0, group=group))
        if not int(size):
            return b""
        sent = torch.empty(int(size), dtype=torch.uint8)
        if data is not None:
            sent.numpy()[:] = np.frombuffer(data, np.uint8)
        for piece in torch.split(sent, _PIECE):
            self._try(lambda piece=piece: dist.broadcast(piece, 0, group=group))  # type: ignore[misc]
        return sent.numpy().tobytes() if data is None else data

    def nodes(self) -> list[int]:
        """Return the node of each rank; all ranks must ask for it."""
        together = torch.zeros(self.count, dtype=torch.int64)
        together[self.rank] = self._node
        self.sum([together])
        found: list[int] = together.tolist()
        return found

    def group(self, members: Sequence[int]) -> dist.ProcessGroup:
        """Return a group of some ranks; all ranks must ask for it."""
        made: dist.ProcessGroup = self._try(
            lambda: dist.new_group(
                list(members), timeout=timedelta(seconds=PATIENCE_S), backend="gloo"
            )
        )
        return made

    def begin(self, state: Callable[[], TrainingState]) -> None:
        """Begin the training, on every rank: from rank 0's state, at time 0."""
        if self.leads:
            data = state_to_bytes(state())  # of a large text, it takes a while
            self.order(BEGIN)
            self.send(data)
        self._began_s = time.monotonic()

    def await_order(self) -> int:
        """Return what rank 0 wants next; meanwhile, answer its signs of life."""
        while True:
            order = self.agree().order
            if order:
                return int(order)

    def order(self, order: int) -> None:
        """Tell the waiting ranks what follows; for rank 0."""
        self.require_all()
        self.agree(order=order)

    def work_alone(self) -> None:
        """Let the other ranks wait from now on, until the next order; for rank 0.

        Signs of life go back and forth in a thread. A stop that another rank heard stops this
        process's own control, and so does the loss of a rank, which `require_all` raises.
        """
        self._is_at_work.clear()
        self._beat = threading.Thread(target=self._beat_on, name="ranks-beat", daemon=True)
        self._beat.start()

    def require_all(self) -> None:
        """End what `work_alone` began; raise `RankLostError` if a rank was lost meanwhile."""
        self._is_at_work.set()
        if self._beat is not None:
            self._beat.join()
        if self._lost is not None:
            raise self._lost

    def _beat_on(self) -> None:
        try:
            while not self._is_at_work.wait(_BEAT_S):
                self.agree()
        except RankLostError as error:
            self._lost = error
            self._own_control.stop()

    # The end.

    def close(self, reason: str = "") -> None:
        """Leave the other ranks; `reason` is a sentence, if something failed here."""
        if reason:
            with contextlib.suppress(RuntimeError, ValueError):
                self.store.set(f"failed/{self.rank}", reason)
        if self.leads and self._began_s is None:
            with contextlib.suppress(RankLostError):
                self.order(END)
        _leave_group(is_broken=bool(reason))

    def _try(self, exchange: Callable[[], _Result]) -> _Result:
        """Do what needs all ranks; raise `RankLostError` if one is gone."""
        try:
            return exchange()
        except (RuntimeError, ValueError) as error:
            # so that those notice it at once who wait for this rank
            _leave_group(is_broken=True)
            raise self._loss() from error

    def _loss(self) -> RankLostError:
        """Find out who is gone: whoever does not say that it noticed it, too."""
        try:
            noticed = self._noticed()
            lost = sorted(set(range(self.count)) - noticed)
            reasons = self._reasons(lost)
        except (RuntimeError, ValueError):
            return RankLostError(
                "The other ranks cannot be reached any more: their node or the network is gone."
            )
        if not lost:
            return RankLostError(
                "The connection between the ranks broke down, though all of them are there.",
                is_told_elsewhere=self.rank != 0,
            )
        names = f"Rank {lost[0]}" if len(lost) == 1 else f"Ranks {', '.join(map(str, lost))}"
        return RankLostError(
            f"{names} of {self.count} {'is' if len(lost) == 1 else 'are'} gone or did not answer "
            f"for {PATIENCE_S:.0f} seconds{reasons}. All ranks end.",
            is_told_elsewhere=self.rank != min(noticed),
        )

    def _noticed(self) -> set[int]:
        self.store.set(f"noticed/{self.rank}", "1")
        noticed, news_s = {self.rank}, time.monotonic()
        if self.count == 2:  # it is the other one
            return noticed
        while len(noticed) < self.count and time.monotonic() < news_s + _NEWS_S:
            others = set(range(self.count)) - noticed
            if new := {rank for rank in others if self.store.check([f"noticed/{rank}"])}:
                noticed |= new
                news_s = time.monotonic()
            time.sleep(_LOOK_S)
        return noticed

    def _reasons(self, lost: Sequence[int]) -> str:
        told = [f"failed/{rank}" for rank in lost if self.store.check([f"failed/{rank}"])]
        said = [self.store.get(name).decode(errors="replace").rstrip(".") for name in told]
        return f" ({'; '.join(said)})" if said else ""


class _Part:
    """A gradient, and which of its rows are sent; all where that is not less."""

    def __init__(self, gradient: torch.Tensor, rows: torch.Tensor | None) -> None:
        self.gradient = gradient
        is_sparse = rows is not None and len(rows) < len(gradient)
        self.rows = rows.to(gradient.device) if rows is not None and is_sparse else None
        self.count = len(gradient) if self.rows is None else len(self.rows)


def _packed(parts: Sequence[_Part]) -> list[torch.Tensor]:
    """Return what is sent: the last part itself if all of it is, and one tensor of the others."""
    last = parts[-1]
    together = parts if last.rows is not None else parts[:-1]
    pieces = [
        each.gradient if each.rows is None else each.gradient.index_select(0, each.rows)
        for each in together
    ]
    packed = torch.cat(pieces)
    return [packed] if last.rows is not None else [packed, last.gradient]


def _unpack(sent: Sequence[torch.Tensor], parts: Sequence[_Part]) -> None:
    """Write what `_packed` returned, summed meanwhile, back into the gradients."""
    begin = 0
    for part in parts[: len(parts) - len(sent) + 1]:
        piece = sent[0][begin : begin + part.count]
        begin += part.count
        if part.rows is None:
            part.gradient.copy_(piece)
        else:
            part.gradient.index_copy_(0, part.rows, piece)


def _leave_group(*, is_broken: bool) -> None:
    """Close the connections to the other ranks; at once if `is_broken`."""
    if not dist.is_initialized():
        return
    if is_broken and dist.group.WORLD is not None:
        with contextlib.suppress(RuntimeError):
            dist.group.WORLD.abort()  # or nccl would wait for the others to leave, too
    with contextlib.suppress(RuntimeError, ValueError):
        dist.destroy_process_group()
