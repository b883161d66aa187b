"""What is in the address of a page: the values of its filters, so that a view can be shared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

from arkit.present.html import Html, page_part

NAMES: Final = ("entity", "currency", "segment", "collector", "day", "bucket", "customer", "search")
LONGEST: Final = 200
MOST: Final = 40


def read_address(query: str) -> dict[str, str]:
    """Return the filters that an address states; what is unknown, too long or said twice is left out.

    The values are text from anybody: each is looked up among the options of its control, or taken as words to search.

    >>> read_address("entity=ES&day=2026-10-31&token=abc&entity=UK")
    {'entity': 'ES', 'day': '2026-10-31'}
    """
    try:
        pairs = parse_qsl(query, max_num_fields=MOST, errors="strict")
    except ValueError:  # too many fields, or bytes that are no text
        return {}
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in NAMES and len(value) <= LONGEST and value.isprintable():
            found.setdefault(name, value)
    return found


def written_address(values: Mapping[str, object]) -> Html:
    """Return the filters for the script of the page, which puts them into the address.

    >>> written_address({"entity": "ES", "customer": ""}).markup
    '<span class="address" hidden data-query="?entity=ES"></span>'
    """
    stated = {name: str(value) for name, value in values.items() if value not in ("", None)}
    return page_part("address", query=f"?{urlencode(stated)}" if stated else "?")
