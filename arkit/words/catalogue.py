"""Texts for readers by key and language: one TOML file a room in templates/words/locale.

The folders of ``templates/words/locale`` are the languages. English has every key; where another language lacks one,
its readers get the English sentence. A page speaks one language: whatever is written while it is made, deep in tables
and charts too, is in it (:func:`speaking`). Without a page the language is English.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property, wraps
from types import FunctionType
from typing import Any, Final, TypeVar

from babel import Locale
from babel.numbers import format_decimal

from arkit.errors import unknown_name
from arkit.resources import resource

ENGLISH: Final = "en"
LOCALES: Final = "templates/words/locale"
_CURRENT: Final[ContextVar[str]] = ContextVar("arkit_language", default=ENGLISH)


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages that there are: the folders of the catalogue.

    >>> languages()
    ('en', 'ru', 'zh')
    """
    return tuple(sorted(folder.name for folder in resource(LOCALES).iterdir() if folder.is_dir()))


def language_name(language: str) -> str:
    """What a language is called in itself.

    >>> [language_name(language) for language in languages()]
    ['English', 'Русский', '中文']
    """
    return str(_locale(language).get_display_name(language)).capitalize()


def require_language(language: str) -> str:
    """The language itself, if there is a catalogue for it.

    Raises
    ------
    UnknownNameError
        There is no such language.
    """
    known = languages()
    if language not in known:
        raise unknown_name("language", language, known=known)
    return language


def current_language() -> str:
    """The language of the page that is being made; English outside of one."""
    return _CURRENT.get()


def current_locale() -> Locale:
    """How numbers and days are written in the language of the page that is being made."""
    return _locale(current_language())


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Make what is written within in a language.

    >>> with speaking("zh"):
    ...     text("collection.stage.reminder")
    '发送友好提醒并附对账单。'
    """
    token = _CURRENT.set(require_language(language))
    try:
        yield
    finally:
        _CURRENT.reset(token)


Page = TypeVar("Page", bound=type)


def in_own_language(page: Page) -> Page:
    """Decorator of a class with a field ``language``: its public methods and properties are made in that language.

    >>> @in_own_language
    ... class Letter:
    ...     language = "ru"
    ...
    ...     def step(self) -> str:
    ...         return text("collection.stage.reminder")
    >>> Letter().step()
    'Направить вежливое напоминание и акт сверки.'
    """
    for name, member in list(vars(page).items()):
        if name.startswith("_"):
            continue
        if isinstance(member, cached_property):
            member.func = _spoken(member.func)
        elif isinstance(member, property) and member.fget:
            setattr(page, name, property(_spoken(member.fget), doc=member.__doc__))
        elif isinstance(member, FunctionType):
            setattr(page, name, _spoken(member))
    return page


def _spoken(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def made(page: Any, *args: Any, **settings: Any) -> Any:
        with speaking(page.language):
            return method(page, *args, **settings)

    return made


def text(key: str, /, *, count: int | None = None, language: str | None = None, **values: object) -> str:
    """The sentence or title of a key, with its values filled in.

    Parameters
    ----------
    key
        ``file.table.name``: the file of the room without its ending, then the place in it.
    count
        Decides between the plural forms ``one``, ``few``, ``many``, ``other`` of a key that has them, and fills
        ``{count}``, with the thousands marks of the language.
    language
        Another one than that of the page.
    values
        What the placeholders in braces become; numbers and days are written by their reader's format beforehand.

    Returns
    -------
    str
        The sentence in the language, or in English where it has not been translated.

    Raises
    ------
    UnknownNameError
        There is no such key, or no such language.

    Examples
    --------
    >>> text("collection.stage.reminder", language="en")
    'Send a friendly reminder with the statement.'
    """
    code = require_language(language) if language else current_language()
    found = _found(code, key)
    if found is None:
        code = ENGLISH  # the plural form and the number too: a Russian "one" is the 21 of an English "other"
        found = _found(code, key)
    if found is None:
        raise unknown_name("text", key, known=_texts(code, key.partition(".")[0]))
    if isinstance(found, Mapping):
        found = found.get(_locale(code).plural_form(count if count is not None else 0), found["other"])
    if count is not None:
        values["count"] = format_decimal(count, locale=_locale(code))
    # Without values nothing is filled in, so that braces of a sentence stay what they are.
    return str(found).format_map(values) if values else str(found)


def has_text(key: str) -> bool:
    """Whether the catalogue has a key.

    >>> has_text("collection.stage.reminder"), has_text("collection.stage.final_notice")
    (True, False)
    """
    return _found(ENGLISH, key) is not None


@cache
def _locale(language: str) -> Locale:
    return Locale(language)


PLURAL_FORMS: Final = frozenset({"zero", "one", "two", "few", "many", "other"})


def _found(language: str, key: str) -> Any:
    return _texts(language, key.partition(".")[0]).get(key)


@cache
def _texts(language: str, room: str) -> Mapping[str, Any]:
    """Every key of a room's file, read when the first of them is asked; a table of plural forms is one text."""
    found: dict[str, Any] = {}
    file = resource(f"{LOCALES}/{language}") / f"{room}.toml"
    if file.is_file():
        _flatten(tomllib.loads(file.read_text(encoding="utf-8")), room, found)
    return found


def _flatten(table: Mapping[str, Any], prefix: str, found: dict[str, Any]) -> None:
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if isinstance(value, Mapping) and not ("other" in value and PLURAL_FORMS.issuperset(value)):
            _flatten(value, key, found)
        else:
            found[key] = value
