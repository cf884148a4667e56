"""Processes that train one run together: how they join, and what all but the first do.

Rank 0 is the command that a person sees; the others train along and are silent, but for what goes
wrong with them alone. Which rank this is, and where they meet, is in `meeting`.
"""

import contextlib
import io
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
import torch.distributed as dist

from engine.cli.meeting import Place, met, place_of
from engine.cli.terminal.output import Output, SignalControl, stop_on_signal
from engine.corpus.corpus import Corpus
from engine.corpus.kept.cache import corpus_cache_folder
from engine.corpus.training_text import TrainingText
from engine.errors import ConfigError, DivergedError, EngineError, RankLostError
from engine.training.distributed.ranks import BEGIN, TEXT, Ranks
from engine.training.distributed.text import SharedText, share_text, take_text
from engine.training.state import load_state
from engine.training.trainer import Trainer
from engine.wording import counted

_LOOPBACK = {"linux": "lo", "darwin": "lo0"}
_EXIT_FAILED = 2


@contextlib.contextmanager
def joined(arguments: Namespace, control: SignalControl, output: Output) -> Iterator[Ranks | None]:
    """Meet the other ranks, and leave them in the end; None if this process trains by itself.

    Until it gives an order, rank 0 may take its time.
    """
    place = place_of(arguments)
    if place is None:
        yield None
        return
    _settle(place)
    has_gpu = getattr(arguments, "device", "") != "cpu" and torch.cuda.is_available()
    with met(place, control, output) as store:
        ranks = Ranks(
            place.rank,
            place.count,
            store,
            control,
            with_gpus=has_gpu and dist.is_nccl_available(),
            node=place.node,
        )
        try:
            nodes = counted(len(set(ranks.nodes())), "node")
            with_gpu = int(ranks.agree(loss=float(has_gpu)).loss)
            if ranks.leads:
                _require_same_device(with_gpu, place.count)
                output.note(f"{counted(place.count, 'rank')} train this run together, on {nodes}.")
                ranks.work_alone()
            yield ranks
            if ranks.leads:
                ranks.require_all()
        except RankLostError:
            ranks.close()
            raise
        except BaseException as error:
            known = isinstance(error, EngineError)
            ranks.close(str(error) if known else "an unexpected error")
            raise
        else:
            ranks.close()


def follow_along(arguments: Namespace) -> int | None:
    """Train along if this is not rank 0, and return the exit code."""
    place = place_of(arguments)
    if place is None or place.rank == 0:
        return None
    silent = Output(as_json=False, out=io.StringIO(), err=io.StringIO())
    with stop_on_signal(silent) as control:
        try:
            with joined(arguments, control, silent) as ranks:
                has_trained = ranks is not None and _follow(ranks)
        except DivergedError:
            return _EXIT_FAILED  # rank 0 says so
        except RankLostError as error:
            if error.is_told_elsewhere:
                return _EXIT_FAILED
            raise
        except EngineError as error:
            raise EngineError(f"Rank {place.rank}: {error}") from error
        return control.exit_code if has_trained or control.exit_code else _EXIT_FAILED


def _follow(ranks: Ranks) -> bool:
    """Train along with rank 0 to the end of its run; tell whether there was one."""
    order, sides = ranks.await_order(), None
    if order == TEXT:
        sides = take_text(ranks)
        order = ranks.await_order()
    if order != BEGIN or sides is None:
        return False
    with TemporaryDirectory(prefix="rnn-text-lab-") as name:
        path = Path(name) / "state"
        path.write_bytes(ranks.send())
        state = load_state(path)
    text = SharedText(
        training=sides[0],
        validation=sides[1],
        vocabulary=state.vocabulary,
        summary=state.summary,
        reading=state.reading,
    )
    for _ in Trainer.following(text, state, ranks).run(ranks.control):
        pass
    return True


def text_for(ranks: Ranks | None, corpus: Corpus, *, uses_cache: bool) -> TrainingText:
    """Return what is trained on: the corpus, laid out for all ranks where there are several."""
    if ranks is None:
        return corpus
    folder = corpus_cache_folder() if uses_cache else None
    return share_text(ranks, corpus, folder if folder is not None and folder.is_dir() else None)


def _settle(place: Place) -> None:
    """Give this process its part of the machine, before anything is computed."""
    if place.is_one_machine:  # who is on one machine needs no network
        loopback = _LOOPBACK.get(sys.platform, "lo")
        os.environ["GLOO_SOCKET_IFNAME"] = os.environ["NCCL_SOCKET_IFNAME"] = loopback
    # a rank that waits for one that is gone shall hear of it, not be ended by nccl
    os.environ.setdefault("TORCH_NCCL_BLOCKING_WAIT", "1")
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(max(1, (os.cpu_count() or 1) // place.local_count))
    if place.local_count > 1:
        visible = os.environ.get("CUDA_VISIBLE_DEVICES")
        names = None if visible is None else [name for name in visible.split(",") if name]
        if names is None:
            os.environ["CUDA_VISIBLE_DEVICES"] = str(place.local_rank)
        elif names:
            own = names[place.local_rank : place.local_rank + 1]
            os.environ["CUDA_VISIBLE_DEVICES"] = "".join(own)


def _require_same_device(with_gpu: int, count: int) -> None:
    if with_gpu not in (0, count):
        raise ConfigError(
            f"Only {with_gpu} of {count} ranks have a GPU of their own. Start as many ranks "
            'on each node as it has GPUs, or set CUDA_VISIBLE_DEVICES="" to train on CPUs.'
        )
