"""Some sentences of a text as a tokeniser cuts them, before the text is prepared."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.config import TokenizerConfig
from engine.tokenization.languages import describe_tokenizer
from engine.tokenization.learning import beginning
from engine.tokenization.proposal import MOST_CHARACTERS, propose, settled
from engine.tokenization.reading import Reading
from engine.tokenization.sentence_ends import SentenceRules


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsPreview:
    """How a text would be cut into words."""

    tokenizer: TokenizerConfig  # as it would be used, never "auto"
    description: str  # of it, a phrase for the user
    proposal: TokenizerConfig  # what suits the text, whatever was chosen
    reason: str  # why that is proposed, a sentence for the user
    sentences: tuple[tuple[str, tuple[str, ...]], ...]  # each with its words


def preview_words(texts: Sequence[str], wanted: TokenizerConfig, count: int = 10) -> WordsPreview:
    """Cut the first sentences of some documents.

    Parameters
    ----------
    texts : sequence of str
        The first documents; 20,000 characters of them are looked at.
    wanted : TokenizerConfig
        "auto" is what suits the texts.
    count : int
        Sentences, at most.
    """
    sample = "\n".join(beginning(texts, MOST_CHARACTERS))
    config = settled(wanted, sample)
    rules = SentenceRules.learn(config.language, [sample])
    reading = Reading(config=config, rules=rules)
    found: list[tuple[str, tuple[str, ...]]] = []
    for text in beginning(texts, MOST_CHARACTERS):
        found += [(each, tuple(words)) for each, words in reading.sentences(text) if words]
        if len(found) >= count:
            break
    return WordsPreview(
        tokenizer=config,
        description=describe_tokenizer(config),
        proposal=settled(TokenizerConfig(), sample),
        reason=propose(sample, "" if wanted.language == "auto" else wanted.language).reason,
        sentences=tuple(found[:count]),
    )
