"""Texts in the encodings of their countries: read by what their letters make, or asked; never wrong letters unsaid."""

from pathlib import Path

import pytest

import arkit as ar
from arkit.errors import ReadingError
from arkit.files.encodings import detected
from arkit.files.questions import QuestionsError

DE = "Beleg;Debitor;Belegdatum;Fällig am;Offen;Währung\nR1;Müller & Söhne;05.01.2026;04.02.2026;1.200,00;EUR\n"
FR = "Facture;Client;Date;Montant\nF1;Crème Forêt;05/01/2026;10,00\n"
ES = "Factura;Cliente;Fecha;Importe\nF1;Peña y Cía;05/01/2026;10,00\n"
PL = "Faktura;Kontrahent;Data wystawienia;Kwota\nF1;Łódź Gdańsk;05/01/2026;10,00\n"
TR = "Fatura No;Müşteri;Vade Tarihi;Tutar\nF1;Güneş Ağaç A.Ş.;05/01/2026;10,00\n"
DE_NAME = "Invoice;Customer;Amount;Date\nR1;Müller GmbH;1,200.00;2026-01-05\n"
RU = "Документ;Покупатель;Дата;Сумма\nF1;ООО «Ромашка»;05/01/2026;10,00\n"
RU_NAMES = "Invoice;Customer;Amount;Date\nF1;Ромашка Василёк;10.00;2026-01-05\n"
ZH = "单据号,客户,日期,金额\nF1,北京公司,2026-01-05,10.00\n"
TW = "發票號碼,客戶,日期,金額\nF1,臺北公司,115/01/05,10\n"
JA = "伝票番号,得意先,日付,金額\nF1,株式会社東京,2026-01-05,\\10\n"
JA_KANA = "Invoice,Customer,Amount,Date\nF1,ﾄﾖﾀ ﾊﾅｺ,10,2026-01-05\n"


@pytest.mark.parametrize(
    ("text", "encodings"),
    [
        (DE, ("cp1252", "cp1250", "cp1254", "utf-8", "utf-16", "utf-16-le", "utf-16-be")),
        (DE_NAME, ("cp1252",)),
        (FR, ("cp1252", "cp1254")),
        (ES, ("cp1252",)),
        (PL, ("cp1250", "utf-16-le")),
        (TR, ("cp1254",)),
        (RU, ("cp1251", "utf-16", "utf-16-be")),
        (RU_NAMES, ("cp1251", "koi8-r", "cp866")),
        (ZH, ("gb18030", "utf-16", "utf-16-le")),
        (TW, ("big5", "gb18030")),
        (JA, ("cp932", "utf-16-be")),
        (JA_KANA, ("cp932",)),
    ],
)
def test_an_encoding_shows_in_its_letters(text: str, encodings: tuple[str, ...]) -> None:
    for encoding in encodings:
        content = text.encode(encoding)
        assert content.decode(detected(content, "x.csv")) == text, encoding


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("北京科技有限公司", "gb18030"),
        ("中国石油化工股份有限公司", "gb18030"),
        ("李明", "gb18030"),
        ("王小明", "big5"),
        ("ｶ)ﾔﾏﾀﾞｼﾖｳﾃﾝ", "cp932"),
        ("株式会社山田", "cp932"),
        ("Åkerlund & Øst", "cp1252"),
    ],
)
def test_a_name_under_english_headers_tells_the_encoding(name: str, encoding: str) -> None:
    content = f"Invoice,Customer,Amount,Date\nF1,{name},10.00,2026-01-05\n".encode(encoding)
    assert name in content.decode(detected(content, "x.csv"))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Invoice;Customer;Amount;Date\nF1;Peña;10.00;2026-01-05\n", "cp1252"),
        ("Invoice;Customer;Amount;Date\nF1;Gdańsk;10.00;2026-01-05\n", "cp1250"),
    ],
)
def test_letters_that_fit_several_languages_are_asked_for(text: str, encoding: str) -> None:
    with pytest.raises(QuestionsError) as asked:
        detected(text.encode(encoding), "x.csv")
    offered = {each.value: each.evidence for each in asked.value.questions[0].candidates}
    assert offered[encoding] in text
    assert len(offered) > 1


def test_the_answer_is_an_encoding(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_bytes(
        "Invoice;Customer;Open Amount;Invoice Date;Currency\nF1;Peña;10.00;2026-01-05;EUR\n".encode("cp1252")
    )
    ledger = ar.read_ledger(path, snapshot_on="2026-03-31", hints={"encoding": "cp1252"})
    assert ledger.items["customer_id"].to_list() == ["Peña"]


def test_utf_8_with_a_broken_byte_is_not_read_as_another_encoding() -> None:
    content = DE.encode() + "R2;Größe;05.01.2026;04.02.2026;10,00;EUR\n".encode("cp1252")
    with pytest.raises(ReadingError, match="line 3"):
        detected(content, "x.csv")
