"""The encoding of a text: a mark at its start, the bytes that it allows, and the letters that it would give."""

from __future__ import annotations

import re
from typing import Final

from arkit.errors import ReadingError
from arkit.ledger.vocabulary import header_words, key

MARKS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
CANDIDATES: Final = ("gb18030", "cp1251", "cp1252")
SEARCHED: Final = 200_000
_OF_A_WORD: Final = 2.0
_PLAUSIBLE: Final = 0.6
_CLEARLY: Final = 0.1
_CYRILLIC: Final = r"[а-яА-ЯёЁіїєґІЇЄҐ№«»–—\u00a0]"
_WESTERN: Final = r"[äöüßÄÖÜéèêëàâáçñíîïóôúûùåæøÅÆØ€£§°´’“”„–—\u00a0]"
_FOREIGN: Final = r"[^\x00-\x7f]"


def detected(content: bytes, file: str) -> str:
    """Return the encoding of a text.

    Raises
    ------
    ReadingError
        The bytes are no text, or could be several.
    """
    marked = [encoding for mark, encoding in MARKS if content.startswith(mark)]
    if marked:
        return marked[0]
    if b"\x00" in content[:SEARCHED]:
        return _by_zeros(content, file)
    if is_text(content, "utf-8"):
        return "utf-8"
    found = sorted(((_score(content, name), name) for name in CANDIDATES if is_text(content, name)), reverse=True)
    best = found[0] if found else (0.0, "")
    second = found[1][0] if len(found) > 1 else 0.0
    if best[0] < _PLAUSIBLE or best[0] - second < _CLEARLY:
        raise ReadingError(
            f"{file} is not UTF-8 text, and its encoding cannot be told from its letters. Say it: "
            'hints={"encoding": "cp1252"}, or cp1251, gb18030 or another.'
        )
    return best[1]


def is_text(content: bytes, encoding: str) -> bool:
    """Tell whether bytes are text in an encoding."""
    try:
        content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _by_zeros(content: bytes, file: str) -> str:
    """Tell UTF-16 without a mark by which bytes of its pairs are zero."""
    even, odd = content[:SEARCHED:2].count(0), content[1:SEARCHED:2].count(0)
    name = "utf-16-le" if odd > even else "utf-16-be"
    pairs = min(len(content), SEARCHED) // 2
    if max(even, odd) > pairs * 0.3 and min(even, odd) < pairs * 0.02 and is_text(content, name):
        return name
    raise ReadingError(f"{file} is no text: it has bytes of zero. Export it again as CSV or .xlsx.")


def _score(content: bytes, encoding: str) -> float:
    """Return how plausible the letters of a text are, with two points for each known word beyond ASCII."""
    text = content[:SEARCHED].decode(encoding, errors="ignore")
    foreign = re.findall(_FOREIGN, text)
    if not foreign:
        return 0.0
    known = {key(cell) for line in text.splitlines()[:60] for cell in re.split(r"[;,\t|]", line)} & header_words()
    score = _OF_A_WORD * sum(not word.isascii() for word in known)
    if encoding == "gb18030":
        return score + sum(_is_common_hanzi(letter) for letter in foreign) / len(foreign)
    words = re.findall(r"[^\W\d_]+", text)
    mixed = [word for word in words if not word.isascii() and re.search(r"[A-Za-z]", word)]
    whole = [word for word in words if not word.isascii() and not re.search(r"[A-Za-z]", word)]
    fitting, letters = (whole, _CYRILLIC) if encoding == "cp1251" else (mixed, _WESTERN)
    fit = sum(len(word) for word in fitting) / max(sum(len(word) for word in (*mixed, *whole)), 1)
    usual = len(re.findall(letters, text)) / len(foreign)
    return score + usual * (fit if mixed or whole else 1.0)


def _is_common_hanzi(letter: str) -> bool:
    """Tell whether a letter is one of the 3,755 most frequent of GB 2312, or one of its signs and other letters."""
    try:
        first = letter.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return 0xA1 <= first <= 0xA9 or 0xB0 <= first <= 0xD7
