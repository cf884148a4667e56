"""Settings check themselves, with a sentence; and they survive JSON."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from engine.config import (
    FORMER_TOKENIZER,
    CorpusConfig,
    CsvConfig,
    ModelConfig,
    SampleConfig,
    TokenizerConfig,
    TrainConfig,
)
from engine.errors import ConfigError

NAN, INF = math.nan, math.inf
PATH = Path("some") / "comments.csv"

REFUSED: list[tuple[type, dict[str, Any], str]] = [
    (CsvConfig, {"delimiter": ""}, "The delimiter must have 1 to 5 characters, not ''."),
    (
        CsvConfig,
        {"delimiter": "......"},
        "The delimiter must have 1 to 5 characters, not '......'.",
    ),
    (
        CsvConfig,
        {"bad_rows": "mend"},
        "Damaged rows can be skipped ('skip') or refused ('stop'), not 'mend'.",
    ),
    (
        CorpusConfig,
        {"path": PATH, "vocabulary_size": 3},
        "The vocabulary needs at least 4 entries (3 are special tokens), not 3.",
    ),
    *(
        (
            CorpusConfig,
            {"path": PATH, "validation_fraction": share},
            f"The validation share must be between 0 and 0.5 of the documents, not {share}.",
        )
        for share in (-0.1, 0.51, NAN)
    ),
    *(
        (
            ModelConfig,
            {"hidden_dim": size},
            f"The hidden size must be between 1 and 8192, not {size}.",
        )
        for size in (0, 8193)
    ),
    (
        ModelConfig,
        {"bptt_truncate": -1},
        "bptt_truncate is a number of steps, 0 or more, not -1.",
    ),
    (ModelConfig, {"dtype": "float16"}, "Unknown number format 'float16'."),
    (ModelConfig, {"device": "tpu"}, "Unknown device 'tpu': choose auto, cpu or cuda."),
    (TrainConfig, {"recipe": "slow"}, "Unknown recipe 'slow': choose fast or tutorial."),
    *(
        (
            TrainConfig,
            {"learning_rate": rate},
            f"The learning rate must be a positive number, not {rate}.",
        )
        for rate in (0.0, -1.0, NAN, INF)
    ),
    *(
        (
            TrainConfig,
            {"batch_size": size},
            f"The batch size must be between 1 and 65536 sentences, not {size}.",
        )
        for size in (0, 65537)
    ),
    (TrainConfig, {"epochs": 0}, "Train for at least one epoch, not 0."),
    *(
        (
            TrainConfig,
            {"time_limit_s": limit},
            f"The time limit must be a positive number of seconds, not {limit}.",
        )
        for limit in (0.0, NAN, INF)
    ),
    (TrainConfig, {"evaluate_every": 0}, "Evaluate every 1 epoch or more, not every 0."),
    *(
        (
            TrainConfig,
            {"clip_norm": norm},
            f"The largest gradient norm must be positive, not {norm}.",
        )
        for norm in (0.0, -1.0, NAN)
    ),
    *(
        (SampleConfig, {"count": n}, f"Generate between 1 and 100,000 sentences, not {n}.")
        for n in (0, 100_001)
    ),
    (
        SampleConfig,
        {"min_length": 8, "max_length": 7},
        "The shortest sentence (8 words) must not be longer than the longest (7 words).",
    ),
    (
        SampleConfig,
        {"min_length": -1},
        "The shortest sentence (-1 words) must not be longer than the longest (100 words).",
    ),
    *(
        (
            SampleConfig,
            {"min_length": 0, "max_length": n},
            f"The longest sentence must have between 1 and 10,000 words, not {n}.",
        )
        for n in (0, 10_001)
    ),
    *(
        (
            SampleConfig,
            {"temperature": t},
            f"The temperature must be 0 or a positive number, not {t}.",
        )
        for t in (-0.5, NAN, INF)
    ),
]

ACCEPTED: list[Any] = [
    CsvConfig(),
    CsvConfig(
        columns=("title", "2"), has_header=False, encoding="cp1252", delimiter="\t", bad_rows="stop"
    ),
    CsvConfig(quoting="none", decode_entities=True),
    CorpusConfig(path=PATH),
    CorpusConfig(
        path=PATH,
        csv=CsvConfig(columns=("body",)),
        vocabulary_size=4,
        validation_fraction=0.5,
        remove_duplicates=True,
        seed=7,
        processes=2,
    ),
    ModelConfig(hidden_dim=8192, bptt_truncate=0, dtype="float64", device="cuda", seed=3),
    TrainConfig(),
    TrainConfig(
        recipe="tutorial",
        learning_rate=1e-300,
        batch_size=65536,
        epochs=1,
        time_limit_s=0.5,
        evaluate_every=9,
        clip_norm=2.0,
        seed=1,
        allow_tf32=True,
    ),
    SampleConfig(count=100_000, min_length=0, max_length=10_000, temperature=0.01, seed=0),
]


@pytest.mark.parametrize(("kind", "values", "sentence"), REFUSED)
def test_that_a_value_that_cannot_work_is_refused_with_a_sentence(
    kind: Any, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        kind(**values)

    assert str(refused.value) == sentence


@pytest.mark.parametrize("config", ACCEPTED, ids=lambda each: type(each).__name__)
def test_that_settings_survive_json(config: Any) -> None:
    text = json.dumps(config.to_json(), allow_nan=False)

    again = type(config).from_json(json.loads(text))

    assert again == config
    assert hash(again) == hash(config)


@pytest.mark.parametrize("config", ACCEPTED, ids=lambda each: type(each).__name__)
def test_that_settings_of_a_newer_version_are_read_without_what_is_unknown(config: Any) -> None:
    values = config.to_json() | {"new_in_version_9": [1, 2]}

    assert type(config).from_json(values) == config


def test_that_missing_settings_take_their_defaults() -> None:
    assert TrainConfig.from_json({"epochs": 3}) == TrainConfig(epochs=3)


def test_that_a_text_of_a_program_without_a_choice_of_words_is_prepared_as_it_was_then() -> None:
    former = CorpusConfig(
        path=Path("a.csv"), tokenizer=FORMER_TOKENIZER, min_count=1, counted="all"
    )

    assert CorpusConfig.from_json({"path": "a.csv"}) == former
    assert CorpusConfig.from_json(former.to_json()) == former
    now = CorpusConfig(path=Path("a.csv"), tokenizer=TokenizerConfig(name="words"))
    assert CorpusConfig.from_json(now.to_json()) == now


@pytest.mark.parametrize("name", ["tutorial", "whitespace"])
def test_that_only_tokenizers_of_our_own_merge_numbers(name: str) -> None:
    with pytest.raises(ConfigError, match=f"not with {name}"):
        TokenizerConfig(name=name, merge_numbers=True)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="at least once"):
        CorpusConfig(path=Path("a.csv"), min_count=0)


def test_that_unknown_keys_of_a_nested_record_are_left_out_too() -> None:
    values = {"path": "a.csv", "csv": {"delimiter": ";", "new_in_version_9": 1}}

    assert CorpusConfig.from_json(values).csv == CsvConfig(delimiter=";")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (ModelConfig, {"hidden_dim": "many"}),
        (TrainConfig, {"learning_rate": "fast"}),
        (CorpusConfig, {}),
        (CorpusConfig, {"path": 7}),
        (CsvConfig, {"columns": 1}),
        (ModelConfig, {"hidden_dim": 100.5, "seed": "x"}),
        (ModelConfig, {"hidden_dim": True}),
        (ModelConfig, {"seed": "x"}),
        (TrainConfig, {"allow_tf32": "false"}),
        (TrainConfig, {"allow_tf32": 0}),
        (TrainConfig, {"time_limit_s": "60"}),
        (SampleConfig, {"seed": 1.5}),
        (CsvConfig, {"columns": "body"}),
        (CorpusConfig, {"path": "a.csv", "csv": []}),
        (CorpusConfig, {"path": "a.csv", "csv": {"has_header": "no"}}),
        (ModelConfig, []),
        (ModelConfig, None),
    ],
)
def test_that_damaged_settings_are_named(kind: Any, values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=f"stored settings of {kind.__name__} are damaged"):
        kind.from_json(values)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"seed": NaN}', '{"seed": 1, "seed": 2}', "[" * 5000]
)
def test_that_settings_of_which_no_record_can_be_read_are_named(text: str) -> None:
    with pytest.raises(ConfigError, match="stored settings of ModelConfig are damaged"):
        ModelConfig.from_text(text)


def test_that_a_whole_number_stands_for_a_float() -> None:
    stored = TrainConfig.from_text('{"time_limit_s": 60, "clip_norm": 2}')

    assert (stored.time_limit_s, stored.clip_norm) == (60.0, 2.0)
    assert type(stored.time_limit_s) is float


def test_that_a_stored_value_that_cannot_work_keeps_its_sentence() -> None:
    with pytest.raises(ConfigError, match="at least one epoch, not 0"):
        TrainConfig.from_json({"epochs": 0})


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"top_k": 0}, "Top-k keeps at least 1 word, not 0."),
        ({"top_p": 0.0}, "Top-p must be above 0 and at most 1, not 0.0."),
        ({"min_p": 1.5}, "Min-p must be between 0 and 1, not 1.5."),
        ({"min_p": NAN}, "Min-p must be between 0 and 1, not nan."),
        (
            {"repetition_penalty": 0.5},
            "The repetition penalty must be between 1 (none) and 100, not 0.5.",
        ),
        ({"beams": -1}, "Beam search keeps between 1 and 1,000 sentences at a time, not -1."),
        ({"ladder": (1.0, INF)}, "The temperature must be 0 or a positive number, not inf."),
        ({"ladder": (1.0,) * 101}, "A temperature ladder has at most 100 rungs, not 101."),
    ],
)
def test_that_a_sampler_setting_out_of_range_is_refused(
    values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        SampleConfig(**values)

    assert str(refused.value) == sentence


@pytest.mark.parametrize("other", [{"temperature": 0.5}, {"top_k": 5}, {"ladder": (1.0,)}])
def test_that_beam_search_takes_no_sampler(other: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="Beam search looks for the most probable sentences"):
        SampleConfig(beams=3, **other)


def test_that_start_words_and_a_ladder_come_back_from_json() -> None:
    for start in ("I think", ("i", "think")):
        config = SampleConfig(start=start, ladder=(0.5, 1), top_k=40, min_p=0.05)

        assert SampleConfig.from_text(json.dumps(config.to_json())) == config


def test_that_a_ladder_of_words_is_damage() -> None:
    with pytest.raises(ConfigError, match="'ladder' is"):
        SampleConfig.from_json({"ladder": ["hot"]})
