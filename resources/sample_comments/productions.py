"""Put the words and the rules of the sample comments together into one grammar.

No probability is computed here and no comment is written.
"""

import re
from itertools import product

from resources.sample_comments.grammar import Grammar, Production
from resources.sample_comments.rules import CHAT_RULES, FEATURES, FUNCTION_WORDS, TOPIC_RULES
from resources.sample_comments.words import COMMON, TOPICS

START = "SENTENCE"
CHAT_SHARE = 0.07  # of the sentences: those about no topic
VOWELS = tuple("aeiou")
SOUNDS_LIKE_YOU = ("unicycle", "ukulele", "user-friendly", "useless")  # a, not an
SILENT_H = ("honest", "hour")  # an, not a

Rules = dict[str, list[Production]]


def build_grammar() -> Grammar:
    """Return the grammar of one sentence of the sample comments, start symbol `START`."""
    common = _common_classes()
    chat = {**common, **_read_rules(CHAT_RULES)}
    rules = {f"{symbol}@chat": _at(bodies, "chat", chat) for symbol, bodies in chat.items()}
    start: list[Production] = [(CHAT_SHARE, ("CHAT@chat",))]
    for topic, words in TOPICS.items():
        own = {**common, **_topic_classes(words), **_read_rules(TOPIC_RULES)}
        rules |= {f"{symbol}@{topic}": _at(bodies, topic, own) for symbol, bodies in own.items()}
        start.append(((1.0 - CHAT_SHARE) / len(TOPICS), (f"TOPIC@{topic}",)))
    rules[START] = start
    return Grammar(rules)


def build_pooled_grammar() -> Grammar:
    """Return the rules of one topic, start symbol "TOPIC@any", with the words of all.

    Every derivation of a topic is one of this grammar: if no sentence has two
    derivations here, then none has two within its topic.
    """
    pooled: dict[str, set[str]] = {}
    for lists in TOPICS.values():
        for symbol, bodies in _topic_classes(lists).items():
            pooled.setdefault(symbol, set()).update(body[0] for _, body in bodies)
    classes: Rules = {
        symbol: [(1.0, (word,)) for word in sorted(words)] for symbol, words in pooled.items()
    }
    rules: Rules = {**_common_classes(), **classes, **_read_rules(TOPIC_RULES)}
    return Grammar({f"{symbol}@any": _at(bodies, "any", rules) for symbol, bodies in rules.items()})


def topic_words(topic: str) -> frozenset[str]:
    """Return the words that only sentences about `topic` may have."""
    classes = _topic_classes(TOPICS[topic])
    return frozenset(body[0] for bodies in classes.values() for _, body in bodies)


def with_articles(words: list[str]) -> list[str]:
    """Return the words with "a" before a vowel as "an"; this loses nothing, so p stays."""
    pairs = zip(words, [*words[1:], ""], strict=True)
    return ["an" if word == "a" and _needs_an(after) else word for word, after in pairs]


def without_articles(words: list[str]) -> list[str]:
    """Undo `with_articles`."""
    return ["a" if word == "an" else word for word in words]


def _needs_an(word: str) -> bool:
    return word.startswith(SILENT_H) or (
        word.startswith(VOWELS) and not word.startswith(SOUNDS_LIKE_YOU)
    )


def _at(bodies: list[Production], room: str, rules: Rules) -> list[Production]:
    """Name the symbols of one topic apart from those of the others."""
    return [
        (weight, tuple(f"{part}@{room}" if part in rules else part for part in body))
        for weight, body in bodies
    ]


def _read_rules(text: str) -> Rules:
    """Return the productions of a rule text, one for each value of the features."""
    rules: Rules = {}
    for line in text.splitlines():
        if line and not line.startswith(" "):
            head = line.strip()
            continue
        if not line.strip():
            continue
        weight, *body = line.split()
        letters = sorted(set(re.findall(r":([A-Z])\b", " ".join([head, *body]))))
        free = [letter for letter in letters if f":{letter}" not in head]
        copies = len(list(product(*(FEATURES[letter] for letter in free))))
        for values in product(*(FEATURES[letter] for letter in letters)):
            value_of = dict(zip(letters, values, strict=True))
            filled = [
                re.sub(r":([A-Z])\b", lambda found: f":{value_of[found[1]]}", part)  # noqa: B023
                for part in [head, *body]
            ]
            rules.setdefault(filled[0], []).append((float(weight) / copies, tuple(filled[1:])))
    return rules


def _common_classes() -> Rules:
    classes: Rules = {}
    for line in FUNCTION_WORDS.strip().splitlines():
        symbol, words = line.rsplit(": ", 1)
        pairs = [word.partition("/") for word in words.split()]
        classes[symbol] = [(float(weight or 1), (word,)) for word, _, weight in pairs]
    for symbol, words in COMMON.items():
        classes |= _forms_of(symbol, words.split())
    return classes


def _topic_classes(text: str) -> Rules:
    lists = re.findall(r"(\w+): ([^:]+?)(?=\s+\w+:|\s*$)", text)
    symbols = {"a": "THING:a", "b": "THING:b", "va": "V:a", "vb": "V:b"}
    classes: Rules = {}
    for name, words in lists:
        classes |= _forms_of(symbols.get(name, name.upper()), words.split())
    return classes


def _forms_of(symbol: str, words: list[str]) -> Rules:
    """Return the class `symbol` in each grammatical form its words have."""
    if symbol.startswith(("THING", "PERSON", "UNIT", "POST")):
        forms = [noun_forms(word) for word in words]
    elif symbol.startswith(("V", "CV", "INTR")):
        forms = [verb_forms(word) for word in words]
    else:
        forms = [{"": word} for word in words]
    return {
        symbol + form: [(1.0 / (rank + 4), (word[form],)) for rank, word in enumerate(forms)]
        for form in forms[0]
    }


def noun_forms(entry: str) -> dict[str, str]:
    """Return the singular and the plural of "noun" or "noun/plural"."""
    word, _, plural = entry.partition("/")
    if not plural:
        ends_in_y = word.endswith("y") and word[-2] not in VOWELS
        hisses = word.endswith(("s", "sh", "ch", "x"))
        plural = word[:-1] + "ies" if ends_in_y else word + ("es" if hisses else "s")
    return {":sg": word, ":pl": plural}


def verb_forms(entry: str) -> dict[str, str]:
    """Return the forms of "verb", "verb+" (doubled letter) or "verb/past/participle"."""
    base, *irregular = entry.rstrip("+").split("/")
    stem = base + base[-1] if entry.endswith("+") else base
    if base.endswith("y") and base[-2] not in VOWELS:
        singular, regular = base[:-1] + "ies", base[:-1] + "ied"
    else:
        singular = base + ("es" if base.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")
        regular = base + "d" if base.endswith("e") else stem + "ed"
    past, participle = irregular or (regular, regular)
    drops_e = base.endswith("e") and not base.endswith("ee")
    ing = (base[:-1] if drops_e else stem) + "ing"
    plain = {":sg": singular, ":pl": base, ":base": base}
    return {**plain, ":past": past, ":part": participle, ":ing": ing}
