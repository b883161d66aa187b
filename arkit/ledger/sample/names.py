"""Names of customers, as believable as made-up names can be, in the customer's own language."""

from __future__ import annotations

from typing import Final, NamedTuple

import polars as pl


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
