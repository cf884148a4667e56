"""What a person who writes might want to write next: the rest of a word, or the next one.

One suggestion, as letters to append; the whole distribution is the affair of `next_words`.
C words in the vocabulary.
"""

from collections.abc import Sequence

import torch

from engine.language_model.model import LanguageModel


@torch.inference_mode()
def complete(model: LanguageModel, text: str) -> str:
    """Return the letters that the model would append to a text that is being written.

    Parameters
    ----------
    model : LanguageModel
    text : str
        As far as it is; its last sentence counts.

    Returns
    -------
    str
        The rest of the last word, or the next word with the blank before it where one belongs
        there; "" where the sentence is most probably at its end, or no word begins so.

    Notes
    -----
    After "I th" the words that begin with "th" compete, each with its probability after "I".
    After "I think" both "think" and "thinking" do: where the word that stands there is the more
    probable one it counts as written, and the next one is suggested.
    """
    sentences = model.reading.sentences(text)
    words = tuple(sentences[-1][1]) if sentences else ()
    if words and not text[-1].isspace():
        rest = _rest_of_last(model, words)
        if rest is not None:
            return rest
    return _next(model, words, has_blank=text[-1:].isspace())


def _rest_of_last(model: LanguageModel, words: Sequence[str]) -> str | None:
    """Return what the last word lacks, "" where it begins no word; None if it is a whole one."""
    begun = words[-1]
    vocabulary = model.vocabulary
    ids = [number for number in _sayable(model) if vocabulary.words[number].startswith(begun)]
    if not ids:
        return ""
    scores = _scores_after(model, words[:-1])  # (C,)
    best = vocabulary.words[ids[int(scores[ids].argmax())]]
    if best == begun:
        return None
    shown = model.reading.writing.forms.get(best, best)
    return shown[len(begun) :] if len(shown) == len(best) else best[len(begun) :]


def _next(model: LanguageModel, words: Sequence[str], *, has_blank: bool) -> str:
    vocabulary, join = model.vocabulary, model.reading.writer.join
    scores = _scores_after(model, words)  # (C,)
    ids = [vocabulary.end_id, *_sayable(model)]
    best = ids[int(scores[ids].argmax())]
    if best == vocabulary.end_id:
        return ""
    word = vocabulary.words[best]
    before, after = join(words), join([*words, word])
    added = f" {model.reading.writing.forms.get(word, word)}"
    if after.startswith(before):  # else the marks before it change with the word: it stands apart
        added = after[len(before) :]
    return added.lstrip() if has_blank or not words else added


def _sayable(model: LanguageModel) -> range:
    """Return the words of the vocabulary but the three special ones."""
    vocabulary = model.vocabulary
    return range(max(vocabulary.start_id, vocabulary.end_id) + 1, vocabulary.unknown_id)


def _scores_after(model: LanguageModel, words: Sequence[str]) -> torch.Tensor:
    read = [model.vocabulary.start_id, *model.vocabulary.encode(words)]
    state = model.rnn.initial_state(1)  # (1, H)
    for word in read:
        state = model.rnn.advance(torch.tensor([word], device=state.device), state)
    return model.scores(state, [read])[0]  # (C,)
