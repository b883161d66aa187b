"""The customers: who they are, how much they buy, how they pay."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from arkit.sample.draws import Draws, Floats, Window
from arkit.sample.world import (
    ABROAD_WEIGHTS,
    BEHAVIOURS,
    COUNTRIES,
    CURRENCIES,
    ENTITIES,
    HOME_PER_HUNDRED,
    LATE_RANKS,
    MIXED_FROM_RANK,
    RARE,
    SEASON_NAMES,
    SHRINKING,
    SLID,
    SLID_RANKS,
    STORY_TERM,
    TERMS,
    Entity,
)

ITEMS_PER_CUSTOMER: Final = 50
LEAST_CUSTOMERS: Final = 12
DOCUMENTS_PER_ITEM: Final = 0.44
EURO_CENTS_PER_DOCUMENT: Final = 18_000_00
TOP_TEN_SHARE: Final = 0.3
RUN_WEIGHTS: Final = (15, 45, 25, 15)  # customers paying on any working day, on Thursdays, twice and once a month
BEHAVIOUR: Final = pl.Enum([*BEHAVIOURS, SLID])
COME_AND_GO: Final = (183, 639)  # customers come and go between these thousandths of the books' days
SUPPLIED_DAYS: Final = 30  # who stops paying is supplied so much longer
INTERCOMPANY_SHARE: Final = 0.012  # of turnover, for each entity


def entity_list(number: int) -> tuple[Entity, ...]:
    """So many entities; after the last of the world a second company follows in the same countries.

    >>> [entity.code for entity in entity_list(12)][-3:]
    ['MX', 'ES2', 'UK2']
    """
    rounds = [divmod(position, len(ENTITIES)) for position in range(number)]
    return tuple(ENTITIES[k]._replace(code=f"{ENTITIES[k].code}{again + 1 if again else ''}") for again, k in rounds)


def draw_clients(entities: tuple[Entity, ...], window: Window, *, items: int, seed: int) -> pl.DataFrame:
    """One row per customer, the largest first, then one per entity for its sales to the next entity.

    Currencies, countries and entities are positions in the lists of the world; money is in euro cents, days are day
    numbers. The row number is the customer's number in all working tables.
    """
    n = max(LEAST_CUSTOMERS, items // ITEMS_PER_CUSTOMER)
    draws = Draws(seed, "customers")
    clients = pl.DataFrame({"rank": np.arange(n), "turnover": _turnover(draws, n)})
    clients = clients.with_columns(_home(draws, n, entities), _behaviours(draws, n))
    clients = clients.with_columns(intercompany=pl.lit(False), regular=pl.lit(False)).pipe(_with_intercompany, entities)
    clients = _with_place(clients, entities, Draws(seed, "places"))
    clients = _with_payment_habits(clients, window, Draws(seed, "habits"))
    clients = _with_active_days(clients, window, Draws(seed, "active"))
    return _with_volume(clients, window, documents=int(items * DOCUMENTS_PER_ITEM)).with_row_index("client")


def _turnover(draws: Draws, n: int) -> Floats:
    """Shares of turnover by rank: the second and third not far behind the first, and a long tail."""
    shares = (0.8 + 0.4 * draws.share(n)) / (np.arange(n) + 3.0)
    if n >= 4 * MIXED_FROM_RANK:
        top, rest = np.cumsum(shares[:10])[-1], np.cumsum(shares[10:])[-1]
        shares[:10] *= TOP_TEN_SHARE / (1 - TOP_TEN_SHARE) * rest / top
    return np.asarray(shares / np.cumsum(shares)[-1], dtype=np.float64)


def _home(draws: Draws, n: int, entities: tuple[Entity, ...]) -> pl.Series:
    weights = [120 // (position + 2) for position in range(len(entities))]
    return pl.Series("entity", draws.pick(n, weights))


def _behaviours(draws: Draws, n: int) -> pl.Series:
    """How each customer pays: the quota of each behaviour, shuffled over all but the largest customers."""
    mixed = max(n - MIXED_FROM_RANK, 0)
    quotas = [(name, max(1, round(mixed * kind.per_hundred / 100))) for name, kind in BEHAVIOURS.items()]
    rare_first = sorted(quotas, key=lambda quota: quota[1])
    dealt = [name for name, quota in rare_first for _ in range(quota)][:mixed]
    dealt += ["punctual"] * (mixed - len(dealt))
    shuffled = pl.Series(dealt, dtype=pl.String).gather(draws.order(mixed))
    special = dict.fromkeys(LATE_RANKS, "habitually late") | dict.fromkeys(SLID_RANKS, SLID)
    largest = [special.get(rank, "punctual") for rank in range(MIXED_FROM_RANK)]
    return pl.concat([pl.Series(largest), shuffled]).cast(BEHAVIOUR).alias("behaviour")


def _with_intercompany(clients: pl.DataFrame, entities: tuple[Entity, ...]) -> pl.DataFrame:
    """Add, for each entity, the next one as its customer."""
    k = len(entities) if len(entities) > 1 else 0
    added = pl.DataFrame(
        {
            "rank": np.arange(k) + clients.height,
            "turnover": np.full(k, min(INTERCOMPANY_SHARE, 0.15 / max(k, 1))),
            "entity": np.arange(k),
            "behaviour": ["punctual"] * k,
            "intercompany": [True] * k,
            "regular": [True] * k,
        },
        schema=clients.schema,
    )
    return pl.concat([clients, added])


def _with_place(clients: pl.DataFrame, entities: tuple[Entity, ...], draws: Draws) -> pl.DataFrame:
    """Add country and currency: most customers are at home, the others often pay in their own currency."""
    n = clients.height
    codes = [country.code for country in COUNTRIES]
    entity, own = clients["entity"].to_numpy(), clients["intercompany"].to_numpy()
    home = np.asarray([codes.index(one.country) for one in entities])
    country = np.where(draws.below(n, 100) < HOME_PER_HUNDRED, home[entity], draws.pick(n, ABROAD_WEIGHTS))
    for code, every in RARE.items():
        country[np.arange(n) % every == every // 2] = codes.index(code)
    country = np.where(own, home[(entity + 1) % len(entities)], country)
    base = np.asarray([CURRENCIES.index(one.currency) for one in entities])[entity]
    theirs = np.asarray([CURRENCIES.index(one.currency) for one in COUNTRIES])[country]
    rare = np.isin(country, [codes.index(code) for code in RARE])
    currency = np.where(~own & (rare | (draws.below(n, 100) < 60)), theirs, base)
    return clients.with_columns(country=pl.Series(country), currency=pl.Series(currency), base=pl.Series(base))


def _with_payment_habits(clients: pl.DataFrame, window: Window, draws: Draws) -> pl.DataFrame:
    """Add terms, usual delay, spread, payment runs, and the day on which the behaviour sets in."""
    n = clients.height
    kind = _kinds_of(clients["behaviour"])
    delay = _between(draws.share(n), kind["least_delay"], kind["most_delay"])
    before = _between(draws.share(n), kind["starts_latest"], kind["starts_earliest"])
    regular, slid = clients["regular"] | kind["regular"], clients["behaviour"] == SLID
    terms = pl.Series(draws.pick(n, [term.weight for term in TERMS]))
    run = pl.Series(draws.pick(n, RUN_WEIGHTS))
    return clients.with_columns(
        delay=delay,
        spread=kind["spread"],
        since=pl.when(before > 0).then(window.last - before).when(slid).then(int(window.month_ends[-2]) + 1),
        least_documents=kind["least_documents"],
        regular=regular,
        terms=pl.when(clients["behaviour"].is_in([SLID, "one late invoice"])).then(STORY_TERM).otherwise(terms),
        run=pl.when(regular).then(0).when(pl.col("rank") < MIXED_FROM_RANK).then(1).otherwise(run),
        takes_discount=pl.Series(draws.below(n, 100) < 60),
    )


def _kinds_of(behaviours: pl.Series) -> pl.DataFrame:
    """What the world says of each customer's behaviour; who slid last month was punctual before."""
    kinds = pl.DataFrame(
        {
            "behaviour": list(BEHAVIOURS),
            "least_delay": [kind.delay[0] for kind in BEHAVIOURS.values()],
            "most_delay": [kind.delay[1] for kind in BEHAVIOURS.values()],
            "starts_latest": [kind.starts[0] for kind in BEHAVIOURS.values()],
            "starts_earliest": [kind.starts[1] for kind in BEHAVIOURS.values()],
            "spread": [kind.spread for kind in BEHAVIOURS.values()],
            "least_documents": [kind.least_documents for kind in BEHAVIOURS.values()],
            "regular": [kind.regular for kind in BEHAVIOURS.values()],
        }
    )
    names = behaviours.cast(pl.String).replace(SLID, "punctual").to_frame("behaviour")
    return names.join(kinds, on="behaviour", how="left", maintain_order="left")


def _between(share: Floats, low: pl.Series, high: pl.Series) -> pl.Series:
    """Whole numbers from low to high, both included, by a share of 0-1 of the way."""
    return low + (pl.Series(share) * (high - low + 1)).floor().cast(pl.Int64)


def _with_active_days(clients: pl.DataFrame, window: Window, draws: Draws) -> pl.DataFrame:
    """Add the first and last day of business: some are new, some have left, and nobody is supplied for ever unpaid."""
    n = clients.height
    span = window.last + 1 - window.start
    low, high = (span * share // 1000 for share in COME_AND_GO)
    luck, some = pl.Series(draws.below(n, 100)), pl.Series(draws.between(n, low, high))
    ordinary = pl.col("behaviour").is_in(["punctual", "habitually late"]) & (pl.col("rank") >= MIXED_FROM_RANK)
    ordinary &= ~pl.col("intercompany")
    stopped = pl.col("behaviour").is_in(["stops paying", "static debt"])
    season = pl.when(pl.col("rank") % 2 == 0).then(pl.lit("summer")).otherwise(pl.lit("winter"))
    usual = pl.when("regular").then(pl.lit("even")).otherwise(pl.lit("distributor"))
    return clients.with_columns(
        active_from=pl.when(ordinary & (luck < 12)).then(window.start + some).otherwise(window.first),
        active_to=pl.when(stopped)
        .then(pl.col("since") + SUPPLIED_DAYS)
        .when(ordinary & (luck >= 94))
        .then(window.last - some)
        .otherwise(window.end),
        season=pl.when(pl.col("behaviour") == "seasonal")
        .then(season)
        .when(pl.col("behaviour") == "declines")
        .then(pl.lit(SHRINKING))
        .otherwise(usual)
        .cast(pl.Enum(SEASON_NAMES)),
    )


def _with_volume(clients: pl.DataFrame, window: Window, *, documents: int) -> pl.DataFrame:
    """Add the number of documents and their usual amount: larger customers have more documents and larger ones."""
    weight = pl.col("turnover").sqrt()
    expected = (documents * weight / weight.cum_sum().last()).floor().cast(pl.Int64)
    counted = clients.with_columns(whole=pl.max_horizontal(expected, "least_documents"))
    total = documents * EURO_CENTS_PER_DOCUMENT
    active = pl.col("active_to") - pl.col("active_from")
    return counted.with_columns(
        usual_cents=(pl.col("turnover") * total / pl.col("whole")).floor().cast(pl.Int64),
        documents=pl.max_horizontal(pl.lit(2), pl.col("whole") * active // (window.end - window.first)),
    ).drop("whole")


def looked_up(clients: pl.DataFrame, columns: list[str], client: pl.Series) -> pl.DataFrame:
    """Columns of the customers, one row for each customer number given."""
    return clients.select(pl.col(columns).gather(client))
