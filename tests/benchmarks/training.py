"""The speed of training: everybody takes turns, and the turns are compared.

In each round every contender runs for a moment, so that a machine that is slow for a
while is slow for all. Ratios are taken within a round. Targets are those of the
tutorial's size on a CPU: they hold for H = 100 and C = 8000 only.
"""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from engine.control import RunControl, StageProgress
from tests.benchmarks.contenders import BATCH_MAKERS, PRODUCT_MAKERS, Maker, one_sentence_makers
from tests.benchmarks.rows import BenchmarkRow, Spread, Target, ratios, row
from tests.benchmarks.turns import Contender, Setting

TARGET_SIZE = (8000, 100)  # C and H
_EPOCH_WORDS = 1_600_000  # the tutorial's 79,170 sentences

Rates = Mapping[str, list[float]]  # of each contender, one a round


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One contender against the best of some others, and how much faster it shall be."""

    name: str
    key: str
    against: tuple[str, ...]
    least: float


_USERS_BEST = ("user_masked", "user_packed", "user_fused")
COMPARISONS = (
    Comparison(
        name="gradients of 64: ours / RNNNumpy", key="ours_batch", against=("numpy",), least=40.0
    ),
    Comparison(
        name="gradients of 64: ours / PyTorch user's best form",
        key="ours_batch",
        against=_USERS_BEST,
        least=2.5,
    ),
    Comparison(
        name="gradients of 64: ours / PyTorch user, padded",
        key="ours_batch",
        against=("user_padded",),
        least=6.0,
    ),
    Comparison(
        name="SGD, 45 words: ours / RNNNumpy",
        key="ours_one_45",
        against=("numpy_45",),
        least=25.0,
    ),
    Comparison(
        name="SGD, 20 words: ours / RNNNumpy",
        key="ours_one_20",
        against=("numpy_20",),
        least=20.0,
    ),
    Comparison(
        name="SGD, 45 words: ours / PyTorch user",
        key="ours_one_45",
        against=("user_one_45",),
        least=3.0,
    ),
    Comparison(
        name="SGD, 20 words: ours / PyTorch user",
        key="ours_one_20",
        against=("user_one_20",),
        least=3.0,
    ),
)


def measure_training(
    setting: Setting,
    control: RunControl,
    *,
    rounds: int,
    least_s: float,
    with_lengths: bool,
    peaks_mb: Mapping[str, float],
) -> Iterator[StageProgress | BenchmarkRow]:
    """Time all contenders of one network size.

    Parameters
    ----------
    setting : Setting
    control : RunControl
        A stop ends the stream without rows.
    rounds : int
    least_s : float
        Seconds of each turn, at least.
    with_lengths : bool
        Also time single sentences of 45 and of 20 words.
    peaks_mb : mapping
        Memory of each contender, as far as it was measured.
    """
    makers = one_sentence_makers("")
    if with_lengths:
        makers |= one_sentence_makers("_45") | one_sentence_makers("_20")
    makers |= BATCH_MAKERS | PRODUCT_MAKERS
    rates = yield from _take_turns(makers, setting, control, rounds=rounds, least_s=least_s)
    if rates is not None:
        yield from _rows(makers, rates, setting, peaks_mb)


def _take_turns(
    makers: Mapping[str, tuple[str, Maker]],
    setting: Setting,
    control: RunControl,
    *,
    rounds: int,
    least_s: float,
) -> Generator[StageProgress, None, Rates | None]:
    """Yield progress; return one rate a round of each contender, or None after a stop."""
    stage = f"Timing the network of {setting.hidden_dim}"
    total = (rounds + 1) * len(makers)
    contenders: dict[str, Contender] = {}
    for done, (key, (_, make)) in enumerate(makers.items()):
        if not control.proceed():
            return None
        yield StageProgress(stage=stage, done=done, total=total, unit="turns")
        contenders[key] = make(setting)
        contenders[key].rate(0.0)  # warms up
    rates: dict[str, list[float]] = {key: [] for key in contenders}
    for number in range(rounds):
        order = list(contenders) if number % 2 == 0 else list(reversed(contenders))
        for turn, key in enumerate(order):
            if not control.proceed():
                return None
            done = (number + 1) * len(makers) + turn
            yield StageProgress(stage=stage, done=done, total=total, unit="turns")
            rates[key].append(contenders[key].rate(least_s))
    return rates


def _rows(
    makers: Mapping[str, tuple[str, Maker]],
    rates: Rates,
    setting: Setting,
    peaks_mb: Mapping[str, float],
) -> Iterator[BenchmarkRow]:
    H = setting.hidden_dim
    has_targets = (setting.word_dim, H) == TARGET_SIZE and setting.device == "cpu"
    for key in PRODUCT_MAKERS:
        yield row("machine", makers[key][0], "GFLOP/s", rates[key], hidden_dim=H)
    for key, (name, _) in makers.items():
        if key in PRODUCT_MAKERS:
            continue
        numpy_key = next((k for k in ("numpy_45", "numpy_20") if k[-3:] == key[-3:]), "numpy")
        yield BenchmarkRow(
            group="training",
            name=name,
            unit="words/s",
            value=Spread.of(rates[key]),
            hidden_dim=H,
            times_numpy=Spread.of(ratios(rates[key], rates[numpy_key])),
            ceiling_percent=Spread.of(_percents(key, rates, setting)),
            peak_mb=peaks_mb.get(key),
        )
    for comparison in COMPARISONS:
        if comparison.key in rates:
            # Of all rounds: the faster one of each round would be the luckier one.
            best = max((rates[key] for key in comparison.against if key in rates), key=median)
            yield row(
                "comparison",
                comparison.name,
                "x",
                ratios(rates[comparison.key], best),
                target=Target(bound=comparison.least) if has_targets else None,
                hidden_dim=H,
            )
    yield row(
        "comparison",
        "gradients of 64: sampled softmax / exact",
        "x",
        ratios(rates["ours_sampled"], rates["ours_batch"]),
        hidden_dim=H,
    )
    yield row(
        "comparison",
        "gradients of 64: share of the large matrix product",
        "%",
        _percents("ours_batch", rates, setting),
        target=Target(bound=75.0) if has_targets else None,
        hidden_dim=H,
    )
    yield from _memory_rows(peaks_mb, H, has_targets=has_targets)
    yield from _epoch_rows(rates, setting)


def _percents(key: str, rates: Rates, setting: Setting) -> list[float]:
    """Return the share of the large product's operations that a contender does usefully."""
    gigas = [rate * setting.operations / 1e9 for rate in rates[key]]
    return [100.0 * ratio for ratio in ratios(gigas, rates["product_large"])]


def _memory_rows(
    peaks_mb: Mapping[str, float], hidden_dim: int, *, has_targets: bool
) -> Iterator[BenchmarkRow]:
    for key, form in (("user_masked", "masked"), ("user_padded", "padded")):
        if {key, "ours_batch"} <= peaks_mb.keys() and peaks_mb[key] > 0.0:
            yield row(
                "comparison",
                f"memory beyond the parameters: ours / PyTorch user, {form}",
                "x",
                [peaks_mb["ours_batch"] / peaks_mb[key]],
                target=Target(bound=0.25, is_least=False) if has_targets else None,
                hidden_dim=hidden_dim,
            )


def _epoch_rows(rates: Rates, setting: Setting) -> Iterator[BenchmarkRow]:
    """Say what the recipes' speeds mean for a text of the tutorial's size."""
    for recipe in ("fast", "tutorial"):
        yield row(
            "training",
            f"an epoch of {_EPOCH_WORDS:,} words, recipe '{recipe}'",
            "s",
            [_EPOCH_WORDS / rate for rate in rates[f"recipe_{recipe}"]],
            hidden_dim=setting.hidden_dim,
            note="computed from its words/s",
        )
