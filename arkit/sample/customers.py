"""The customers: who they are, how much they buy, how they pay, what they are called and what their limit is."""

from functools import cache
from typing import Final

import msgspec
import numpy as np
import polars as pl

from arkit.calendar import decimals
from arkit.errors import LedgerError
from arkit.resources import resource
from arkit.sample import world
from arkit.sample.movements import Rates
from arkit.settings import read_settings

HOME_PER_HUNDRED: Final = 72  # customers of an entity's own country
ABROAD_WEIGHTS: Final = (10, 10, 10, 18, 14, 8, 8, 10, 12, 3, 3)  # the others, by country; home again is possible
RARE: Final = {"JP": 37, "KW": 61}  # one customer in so many, counted from the middle: there is always one
SLID_RANKS: Final = (2, 4, 7)  # the customers of the last month's story, by size
LATE_RANKS: Final = (1, 5)
STORY_TERM: Final = 1  # who has a story to tell in the last months is on 30 days, so that it shows in time
ITEMS_PER_CUSTOMER: Final = 50
LEAST_CUSTOMERS: Final = 12
DOCUMENTS_PER_ITEM: Final = 0.44
EURO_CENTS_PER_DOCUMENT: Final = 18_000_00
TOP_TEN_SHARE: Final = 0.3
RUN_WEIGHTS: Final = (15, 45, 25, 15)  # customers paying on any working day, on Thursdays, twice and once a month
BEHAVIOUR: Final = pl.Enum([*world.WORLD.behaviours, world.SLID])
COME_AND_GO: Final = (183, 639)  # customers come and go between these thousandths of the books' days
SUPPLIED_DAYS: Final = 30  # who stops paying is supplied so much longer
INTERCOMPANY_SHARE: Final = 0.012  # of turnover, for each entity
CUSTOMER_COLUMNS: Final = (
    *("customer_id", "name", "valid_from", "parent", "industry", "size", "country", "credit_limit"),
    *("limit_currency", "insured_amount", "terms_days", "collector", "language", "intercompany", "supplier_id"),
)
LARGE, MEDIUM = 0.1, 0.4  # ranks up to which a customer is large or medium
CHANCES: Final = ("parent", "insured", "supplier", "contract", "limit")
LIMIT_STEP: Final = 1000
DAYS_OF_LIMIT: Final = 25  # the limit allows for so many days after the due date
HOSTILE_NAMES: Final = ("<img src=x onerror=alert(1)>", '=HYPERLINK("http://evil.example","click")')
CHANGED_CUSTOMERS: Final = 3


def entity_list(number: int) -> tuple[world.Entity, ...]:
    """So many entities; after the last of the world a second company follows in the same countries.

    >>> [entity.code for entity in entity_list(12)][-3:]
    ['MX', 'ES2', 'UK2']
    """
    rounds = [divmod(position, len(world.WORLD.entities)) for position in range(number)]
    return tuple(
        world.WORLD.entities[k]._replace(code=f"{world.WORLD.entities[k].code}{again + 1 if again else ''}")
        for again, k in rounds
    )


def draw_clients(entities: tuple[world.Entity, ...], window: world.Window, *, items: int, seed: int) -> pl.DataFrame:
    """One row per customer, the largest first, then one per entity for its sales to the next entity.

    Currencies, countries and entities are positions in the lists of the world; money is in euro cents, days are day
    numbers. The row number is the customer's number in all working tables.
    """
    n = max(LEAST_CUSTOMERS, items // ITEMS_PER_CUSTOMER)
    draws = world.Draws(seed, "customers")
    clients = pl.DataFrame({"rank": np.arange(n), "turnover": _turnover(draws, n)})
    clients = clients.with_columns(_home(draws, n, entities), _behaviours(draws, n))
    clients = clients.with_columns(intercompany=pl.lit(False), regular=pl.lit(False)).pipe(_with_intercompany, entities)
    clients = _with_place(clients, entities, world.Draws(seed, "places"))
    clients = _with_payment_habits(clients, window, world.Draws(seed, "habits"))
    clients = _with_active_days(clients, window, world.Draws(seed, "active"))
    return _with_volume(clients, window, documents=int(items * DOCUMENTS_PER_ITEM)).with_row_index("client")


def _turnover(draws: world.Draws, n: int) -> world.Floats:
    """Shares of turnover by rank: the second and third not far behind the first, and a long tail."""
    shares = (0.8 + 0.4 * draws.share(n)) / (np.arange(n) + 3.0)
    if n >= 4 * world.MIXED_FROM_RANK:
        top, rest = np.cumsum(shares[:10])[-1], np.cumsum(shares[10:])[-1]
        shares[:10] *= TOP_TEN_SHARE / (1 - TOP_TEN_SHARE) * rest / top
    return np.asarray(shares / np.cumsum(shares)[-1], dtype=np.float64)


def _home(draws: world.Draws, n: int, entities: tuple[world.Entity, ...]) -> pl.Series:
    weights = [120 // (position + 2) for position in range(len(entities))]
    return pl.Series("entity", draws.pick(n, weights))


def _behaviours(draws: world.Draws, n: int) -> pl.Series:
    """How each customer pays: the quota of each behaviour, shuffled over all but the largest customers."""
    mixed = max(n - world.MIXED_FROM_RANK, 0)
    quotas = [(name, max(1, round(mixed * kind.per_hundred / 100))) for name, kind in world.WORLD.behaviours.items()]
    # A small company has no room for all quotas and loses the end of the list: each rare behaviour is there before it.
    rare_first = sorted(quotas, key=lambda quota: quota[1])
    dealt = [name for name, quota in rare_first for _ in range(quota)][:mixed]
    dealt += ["punctual"] * (mixed - len(dealt))
    shuffled = pl.Series(dealt, dtype=pl.String).gather(draws.order(mixed))
    special = dict.fromkeys(LATE_RANKS, "habitually late") | dict.fromkeys(SLID_RANKS, world.SLID)
    largest = [special.get(rank, "punctual") for rank in range(world.MIXED_FROM_RANK)]
    return pl.concat([pl.Series(largest), shuffled]).cast(BEHAVIOUR).alias("behaviour")


def _with_intercompany(clients: pl.DataFrame, entities: tuple[world.Entity, ...]) -> pl.DataFrame:
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


def _with_place(clients: pl.DataFrame, entities: tuple[world.Entity, ...], draws: world.Draws) -> pl.DataFrame:
    """Add country and currency: most customers are at home, the others often pay in their own currency."""
    n = clients.height
    codes = [country.code for country in world.WORLD.countries]
    entity, own = clients["entity"].to_numpy(), clients["intercompany"].to_numpy()
    home = np.asarray([codes.index(one.country) for one in entities])
    country = np.where(draws.below(n, 100) < HOME_PER_HUNDRED, home[entity], draws.pick(n, ABROAD_WEIGHTS))
    for code, every in RARE.items():
        country[np.arange(n) % every == every // 2] = codes.index(code)
    country = np.where(own, home[(entity + 1) % len(entities)], country)
    base = np.asarray([world.CURRENCIES.index(one.currency) for one in entities])[entity]
    theirs = np.asarray([world.CURRENCIES.index(one.currency) for one in world.WORLD.countries])[country]
    rare = np.isin(country, [codes.index(code) for code in RARE])
    currency = np.where(~own & (rare | (draws.below(n, 100) < 60)), theirs, base)
    return clients.with_columns(country=pl.Series(country), currency=pl.Series(currency), base=pl.Series(base))


def _with_payment_habits(clients: pl.DataFrame, window: world.Window, draws: world.Draws) -> pl.DataFrame:
    """Add terms, usual delay, spread, payment runs, and the day on which the behaviour sets in."""
    n = clients.height
    kind = _kinds_of(clients["behaviour"])
    delay = _between(draws.share(n), kind["least_delay"], kind["most_delay"])
    before = _between(draws.share(n), kind["starts_latest"], kind["starts_earliest"])
    regular, slid = clients["regular"] | kind["regular"], clients["behaviour"] == world.SLID
    terms = pl.Series(draws.pick(n, [term.weight for term in world.WORLD.terms]))
    run = pl.Series(draws.pick(n, RUN_WEIGHTS))
    return clients.with_columns(
        delay=delay,
        spread=kind["spread"],
        since=pl.when(before > 0).then(window.last - before).when(slid).then(int(window.month_ends[-2]) + 1),
        least_documents=kind["least_documents"],
        regular=regular,
        terms=pl.when(clients["behaviour"].is_in([world.SLID, "one late invoice"])).then(STORY_TERM).otherwise(terms),
        run=pl.when(regular).then(0).when(pl.col("rank") < world.MIXED_FROM_RANK).then(1).otherwise(run),
        takes_discount=pl.Series(draws.below(n, 100) < 60),
    )


def _kinds_of(behaviours: pl.Series) -> pl.DataFrame:
    """What the world says of each customer's behaviour; who slid last month was punctual before."""
    kinds = pl.DataFrame(
        {
            "behaviour": list(world.WORLD.behaviours),
            "least_delay": [kind.delay[0] for kind in world.WORLD.behaviours.values()],
            "most_delay": [kind.delay[1] for kind in world.WORLD.behaviours.values()],
            "starts_latest": [kind.starts[0] for kind in world.WORLD.behaviours.values()],
            "starts_earliest": [kind.starts[1] for kind in world.WORLD.behaviours.values()],
            "spread": [kind.spread for kind in world.WORLD.behaviours.values()],
            "least_documents": [kind.least_documents for kind in world.WORLD.behaviours.values()],
            "regular": [kind.regular for kind in world.WORLD.behaviours.values()],
        }
    )
    names = behaviours.cast(pl.String).replace(world.SLID, "punctual").to_frame("behaviour")
    return names.join(kinds, on="behaviour", how="left", maintain_order="left")


def _between(share: world.Floats, low: pl.Series, high: pl.Series) -> pl.Series:
    """Whole numbers from low to high, both included, by a share of 0-1 of the way."""
    return low + (pl.Series(share) * (high - low + 1)).floor().cast(pl.Int64)


def _with_active_days(clients: pl.DataFrame, window: world.Window, draws: world.Draws) -> pl.DataFrame:
    """Add the first and last day of business: some are new, some have left, and nobody is supplied for ever unpaid."""
    n = clients.height
    span = window.last + 1 - window.start
    low, high = (span * share // 1000 for share in COME_AND_GO)
    luck, some = pl.Series(draws.below(n, 100)), pl.Series(draws.between(n, low, high))
    ordinary = pl.col("behaviour").is_in(["punctual", "habitually late"]) & (pl.col("rank") >= world.MIXED_FROM_RANK)
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
        .then(pl.lit(world.SHRINKING))
        .otherwise(usual)
        .cast(pl.Enum(world.SEASON_NAMES)),
    )


def _with_volume(clients: pl.DataFrame, window: world.Window, *, documents: int) -> pl.DataFrame:
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


class Naming(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How companies are called in one language: names of their own and trades, apart by spaces; legal forms."""

    pattern: str
    own: str
    trade: str
    forms: tuple[str, ...]


class Namings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What templates/sample/names.toml holds: how companies are called, by language."""

    languages: dict[str, Naming]


@cache
def _namings() -> dict[str, Naming]:
    return read_settings(resource("templates/sample/names.toml"), Namings, what="names", error=LedgerError).languages


def customer_names(languages: pl.Series) -> pl.Series:
    """A name for each customer, by language; a pair that comes up again gets a number.

    >>> customer_names(pl.Series(["en", "en", "de"])).to_list()
    ['Alder Supplies Ltd', 'Brookside Engineering Group', 'Ahrens Maschinenbau GmbH']
    """
    frame = pl.DataFrame({"language": languages}).with_row_index("position")
    frame = frame.with_columns(number=pl.int_range(pl.len()).over("language"))
    named = [_named(frame.filter(language=language), naming) for language, naming in _namings().items()]
    return pl.concat(named).sort("position")["name"]


def _named(frame: pl.DataFrame, naming: Naming) -> pl.DataFrame:
    number, owns, trades = frame["number"], naming.own.split(), naming.trade.split()
    words = pl.DataFrame(
        {
            "position": frame["position"],
            "again": number // (len(owns) * len(trades)) + 1,
            "own": pl.Series(owns).gather(number % len(owns)),
            "trade": pl.Series(trades).gather(number % len(trades)),
            "form": pl.Series(naming.forms).gather(number % len(naming.forms)),
        }
    )
    template = naming.pattern.format(own="{}", trade="{}", form="{}")
    # pl.format fills by position, and each language has its own order of the parts.
    order = sorted(("own", "trade", "form"), key=lambda part: naming.pattern.index("{" + part))
    ordinal = pl.when(pl.col("again") > 1).then(pl.format(" {}", "again")).otherwise(pl.lit(""))
    return words.select("position", name=pl.format(template, *order) + ordinal)


def with_attributes(
    clients: pl.DataFrame, entities: tuple[world.Entity, ...], rates: Rates, *, seed: int, hostile: bool
) -> pl.DataFrame:
    """The customers with number, name, trade, size, limit and the people who look after them."""
    n = clients.height
    draws = world.Draws(seed, "attributes")
    chance = {name: pl.Series(draws.below(n, 100)) for name in CHANCES}
    countries = pl.DataFrame(world.WORLD.countries, schema=list(world.WORLD.countries[0]._fields), orient="row")[
        clients["country"]
    ]
    numbers = pl.Series(draws.order(n) + 101)
    own = pl.Series([one.code for one in entities])[((clients["entity"] + 1) % len(entities)).to_list()]
    names = customer_names(countries["language"])
    size = pl.col("rank") / clients["intercompany"].not_().sum()
    clients = clients.with_columns(
        customer_id=pl.when("intercompany").then(pl.lit("IC-") + own).otherwise(numbers.cast(pl.String).str.zfill(6)),
        name=pl.when("intercompany").then(pl.lit(f"{world.WORLD.group_company} ") + own).otherwise(names),
        industry=pl.Series(world.WORLD.industries).gather(draws.below(n, len(world.WORLD.industries))),
        size=pl.when(size < LARGE).then(pl.lit("L")).when(size < MEDIUM).then(pl.lit("M")).otherwise(pl.lit("S")),
        country=countries["code"],
        language=countries["language"],
        terms_days=pl.Series([term.days for term in world.WORLD.terms]).gather(clients["terms"]),
        collector=pl.Series(world.WORLD.collectors).gather(draws.below(n, len(world.WORLD.collectors))),
        salesperson=pl.Series(world.WORLD.salespersons).gather(draws.below(n, len(world.WORLD.salespersons))),
        contract=pl.when(chance["contract"] < 20).then(pl.lit("K") + numbers.cast(pl.String)),
        supplier_id=pl.when(chance["supplier"] < 5).then(pl.lit("V") + numbers.cast(pl.String)),
    )
    clients = _with_parent(clients, chance["parent"])
    return _with_names(_with_limit(clients, rates, chance["limit"], chance["insured"]), hostile=hostile)


def _with_parent(clients: pl.DataFrame, luck: pl.Series) -> pl.DataFrame:
    """Let some of the smaller customers belong to one of the eight largest."""
    belongs = (luck < 7) & (clients["rank"] >= 10) & ~clients["intercompany"]
    return clients.with_columns(parent=pl.when(belongs).then(clients["customer_id"].gather(luck.clip(0, 7))))


def _with_limit(clients: pl.DataFrame, rates: Rates, luck: pl.Series, insured: pl.Series) -> pl.DataFrame:
    """Add credit limit and insured amount in whole thousands of the entity's base currency."""
    active_days = pl.col("active_to") - pl.col("active_from")
    days = pl.col("terms_days") + DAYS_OF_LIMIT
    cents = clients.select(pl.col("usual_cents") * pl.col("documents") * days // active_days).to_series()
    base = clients["base"].to_numpy()
    units = 10 ** np.asarray([decimals(code) for code in world.CURRENCIES])[base]
    exposure = pl.Series(rates.from_euro(cents.to_numpy(), base) // units)
    limit = (exposure * (130 + luck) // 100 // LIMIT_STEP + 1) * LIMIT_STEP
    outside = ~clients["intercompany"]
    return clients.with_columns(
        credit_limit=pl.when(outside).then(limit),
        insured_amount=pl.when(outside & (insured < 35)).then(limit * 8 // 10),
        limit_currency=pl.when(outside).then(pl.Series(world.CURRENCIES).gather(clients["base"])),
    )


def _with_names(clients: pl.DataFrame, *, hostile: bool) -> pl.DataFrame:
    """Call the two largest customers what an attacker would call them, if asked to."""
    if not hostile:
        return clients
    return clients.with_columns(name=clients["name"].scatter(list(range(len(HOSTILE_NAMES))), list(HOSTILE_NAMES)))


def customers_table(clients: pl.DataFrame, *, changed_on: int) -> pl.DataFrame:
    """Customers.csv: one row per customer, and a second one for a few who changed collector and limit."""
    first = clients.with_columns(valid_from=pl.lit(None, dtype=pl.Date))
    middle = clients.height // 3
    changed = first[middle : middle + CHANGED_CUSTOMERS].with_columns(
        valid_from=pl.lit(changed_on).cast(pl.Date),
        credit_limit=pl.col("credit_limit") * 3 // 2,
        collector=pl.lit(world.WORLD.collectors[0]),
    )
    return pl.concat([first, changed]).sort("customer_id", "valid_from").select(CUSTOMER_COLUMNS)


def behaviours_table(clients: pl.DataFrame) -> pl.DataFrame:
    """The answers: how each customer was made to pay, and since when."""
    return clients.select(
        "customer_id", behaviour=pl.col("behaviour").cast(pl.String), since=pl.col("since").cast(pl.Int32).cast(pl.Date)
    ).sort("customer_id")
