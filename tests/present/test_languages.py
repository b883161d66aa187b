"""Tables, tiles and charts are in the language of the page; what is stored is not."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import arkit as ar
from arkit.kpi.registry import KPIS
from arkit.policy import DEFAULT_POLICY
from arkit.present.charts import aging_chart, kpi_chart
from arkit.present.html import Tile, definitions, table, tiles
from arkit.present.sheets import Sheet
from arkit.present.workbook import write_workbook
from arkit.words.catalogue import speaking
from arkit.words.columns import KINDS, TEXT_KINDS, column, day_shown, period_shown, short_amount, shown, shown_value

ITEMS = pd.DataFrame(
    {
        "item_type": ["credit_note", "invoice"],
        "bucket": ["not due", "over 90"],
        "category": ["new", "vip"],
        "name": ["paid", "Alder Bakery"],
        "currency": ["EUR", "EUR"],
        "open_amount": [1234.5, -2.0],
        "due_date": [date(2026, 10, 31), date(2026, 1, 31)],
    }
)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Due date", "credit_note", "not due", "over 90", "1,234.50", "31 Oct 2026"]),
        ("ru", ["Срок оплаты", "кредит-нота", "срок не наступил", "свыше 90", "1\xa0234,50", "31 окт. 2026"]),
        ("zh", ["到期日", "贷项通知单", "未到期", "90 以上", "1,234.50", "2026年10月31日"]),
    ],
)
def test_a_table_is_in_the_language_of_the_page(language: str, words: list[str]) -> None:
    with speaking(language):
        markup = table(ITEMS).markup
    assert [word for word in words if f">{word}<" not in markup] == []


def test_names_and_categories_of_a_company_stay_as_they_are() -> None:
    with speaking("ru"):
        markup = table(ITEMS).markup
    assert ">paid<" in markup
    assert ">vip<" in markup
    assert ">новый<" in markup


def test_a_cell_of_a_workbook_is_in_words_and_a_number_stays_a_number(tmp_path: Path) -> None:
    with speaking("ru"):
        sheet = Sheet(name="Позиции", table=ITEMS, totals=("open_amount",))
        write_workbook(tmp_path / "items.xlsx", sheets=[sheet], created=datetime(2026, 10, 31))
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(tmp_path / "items.xlsx")["Позиции"].rows]
    assert rows[4][:2] == ["Вид", "Интервал просрочки"]
    assert rows[5][:3] == ["кредит-нота", "срок не наступил", "новый"]
    assert rows[5][5] == 1234.5
    assert rows[7][0] == "Итого EUR"


def test_titles_ticks_and_number_marks_of_a_chart() -> None:
    aging = ar.aging_table(ar.sample_ledger(), as_of="2026-10-31")
    with speaking("ru"):
        drawn = aging_chart(aging.head(1), labels=DEFAULT_POLICY.labels, title="Задолженность").to_plotly_json()
    assert drawn["layout"]["separators"] == ",\xa0"
    assert drawn["data"][0]["x"][0] == "срок не наступил"
    assert drawn["data"][0]["x"][-1] == "незачтённые суммы"
    assert drawn["layout"]["xaxis"]["title"]["text"] == "дней просрочки"


def test_kpis_over_time_are_named_in_the_language_of_the_page() -> None:
    with speaking("zh"):
        trend = ar.kpi_trend(ar.sample_ledger(), as_of="2026-10-31", months=2, names=["dso"])
        drawn = kpi_chart(trend[trend["currency"] == "EUR"], title="指标").to_plotly_json()
    assert drawn["layout"]["annotations"][0]["text"] == "应收账款周转天数（季）"
    assert drawn["data"][0]["hovertemplate"].startswith("%{x|%Y年%-m月%-d日}")


def test_a_tile_without_a_number_says_why() -> None:
    with speaking("ru"):
        kpi = KPIS["dso"]
        assert "Нет значения: в периоде нет продаж" in tiles([Tile(kpi.title, reason=kpi.undefined_when[1])]).markup
        assert "Что означают эти числа" in definitions([]).markup


def test_days_months_and_short_amounts() -> None:
    day = date(2026, 9, 30)
    with speaking("ru"):
        assert (period_shown(day), short_amount(12_345_678.9, "EUR")) == ("сент. 2026", "12,3\xa0млн EUR")
    with speaking("zh"):
        assert (period_shown(day), day_shown(day), shown(0.234, "ratio")) == ("2026年9月", "2026年9月30日", "23.4%")


def test_kinds_say_what_a_column_is() -> None:
    assert {KINDS[name] for name in ("seconds", "months_of_history", "payments_per_month", "delay_trend")} == {
        "seconds",
        "months",
        "number",
        "deviations",
    }
    assert (shown(2.5, "seconds"), shown(-1.234, "deviations")) == ("2.5", "−1.23")
    assert column("bucket").kind in TEXT_KINDS


def test_a_label_that_only_looks_like_a_bucket_stays() -> None:
    with speaking("ru"):
        assert shown_value("over the limit") == "over the limit"
