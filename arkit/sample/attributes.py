"""What is known of each customer: the rows of customers.csv, and what its documents say of it.

Names of customers, as believable as made-up names can be, in the customer's own language.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import polars as pl

from arkit.calendar import decimals
from arkit.sample.draws import Draws
from arkit.sample.movements import Rates
from arkit.sample.world import COLLECTORS, COUNTRIES, CURRENCIES, INDUSTRIES, SALESPERSONS, TERMS, Entity


class Naming(NamedTuple):
    """How companies are called in one language: a name of its own, a trade, legal forms."""

    pattern: str
    own: tuple[str, ...]
    trade: tuple[str, ...]
    forms: tuple[str, ...]


# The numbers of own names and of trades have no common divisor, so every pair comes up before one comes up again.
NAMINGS: Final = {
    "en": Naming(
        "{own} {trade} {form}",
        tuple(
            "Alder Brookside Calder Dunmore Easton Fairholm Greyfriars Hartwell Inverley Jessop Kestrel Langdale "
            "Merrow Northgate Oakhurst Pemberley Quarry Redmarsh Stourton Thornbury Ullswater Vale Westmere".split()
        ),
        tuple("Supplies Engineering Foods Motors Builders Interiors Hotels Tools Packaging Energy".split()),
        ("Ltd", "Group", "& Sons", "Company", "Partners"),
    ),
    "es": Naming(
        "{trade} {own} {form}",
        tuple(
            "Aranda Bermejo Cantabria Duero Ebro Fuensanta Guadiana Hinojosa Íñiguez Jarama Levante Miño Nogales "
            "Olivar Peñalba Quintana Ribera Segura Turia Urgel Valverde Yuste Zújar".split()
        ),
        tuple(
            "Almacenes Suministros Talleres Comercial Construcciones Hoteles Muebles Envases Hierros Bodegas".split()
        ),
        ("S.L.", "S.A.", "S.L.U.", "S.Coop."),
    ),
    "de": Naming(
        "{own} {trade} {form}",
        tuple(
            "Ahrens Böttcher Clausen Dörfler Eichinger Förster Grünwald Hübner Immler Jäger Köhler Lüders Möller "
            "Nürnberger Oßwald Pfäffle Quandel Röhrig Schäffer Tönnies Ulmer Voß Wäldele".split()
        ),
        tuple("Maschinenbau Handels Bau Lebensmittel Technik Möbel Werkzeug Energie Verpackung Logistik".split()),
        ("GmbH", "AG", "GmbH & Co. KG", "KG"),
    ),
    "ru": Naming(
        "{form} «{own} {trade}»",
        tuple(
            "Алтай Байтерек Весна Горизонт Дружба Енисей Заря Иртыш Каспий Лига Маяк Нива Океан Полюс Родник Степь "
            "Тобол Урал Феникс Центр Шаг Экран Юг".split()
        ),
        tuple("Снаб Строй Торг Маш Пром Сервис Продукт Авто Энерго Мебель".split()),
        ("ТОО", "АО", "ИП"),
    ),
    "zh": Naming(
        "{own}{trade}{form}",
        tuple(
            "上海华信 苏州宏达 宁波海丰 广州泰和 深圳明远 青岛蓝湾 杭州汇通 成都金桥 南京恒昌 天津永盛 "
            "武汉长江 厦门鹭达 大连北方 西安秦川 重庆山城 长沙湘云 合肥科创 福州榕信 济南泉城 无锡太湖 "
            "佛山南海 东莞兴业 珠海横琴".split()
        ),
        tuple("机械 贸易 食品 汽车配件 建材 家具 工具 包装 能源 物流".split()),
        ("有限公司", "股份有限公司"),
    ),
}


def customer_names(languages: pl.Series) -> pl.Series:
    """Return a name for each customer, by language; a pair that comes up again gets a number.

    >>> customer_names(pl.Series(["en", "en", "de"])).to_list()
    ['Alder Supplies Ltd', 'Brookside Engineering Group', 'Ahrens Maschinenbau GmbH']
    """
    frame = pl.DataFrame({"language": languages}).with_row_index("position")
    frame = frame.with_columns(number=pl.int_range(pl.len()).over("language"))
    named = [_named(frame.filter(language=language), naming) for language, naming in NAMINGS.items()]
    return pl.concat(named).sort("position")["name"]


def _named(frame: pl.DataFrame, naming: Naming) -> pl.DataFrame:
    number = frame["number"]
    pairs = len(naming.own) * len(naming.trade)
    words = pl.DataFrame(
        {
            "position": frame["position"],
            "again": number // pairs + 1,
            "own": pl.Series(naming.own).gather(number % len(naming.own)),
            "trade": pl.Series(naming.trade).gather(number % len(naming.trade)),
            "form": pl.Series(naming.forms).gather(number % len(naming.forms)),
        }
    )
    template = naming.pattern.format(own="{}", trade="{}", form="{}")
    order = sorted(("own", "trade", "form"), key=lambda part: naming.pattern.index("{" + part))
    ordinal = pl.when(pl.col("again") > 1).then(pl.format(" {}", "again")).otherwise(pl.lit(""))
    return words.select("position", name=pl.format(template, *order) + ordinal)


CUSTOMER_COLUMNS: Final = (
    "customer_id",
    "name",
    "valid_from",
    "parent",
    "industry",
    "size",
    "country",
    "credit_limit",
    "limit_currency",
    "insured_amount",
    "terms_days",
    "collector",
    "language",
    "intercompany",
    "supplier_id",
)
LARGE, MEDIUM = 0.1, 0.4  # ranks up to which a customer is large or medium
CHANCES: Final = ("parent", "insured", "supplier", "contract", "limit")
LIMIT_STEP: Final = 1000
DAYS_OF_LIMIT: Final = 25  # the limit allows for so many days after the due date
HOSTILE_NAMES: Final = ("<img src=x onerror=alert(1)>", '=HYPERLINK("http://evil.example","click")')
CHANGED_CUSTOMERS: Final = 3


def with_attributes(
    clients: pl.DataFrame, entities: tuple[Entity, ...], rates: Rates, *, seed: int, hostile: bool
) -> pl.DataFrame:
    """Return the customers with number, name, trade, size, limit and the people who look after them."""
    n = clients.height
    draws = Draws(seed, "attributes")
    chance = {name: pl.Series(draws.below(n, 100)) for name in CHANCES}
    countries = pl.DataFrame(COUNTRIES, schema=list(COUNTRIES[0]._fields), orient="row")[clients["country"]]
    numbers = pl.Series(draws.order(n) + 101)
    own = pl.Series([one.code for one in entities])[((clients["entity"] + 1) % len(entities)).to_list()]
    names = customer_names(countries["language"])
    size = pl.col("rank") / clients["intercompany"].not_().sum()
    clients = clients.with_columns(
        customer_id=pl.when("intercompany").then(pl.lit("IC-") + own).otherwise(numbers.cast(pl.String).str.zfill(6)),
        name=pl.when("intercompany").then(pl.lit("Group company ") + own).otherwise(names),
        industry=pl.Series(INDUSTRIES).gather(draws.below(n, len(INDUSTRIES))),
        size=pl.when(size < LARGE).then(pl.lit("L")).when(size < MEDIUM).then(pl.lit("M")).otherwise(pl.lit("S")),
        country=countries["code"],
        language=countries["language"],
        terms_days=pl.Series([term.days for term in TERMS]).gather(clients["terms"]),
        collector=pl.Series(COLLECTORS).gather(draws.below(n, len(COLLECTORS))),
        salesperson=pl.Series(SALESPERSONS).gather(draws.below(n, len(SALESPERSONS))),
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
    units = 10 ** np.asarray([decimals(code) for code in CURRENCIES])[base]
    exposure = pl.Series(rates.from_euro(cents.to_numpy(), base) // units)
    limit = (exposure * (130 + luck) // 100 // LIMIT_STEP + 1) * LIMIT_STEP
    outside = ~clients["intercompany"]
    return clients.with_columns(
        credit_limit=pl.when(outside).then(limit),
        insured_amount=pl.when(outside & (insured < 35)).then(limit * 8 // 10),
        limit_currency=pl.when(outside).then(pl.Series(CURRENCIES).gather(clients["base"])),
    )


def _with_names(clients: pl.DataFrame, *, hostile: bool) -> pl.DataFrame:
    """Call the two largest customers what an attacker would call them, if asked to."""
    if not hostile:
        return clients
    return clients.with_columns(name=clients["name"].scatter(list(range(len(HOSTILE_NAMES))), list(HOSTILE_NAMES)))


def customers_table(clients: pl.DataFrame, *, changed_on: int) -> pl.DataFrame:
    """Return customers.csv: one row per customer, and a second one for a few who changed collector and limit."""
    first = clients.with_columns(valid_from=pl.lit(None, dtype=pl.Date))
    middle = clients.height // 3
    changed = first[middle : middle + CHANGED_CUSTOMERS].with_columns(
        valid_from=pl.lit(changed_on).cast(pl.Date),
        credit_limit=pl.col("credit_limit") * 3 // 2,
        collector=pl.lit(COLLECTORS[0]),
    )
    return pl.concat([first, changed]).sort("customer_id", "valid_from").select(CUSTOMER_COLUMNS)


def behaviours_table(clients: pl.DataFrame) -> pl.DataFrame:
    """Return the answers: how each customer was made to pay, and since when."""
    return clients.select(
        "customer_id", behaviour=pl.col("behaviour").cast(pl.String), since=pl.col("since").cast(pl.Int32).cast(pl.Date)
    ).sort("customer_id")
