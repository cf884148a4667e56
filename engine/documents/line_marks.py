"""Dialects that the csv module does not know, made into one that it does, line by line.

A delimiter of several characters, a quote that opens and closes with different characters,
and what stands behind a backslash become code points that are no characters; in the fields,
and in a row that is shown, they are put back. A row that has one of its own is refused.
"""

import re

from engine.documents.rows import Dialect

NO_DELIMITER = "\udbff"  # what one-column files are split at: no text that was decoded has it
_DELIMITER, _QUOTE = "\ufdd1", "\ufdd2"
_BACKSLASH, _ESCAPED_QUOTE, _ESCAPED_DELIMITER = "\ufdd3", "\ufdd4", "\ufdd5"
_STAND_IN = re.compile("[\ufdd1-\ufdd5]")
_DAMAGE = "\udfdd"  # in the place of one that the text has
CLOSING = {'"': '"', "'": "'", "“": "”", "„": "“", "«": "»", "‘": "’"}  # by what opens a field


class LineMarks:
    """The stand-ins of one dialect.

    Attributes
    ----------
    delimiter, quote : str
        One character each, for the csv module.
    is_needed : bool
        Whether a line of this dialect can differ from what it is with its stand-ins.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        delimiter, quote = dialect.delimiter or NO_DELIMITER, dialect.quote
        closing = CLOSING[quote]
        self.delimiter = delimiter if len(delimiter) == 1 else _DELIMITER
        self.quote = quote if quote == closing else _QUOTE
        self.is_needed = (
            self.delimiter != delimiter
            or dialect.is_escaped
            or (dialect.is_quoted and (self.quote != quote or dialect.skips_blanks))
        )
        mark, end = re.escape(self.delimiter), re.escape(self.quote)
        self._opening = re.compile(rf"(^|{mark})({' *' if dialect.skips_blanks else ''}){quote}")
        self._closing = re.compile(rf"{closing}(?= *(?:{mark}|[\r\n]|$))")
        # An odd run of quotes closes a field; an even one is inside it, or an empty field.
        blank = " " if self.delimiter == "\t" else "[ \\t]"
        behind = rf"{blank}+(?={mark}|[\r\n]|$)"
        self._may_have_blanks = re.compile(end + behind)  # is far quicker to search for
        self._blanks_behind = re.compile(
            rf"((?<!{end}){end}(?:{end}{end})*|(?:^|(?<={mark})|(?<={mark} )){end}{end}){behind}"
        )

    def marked(self, line: str) -> str:
        """Return `line` as the csv module can read it."""
        dialect = self._dialect
        if not line.isascii():
            line = _STAND_IN.sub(_DAMAGE, line)
        if dialect.is_escaped and "\\" in line:
            line = line.replace("\\\\", _BACKSLASH).replace("\\" + dialect.quote, _ESCAPED_QUOTE)
            line = line.replace("\\" + dialect.delimiter, _ESCAPED_DELIMITER)
        if self.delimiter == _DELIMITER:
            line = line.replace(dialect.delimiter, _DELIMITER)
        if dialect.is_quoted and self.quote == _QUOTE:
            line = self._closing.sub(_QUOTE, self._opening.sub(rf"\1\2{_QUOTE}", line))
        if dialect.is_quoted and dialect.skips_blanks and self._may_have_blanks.search(line):
            line = self._blanks_behind.sub(r"\1", line)
        return line

    def restored(self, text: str) -> str:
        """Return a field as it was meant."""
        if text.isascii() or not _STAND_IN.search(text):
            return text
        dialect = self._dialect
        text = text.replace(_DELIMITER, dialect.delimiter).replace(_BACKSLASH, "\\")
        text = text.replace(_QUOTE, CLOSING[dialect.quote])
        return text.replace(_ESCAPED_QUOTE, dialect.quote).replace(
            _ESCAPED_DELIMITER, dialect.delimiter
        )

    def written(self, text: str) -> str:
        """Return the beginning of a row as it is in the file."""
        if text.isascii() or not _STAND_IN.search(text):
            return text
        dialect = self._dialect
        text = text.replace(_BACKSLASH, "\\\\").replace(_ESCAPED_QUOTE, "\\" + dialect.quote)
        text = text.replace(_ESCAPED_DELIMITER, "\\" + dialect.delimiter)
        opening = rf"(^|{re.escape(self.delimiter)})( *){_QUOTE}"
        text = re.sub(opening, rf"\1\2{dialect.quote}", text)
        text = text.replace(_QUOTE, CLOSING[dialect.quote])
        return text.replace(_DELIMITER, dialect.delimiter)
