"""The encoding of a text by use: of all that its bytes allow, the one that gives words and letters of a language.

Nearly any bytes are text in nearly any encoding: those of Сумма in cp1251 are Ñóììà in cp1252, and in gb18030 rare
hanzi. So one is taken only if it is clearly better than every other that gives another text; else a person is asked,
and shown what each would make of the file.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from arkit.build.written_amounts import writing
from arkit.errors import ReadingError
from arkit.files.questions import Candidate, Question, QuestionsError
from arkit.words.vocabulary import header_words, key

UTF8_MARK: Final = b"\xef\xbb\xbf"
_MARKS: Final = ((UTF8_MARK, "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SEARCHED: Final = 200_000
_LINES: Final = 60
_OF_A_WORD: Final = 2.0
_OF_A_LANGUAGE: Final = 0.2
_PLAUSIBLE: Final = 0.6
_CLEARLY: Final = 0.1
_SHOWN: Final = 3
_BROKEN: Final = "\ufffd"
_SIGNS: Final = "€£§°´’‘“”„«»–—…№\u00a0"
_WESTERN: Final = "äöüßàâáãçéèêëíìîïñóòôõúùûæœåøº¡¿ª¥" + _SIGNS
_SLAVIC: Final = "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ"
_LETTERS: Final = {
    "cp1252": _WESTERN,
    "cp1250": "ąćęłńóśźżäöüßáéíčďěňřšťúůýž" + _SIGNS,
    "cp1254": "çğıiöşüâîû" + _SIGNS,
    "cp1251": _SLAVIC + _SIGNS,
    "koi8-r": _SLAVIC,
    "cp866": _SLAVIC,
}
"""The letters that texts of the languages of an encoding are made of."""
_FIRST_BYTES: Final = {
    "gb18030": ("gb2312", (0xA1, 0xA9), (0xB0, 0xD7)),
    "cp932": ("cp932", (0x81, 0x97), (0xA1, 0xDF)),
    "big5": ("big5", (0xA1, 0xC6), (0xA1, 0xC6)),
}
"""The first bytes of frequent characters: symbols, and the first of the two levels of hanzi."""
_LANGUAGES: Final = {
    "cp1252": ("de", "fr", "es", "pt", "it", "nl"),
    "cp1250": ("pl",),
    "cp1254": ("tr",),
    **dict.fromkeys(("cp1251", "koi8-r", "cp866"), ("ru",)),
    **dict.fromkeys(("gb18030", "big5"), ("zh",)),
    "cp932": ("ja",),
}
_FREQUENT: Final = "оеаинтсрвл"
_SHARE_OF_FREQUENT: Final = 0.5
_OF_A_NAME: Final = 0.2
_KANA: Final = "ｦ-ﾟ"
_NO_KANA: Final = (
    # Half-width kana within a word of other letters; a word that begins with a letter that only follows others.
    rf"[{_KANA}][^{_KANA}\W]|[^{_KANA}\W][{_KANA}]|^[ｧ-ｯｰﾝﾞﾟ]|[^ｳｶ-ﾄﾊ-ﾎ]ﾞ|[^ﾊ-ﾎ]ﾟ|[ｧ-ｫｯ]{{2}}"
)
"""What no Japanese word is: the bytes of hanzi, of accents and of Cyrillic all are half-width kana in cp932."""


@dataclass(frozen=True)
class _Decoded:
    """A text under one encoding, and how plausible that is."""

    encoding: str
    text: str
    score: float


def detected(content: bytes, file: str) -> str:
    """The encoding of a text: by the mark at its start, the bytes that are allowed, the letters that it would give.

    Raises
    ------
    ReadingError
        The bytes are no text.
    QuestionsError
        They could be text in several encodings.
    """
    marked = [encoding for mark, encoding in _MARKS if content.startswith(mark)]
    if marked:
        return marked[0]
    if b"\x00" in content[:_SEARCHED]:
        return _by_zeros(content, file)
    # Letters beyond ASCII in another encoding hardly ever happen to be valid UTF-8.
    if _text(content, "utf-8") is not None:
        return "utf-8"
    _refuse_broken(content, file)
    texts = {name: text for name in (*_LETTERS, *_FIRST_BYTES) if (text := _text(content, name)) is not None}
    found = sorted((_judged(name, text) for name, text in texts.items()), key=lambda each: -each.score)
    if not found:
        raise ReadingError(f"{file} is no text in any encoding that is known. Export it again as UTF-8.")
    # Encodings that give the same text need not be told apart.
    others = [each for each in found if each.text != found[0].text]
    second = others[0].score if others else 0.0
    if found[0].score < _PLAUSIBLE or found[0].score - second < _CLEARLY:
        raise QuestionsError([_asked([found[0], *others], file)], file)
    return found[0].encoding


def _text(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)[:_SEARCHED]
    except UnicodeDecodeError:
        return None


def _refuse_broken(content: bytes, file: str) -> None:
    """Refuse what is UTF-8 but for a few bytes, as where lines of two systems were put together."""
    read = content.decode("utf-8", errors="replace")
    broken = read.count(_BROKEN)
    if sum(not letter.isascii() for letter in read) - broken > broken:
        line = read[: read.index(_BROKEN)].count("\n") + 1
        raise ReadingError(
            f"{file} is UTF-8 except for {broken} bytes, the first in line {line}: lines of two encodings, or a file "
            'that was cut. Export it again, or state hints={"encoding": "..."}.'
        )


def _asked(found: Sequence[_Decoded], file: str) -> Question:
    likely = [each for each in found if each.score * 2 >= found[0].score]
    differing = [*{each.text: each for each in reversed(likely)}.values()][::-1]
    shown = {each.encoding: dict.fromkeys(_words(each.text)) for each in differing}
    candidates = tuple(Candidate(name, evidence=", ".join([*words][:_SHOWN])) for name, words in shown.items())
    text = f"{file} is not UTF-8, and its letters do not prove its encoding. Which one makes them right?"
    return Question(("encoding",), text, candidates)


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()]


def _by_zeros(content: bytes, file: str) -> str:
    """UTF-16 without a mark, little or big-endian: which byte of each pair is zero."""
    even, odd = content[:_SEARCHED:2].count(0), content[1:_SEARCHED:2].count(0)
    name = "utf-16-le" if odd > even else "utf-16-be"
    pairs = min(len(content), _SEARCHED) // 2
    if max(even, odd) > pairs * 0.3 and min(even, odd) < pairs * 0.02 and _text(content, name) is not None:
        return name
    raise ReadingError(f"{file} is no text: it has bytes of zero. Export it again as CSV or .xlsx.")


def _judged(encoding: str, text: str) -> _Decoded:
    """How plausible a text is: its letters and, more than these, the known words beyond ASCII."""
    cells = {key(cell) for line in text.splitlines()[:_LINES] for cell in re.split(r"[;,\t|]", line)}
    # One known header weighs more than all letters together, whose share is at most 1.
    score = _OF_A_WORD * sum(not word.isascii() for word in cells & header_words())
    own = cells - header_words("en")
    score += _OF_A_LANGUAGE * any(own & header_words(language) for language in _LANGUAGES[encoding])
    foreign = re.findall(r"[^\x00-\x7f]", text.lower())
    if encoding in _FIRST_BYTES:
        return _Decoded(encoding, text, score + _eastern(text, foreign, encoding))
    return _Decoded(encoding, text, score + _fit(text, foreign, encoding))


def _eastern(text: str, foreign: Sequence[str], encoding: str) -> float:
    """How far the letters are frequent ones, and a little for those that names of people and companies are made of."""
    odd = sum(len(re.findall(r"[^\x00-\x7f]", word)) for word in _words(text) if re.search(_NO_KANA, word))
    frequent = sum(_is_frequent(letter, encoding) for letter in foreign)
    of_names = sum(letter in _letters_of_names() for letter in foreign)
    return (max(frequent - odd, 0) + _OF_A_NAME * of_names) / len(foreign)


@cache
def _letters_of_names() -> str:
    return "".join(writing()["encodings"]["of_names"])


def _fit(text: str, foreign: Sequence[str], encoding: str) -> float:
    """How far the letters are those of the languages of an encoding, and together as words have them."""
    usual = sum(letter in _LETTERS[encoding] for letter in foreign) / len(foreign)
    words = _words(text)
    if not words:
        return usual
    # A Russian word is wholly of Cyrillic letters; a German or French one has an accent among plain letters.
    slavic = _SLAVIC in _LETTERS[encoding]
    fitting = [word for word in words if bool(re.search(r"[A-Za-z]", word)) != slavic]
    fit = sum(map(len, fitting)) / sum(map(len, words))
    if slavic:
        letters = "".join(fitting).lower()
        share = sum(letter in _FREQUENT for letter in letters) / max(len(letters), 1)
        fit *= min(1.0, share / _SHARE_OF_FREQUENT) * _share_in_case(fitting)
    return usual * fit


def _share_in_case(words: Sequence[str]) -> float:
    """The share of words in small letters, capitals, or with a capital first: in KOI8 read as cp1251 it is reversed."""
    plain = [word for word in words if word.islower() or word.isupper() or word[1:].islower()]
    return len(plain) / max(len(words), 1)


def _is_frequent(letter: str, encoding: str) -> bool:
    codec, *ranges = _FIRST_BYTES[encoding]
    try:
        first = letter.encode(codec)[0]
    except UnicodeEncodeError:
        return False
    return any(low <= first <= high for low, high in ranges)
