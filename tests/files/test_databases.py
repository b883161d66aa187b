"""Databases: a query for each table, exact amounts, nothing changed, and no password in anything that is told."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
import sqlalchemy

import arkit as ar
from arkit.cli import main
from arkit.errors import ArkitError, LayoutError, ReadingError
from arkit.model.layout import TableLayout
from tests.read.files import DAY, layout
from tests.read.get_postgres import MISSING, find_postgres

PASSWORD = "s3cret%/word"
MADE = """
create table items (
    item_id varchar(20), customer_id varchar(20), document_date date, due_date date, currency char(3),
    amount numeric(18, 3), note varchar(50));
insert into items values ('A', '0010', '2026-01-05', '2026-02-04', 'EUR', 100.10, null);
insert into items values ('B', '0020', '2026-01-06', '2026-02-05', 'EUR', 123456789.01, 'eleven digits');
insert into items values ('C', '0020', '2026-01-06', '2026-02-05', 'KWD', 0.001, 'at 12:30, 50% :off');
insert into items values ('D', '0020', '2026-01-06', '2026-02-05', 'XXQ', 7, null);
create table receipts (beleg varchar(20), tag date, betrag numeric(18, 3));
insert into receipts values ('A', '2026-03-01', 40.05)
"""
RECEIPTS = TableLayout(
    query="select beleg, tag, betrag from receipts where ' :x' <> '50%' order by beleg",
    columns={"item_id": "beleg", "effective_on": "tag", "amount": "betrag"},
)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Start a PostgreSQL of the tests' own and return its URL; without one the tests that need it are left out."""
    place = find_postgres()
    if place is None:
        pytest.skip(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="arkit"))  # a socket's path may not be long
    (folder / "password").write_text(PASSWORD)
    user: dict[str, object] = {}
    if os.geteuid() == 0:  # PostgreSQL does not run as root.
        user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        subprocess.run(["chown", "-R", "nobody", folder], check=True)

    def run(command: str, *arguments: str) -> None:
        subprocess.run([place / command, "-D", folder / "data", *arguments], check=True, capture_output=True, **user)  # type: ignore[call-overload]

    run("initdb", "--auth=scram-sha-256", "--username=arkit", f"--pwfile={folder / 'password'}", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -F"
    run("pg_ctl", "--wait", "--silent", "--options", options, f"--log={folder / 'log'}", "start")
    yield f"postgresql+psycopg://arkit:s3cret%25%2Fword@/postgres?host={folder}"
    run("pg_ctl", "--wait", "--mode=immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(postgres_server: str) -> str:
    """Return the URL of a PostgreSQL with the tables."""
    with sqlalchemy.create_engine(postgres_server, poolclass=sqlalchemy.NullPool).begin() as connection:
        connection.exec_driver_sql("drop schema public cascade; create schema public")
        for statement in MADE.split(";"):
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    return postgres_server


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """Return the URL of a SQLite with the tables."""
    url = f"sqlite:///{tmp_path / 'books.sqlite'}"
    with sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool).begin() as connection:
        for statement in MADE.split(";"):
            connection.exec_driver_sql(statement)
    return url


@pytest.fixture
def duck(tmp_path: Path) -> str:
    """Return the path of a DuckDB file with the tables."""
    path = tmp_path / "books.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(MADE)
    return str(path)


def databases() -> Callable[[Callable[..., None]], Callable[..., None]]:
    return pytest.mark.parametrize("kind", ["sqlite", "duck", "postgres"])


def net(ledger: ar.Ledger) -> dict[str, float]:
    table = ar.aging_table(ledger, as_of=DAY)
    return dict(zip(table["currency"], table["net"], strict=True))


@databases()
def test_a_database_with_canonical_tables_and_a_query(kind: str, request: pytest.FixtureRequest) -> None:
    ledger = ar.read_ledger(request.getfixturevalue(kind), layout=layout(payments=RECEIPTS))
    assert net(ledger) == {"EUR": 123456849.06, "KWD": 0.001}
    assert ledger.items["customer_id"].tolist() == ["0010", "0020", "0020", "0010"]
    found = ledger.findings[["code", "source", "source_row"]].to_numpy().tolist()
    assert found == [["unknown_currency", "query of items", 4]]


@databases()
def test_a_query_for_the_items(kind: str, request: pytest.FixtureRequest) -> None:
    query = "-- of spring\nselect * from items where item_id < 'C' and '12:30' <> ':x'"
    ledger = ar.read_ledger(request.getfixturevalue(kind), layout=layout(items=TableLayout(query=query)))
    assert ledger.items["item_id"].tolist() == ["A", "B"]


@databases()
def test_nothing_is_changed(kind: str, request: pytest.FixtureRequest) -> None:
    """Not even by a query that begins like a select."""
    place = request.getfixturevalue(kind)
    with pytest.raises(LayoutError, match=r"query of items in the layout 'test' is not a select: 'delete from items'"):
        ar.read_ledger(place, layout=layout(items=TableLayout(query="delete from items")))
    hidden = "with gone as (delete from items returning *) select * from gone"
    with pytest.raises(ArkitError):
        ar.read_ledger(place, layout=layout(items=TableLayout(query=hidden)))
    assert len(ar.read_ledger(place, layout=layout()).items) == 3


def test_sqlite_is_told_to_refuse_changes(sqlite: str) -> None:
    query = (
        "select query_only as item_id, 1 as customer_id, '2026-01-05' as document_date, 'EUR' as currency, 7 as amount"
    )
    stated = TableLayout(query=f"{query} from pragma_query_only")
    assert ar.read_ledger(sqlite, layout=layout(items=stated)).items["item_id"].tolist() == ["1"]


@databases()
def test_a_query_that_fails_is_a_sentence(kind: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(ReadingError, match=r"cannot be read.*nowhere") as failed:
        ar.read_ledger(request.getfixturevalue(kind), layout=layout(items=TableLayout(query="select * from nowhere")))
    assert "\n" not in str(failed.value)


def test_amounts_never_pass_through_floating_point(postgres: str) -> None:
    """In floating point 0.1 + 0.2 is not 0.3, and these digits do not fit."""
    query = (
        "select 'A' as item_id, '1' as customer_id, date '2026-01-05' as document_date, 'EUR' as currency, "
        "x as amount from (values (0.1::numeric + 0.2), (90071992547409.92::numeric)) t(x)"
    )
    ledger = ar.read_ledger(postgres, layout=layout(items=TableLayout(query=query)))
    assert ledger.frames.entries["amount"].to_list() == [30]
    assert ledger.findings.set_index("code")["amount"]["duplicate_item"] == 90071992547409.92


def test_a_wrong_password_is_told_to_nobody(postgres_server: str, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = postgres_server.replace("s3cret", "wr0ng")
    for url in (
        wrong,
        wrong.replace("postgres?", "nowhere?"),
        wrong.replace(":wr0ng%25%2Fword@", "@") + "&password=wr0ng",
    ):
        assert main(["check", url, "--traceback"]) == 1
        said = capsys.readouterr()
        assert "wr0ng" not in said.err + said.out
        assert "cannot be read" in said.err


@pytest.mark.parametrize(
    "url",
    ["postgresql+psycopg://ann:wr0ng@/x?host=/nowhere", "nosuch://ann:wr0ng@host/x", "postgresql://ann:wr0ng@host:x/y"],
)
def test_a_url_that_leads_nowhere_is_a_sentence_without_its_password(url: str) -> None:
    with pytest.raises(ReadingError) as failed:
        ar.read_ledger(url, layout=layout())
    assert "wr0ng" not in str(failed.value)
    assert failed.value.__cause__ is None


def test_a_database_without_items_says_what_it_needs(sqlite: str) -> None:
    with sqlalchemy.create_engine(sqlite, poolclass=sqlalchemy.NullPool).begin() as connection:
        connection.exec_driver_sql("drop table items")
    with pytest.raises(ReadingError, match=r"books\.sqlite has no table items.*\[items\] query = "):
        ar.read_ledger(sqlite, layout=layout())


@pytest.mark.parametrize("kind", ["sqlite", "duck"])
def test_a_file_of_a_database_is_known_by_its_content(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    path = Path(request.getfixturevalue(kind).removeprefix("sqlite:///"))
    other = path.rename(tmp_path / "books.bin")
    assert len(ar.read_ledger(other, layout=layout()).items) == 3


def test_a_view_of_a_file_reaches_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("item_id\nA\n")
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        connection.execute(f"create view items as select * from read_csv('{tmp_path / 'secret.csv'}')")
    with pytest.raises(ReadingError, match="cannot be read as a DuckDB file"):
        ar.read_ledger(tmp_path / "x.duckdb", layout=layout())


def test_a_check_of_a_database(sqlite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import openpyxl

    found = tmp_path / "found.xlsx"
    assert main(["check", sqlite, "--findings", str(found)]) == 1
    assert capsys.readouterr().out.startswith("books.sqlite: 4 rows, 3 items")
    row = [cell.value for cell in openpyxl.load_workbook(found)["Items"][6]]
    assert row[:2] == [4, "unknown_currency"]
    assert row[7:] == ["D", "0020", "2026-01-06", "2026-02-05", "XXQ", "7", None]


def test_a_report_of_a_database_names_it_without_its_password(postgres: str, tmp_path: Path) -> None:
    stated = tmp_path / "layout.toml"
    stated.write_text('name = "books"\n[items]\nquery = "select * from items where item_id <> \'D\'"')
    options = ["--layout", str(stated), "--as-of", "2026-01-06", "--output", str(tmp_path / "out"), "--quiet"]
    assert main(["report", "--ledger", postgres, *options]) == 0
    made = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert {"run.json", "report.html", "report.xlsx"} <= {path.name for path in made}
    assert [path for path in made if b"s3cret" in path.read_bytes()] == []
    run = json.loads(next(path for path in made if path.name == "run.json").read_text())
    assert run["inputs"][0] == {"role": "ledger", "database": "postgres"}


def test_without_the_extra_the_way_out_is_named(tmp_path: Path) -> None:
    ask = (
        "import sys; sys.modules['sqlalchemy'] = None\n"
        "import arkit as ar\n"
        "try: ar.read_ledger('sqlite://')\n"
        "except ar.errors.ReadingError as error: print(error)"
    )
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert answer.stdout == "A database is read through SQLAlchemy; install arkit[sql].\n"
