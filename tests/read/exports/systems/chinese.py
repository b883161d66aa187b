"""Kingdee 应收款明细表 with a running balance, Yonyou 往来明细 with a header of two rows."""

from decimal import Decimal
from itertools import groupby

from tests.read.exports.books import DAY, Item, Numbers, Terms, Told
from tests.read.exports.grids import Grid, Row, Style, row_of

NUMBERS = Numbers("XSFP{:06}", "HZFP{:06}", "XSKD{:06}", first=1)
KINGDEE_TERMS = Terms(seed=30, numbers=NUMBERS, currencies={"CNY": "1"}, part_payments=False, instalments=False)
KINGDEE_TOLD = Told(due=False)
KINGDEE_STYLE = Style(encoding="gb18030", thousands=",")
TYPES = {"invoice": "销售增值税专用发票", "credit_note": "红字销售发票", "receipt": "收款单"}
KINGDEE_HEADER = (
    "客户代码",
    "客户名称",
    "单据日期",
    "单据类型",
    "单据编号",
    "摘要",
    "币别",
    "本期应收",
    "本期收款",
    "期末余额",
)
KINGDEE_COLUMNS = {
    "customer_id": "客户代码",
    "name": "客户名称",
    "document_date": "单据日期",
    "item_type": "单据类型",
    "item_id": "单据编号",
    "currency": "币别",
    "debit": "本期应收",
    "credit": "本期收款",
}
NOTHING = Decimal("0.00")


def kingdee(items: tuple[Item, ...]) -> Grid:
    """Return the details: opening balance, documents with the balance after each, sums of the period and the year."""
    wide = len(KINGDEE_HEADER)
    rows: list[Row] = [
        row_of(wide, c0="应收款明细表"),
        row_of(wide, c0="公司名称:示例贸易有限公司", c4="期间:2026年01月至2026年10月", c7=f"截止日期:{DAY:%Y-%m-%d}"),
        KINGDEE_HEADER,
    ]
    places: list[int] = []
    for customer, of_customer in groupby(items, key=lambda item: item.customer):
        balance = NOTHING
        documents = sorted(of_customer, key=lambda item: (item.dated, item.document))
        rows.append(row_of(wide, c0=customer.number, c1=customer.name, c5="期初余额", c9=NOTHING))
        for item in documents:
            balance += item.amount
            places.append(len(rows))
            rows.append(_kingdee_row(item, balance))
        for title in ("本期合计", "本年累计"):
            rows.append(_kingdee_sum(customer.number, customer.name, title, documents))
    rows.append(_kingdee_sum("", "", "合计", list(items)))
    return Grid(tuple(rows), (2, 3), KINGDEE_COLUMNS, tuple(places))


def _kingdee_row(item: Item, balance: Decimal) -> Row:
    owed = None if item.kind == "receipt" else item.amount
    paid = -item.amount if item.kind == "receipt" else None
    customer = item.customer
    return (
        customer.number,
        customer.name,
        item.dated,
        TYPES[item.kind],
        item.document,
        "",
        "人民币",
        owed,
        paid,
        balance,
    )


def _kingdee_sum(number: str, name: str, title: str, items: list[Item]) -> Row:
    owed = sum((item.amount for item in items if item.kind != "receipt"), NOTHING)
    paid = sum((-item.amount for item in items if item.kind == "receipt"), NOTHING)
    return (number, name, None, None, None, title, None, owed, paid, owed - paid)


YONYOU_TERMS = Terms(seed=31, numbers=NUMBERS, currencies={"CNY": "1"}, instalments=False)
YONYOU_TOLD = Told(types=False)
YONYOU_STYLE = Style(kind="xlsx", sheet="往来明细")
YONYOU_COLUMNS = {
    "customer_id": "客户编码",
    "name": "客户名称",
    "item_id": "业务单号",
    "document_date": "业务日期",
    "due_date": "到期日",
    "currency": "币种",
    "debit": "借方 未结金额",
    "credit": "贷方 未结金额",
}


def yonyou(items: tuple[Item, ...]) -> Grid:
    """Return the details: debit and credit, each with what was posted, settled and is open; 小计 and 合计."""
    sides = ("发生金额", "已结金额", "未结金额")
    first: Row = (
        "客户编码",
        "客户名称",
        "业务单号",
        "业务日期",
        "到期日",
        "摘要",
        "币种",
        "借方",
        None,
        None,
        "贷方",
        None,
        None,
    )
    second: Row = (*([None] * 7), *sides, *sides)
    wide = len(first)
    rows: list[Row] = [
        row_of(wide, c0="往来明细"),
        row_of(wide, c0="单位:示例贸易有限公司", c4=f"截止日期:{DAY:%Y-%m-%d}"),
        first,
        second,
    ]
    places: list[int] = []
    open_items = [item for item in items if item.is_open]
    for customer, of_customer in groupby(open_items, key=lambda item: item.customer):
        owed = list(of_customer)
        places += range(len(rows), len(rows) + len(owed))
        rows += [_yonyou_row(item) for item in owed]
        rows.append((customer.number, customer.name, "小计", None, None, None, None, *_sides(owed)))
    rows.append(("合计", None, None, None, None, None, None, *_sides(open_items)))
    return Grid(tuple(rows), (2, 4), YONYOU_COLUMNS, tuple(places))


def _yonyou_row(item: Item) -> Row:
    words = TYPES[item.kind]
    customer = item.customer
    return (customer.number, customer.name, item.document, item.dated, item.due, words, "CNY", *_sides([item]))


def _sides(items: list[Item]) -> tuple[Decimal | None, ...]:
    debit, credit = [item for item in items if item.amount > 0], [item for item in items if item.amount < 0]
    shown: list[Decimal | None] = []
    for side, sign in ((debit, 1), (credit, -1)):
        posted = sum((sign * item.amount for item in side), NOTHING)
        left = sum((sign * item.left for item in side), NOTHING)
        shown += [posted, posted - left, left] if side else [None, None, None]
    return tuple(shown)
