"""Databases: one query for each table, in one read-only transaction, with amounts as exact as the database has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from arkit.errors import ArkitError, LayoutError, ReadingError, listed
from arkit.files.open_file import numbered
from arkit.files.places import first_line, kind_of, refuse_repeated
from arkit.model.layout import Layout
from arkit.model.schema import TABLES
from arkit.words.catalogue import ENGLISH, text

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

Run = Callable[[str], pl.DataFrame]

_URL: Final = re.compile(r"^[A-Za-z][\w+]*://")
_PARAMETER: Final = re.compile(r"(?<![:\w\\]):(?=\w)")
"""What SQLAlchemy would take for a parameter: in a query of a layout it is always text."""

_QUERY: Final = re.compile(r"(?is)^(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:select|with|values|from|table)\b")
_SECRET: Final = re.compile(r"(?i)pass|pwd|secret|token|key")
_WITHIN: Final = re.compile(r"(?i)(?:pass\w*|pwd)=([^;&]+)")
_NO_ACCESS: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
}
_SNAPSHOT: Final = {"postgresql": {"isolation_level": "REPEATABLE_READ", "postgresql_readonly": True}}
_READ_ONLY: Final = {
    "sqlite": "PRAGMA query_only = ON",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
    "oracle": "SET TRANSACTION READ ONLY",
}


def is_url(path: object) -> bool:
    """Whether a text is the URL of a database."""
    return isinstance(path, str) and bool(_URL.match(path))


def is_database(path: object) -> bool:
    """Whether what is named is a database: a URL, or a file of DuckDB or SQLite."""
    if not isinstance(path, str | Path) or is_url(path):
        return is_url(path)
    return Path(path).is_file() and kind_of(Path(path)) in ("duckdb", "sqlite")


def read_database(path: str | Path, *, layout: Layout) -> dict[str, pl.DataFrame]:
    """The rows of each table: those of its query, or of the table of the database that is called like it.

    Rows are numbered as they come; a query with ``order by`` gives the same numbers again. All queries see the database
    as of one moment where it can do that (PostgreSQL, DuckDB, SQLite), none can change it, and a password of the URL is
    in no message.

    Raises
    ------
    ReadingError
        The database cannot be reached, or a query fails.
    LayoutError
        A query does something other than select.
    """
    _refuse_other_statements(layout)
    where = name_of(path)
    opened = _duckdb(Path(path)) if not is_url(path) and kind_of(Path(path)) == "duckdb" else _sql(str(path))
    with opened as (run, present):
        queries = _queries(layout, present, where)
        return {name: _rows(run, query, name, where) for name, query in queries.items()}


def _queries(layout: Layout, present: Mapping[str, str], where: str) -> dict[str, str]:
    """The query of each table; ``present`` has those of the canonical tables in the database."""
    stated = {name: table.query for name, table in layout.tables().items() if table.query}
    queries = {name: query for name, query in {**present, **stated}.items() if name in TABLES}
    if "items" not in queries:
        raise ReadingError(
            f"The database {where} has no table items, and the layout {layout.name!r} no query for them. Put one into "
            f'the layout: [items] query = "select ...". The database has: {listed(present)}.'
        )
    return queries


def _rows(run: Run, query: str, name: str, where: str) -> pl.DataFrame:
    rows = run(query)
    refuse_repeated(rows.columns, f"The query of {name} in {where}")
    return numbered(rows, 1)


def _refuse_other_statements(layout: Layout) -> None:
    for name, table in layout.tables().items():
        if table.query and not _QUERY.match(table.query):
            raise LayoutError(
                f"The query of {name} in the layout {layout.name!r} is not a select: {first_line(table.query)[:80]!r}. "
                "arkit only reads."
            )


def query_of(table: str) -> str:
    """What findings call the place that the rows of a table come from."""
    return text("read.file.query", language=ENGLISH, table=table)


def name_of(path: str | Path) -> str:
    """What a file or database is called, without the URL that leads to it and the secrets in it."""
    if not is_url(path):
        return Path(path).name
    try:
        name = Path(_url(str(path)).database or "").name
    except (ImportError, ReadingError):
        name = ""
    return name or text("read.file.database", language=ENGLISH)


@contextmanager
def _duckdb(path: Path) -> Iterator[tuple[Run, dict[str, str]]]:
    try:
        import duckdb
    except ImportError as error:
        raise ReadingError(f"{path.name} is a DuckDB file; install arkit[duckdb] to read it.") from error
    try:
        # A view in a file may name other files, or places in the network; it has no access to them.
        with duckdb.connect(str(path), read_only=True, config=_NO_ACCESS) as connection:
            # One transaction, so that all queries see the file as of one moment.
            connection.execute("begin")

            def run(query: str) -> pl.DataFrame:
                return pl.read_database(query, connection)

            names = run("select table_name from information_schema.tables")["table_name"]
            yield run, _selects(names.to_list())
    except duckdb.Error as error:
        raise ReadingError(f"{path.name} cannot be read as a DuckDB file: {first_line(error)}.") from error


@contextmanager
def _sql(path: str) -> Iterator[tuple[Run, dict[str, str]]]:
    try:
        import sqlalchemy
    except ImportError as error:
        raise ReadingError("A database is read through SQLAlchemy; install arkit[sql].") from error
    url = _url(path)
    try:
        # Without a pool: no connection, and no session with a password, outlives the reading.
        engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool, hide_parameters=True)
        with engine.connect().execution_options(**_SNAPSHOT.get(url.get_backend_name(), {})) as connection:
            if statement := _READ_ONLY.get(url.get_backend_name()):
                connection.exec_driver_sql(statement)
            names = sqlalchemy.inspect(connection)
            yield _runner(connection), _selects([*names.get_table_names(), *names.get_view_names()])
            connection.rollback()
    except ArkitError:
        raise
    except Exception as error:  # Each driver has errors of its own, and their text may hold a password.
        reason = _without_secrets(first_line(error), url)
        # Not from the error: a traceback would show the driver's own text, and the secrets in it.
        raise ReadingError(f"The database {name_of(path)} cannot be read: {reason}.") from None


def _runner(connection: Connection) -> Run:
    import sqlalchemy

    def run(query: str) -> pl.DataFrame:
        # All rows decide on the type of a column: the first may all be whole, or missing.
        return pl.read_database(sqlalchemy.text(_PARAMETER.sub(r"\\:", query)), connection, infer_schema_length=None)

    return run


def _url(path: str) -> URL:
    from sqlalchemy import make_url

    if not is_url(path):
        return make_url("sqlite://").set(database=f"file:{Path(path).resolve()}", query={"mode": "ro", "uri": "true"})
    try:
        return make_url(path)
    except Exception:  # The message would show the URL, and with it a password.
        raise ReadingError(
            "The URL of the database cannot be understood. It is written driver://user:password@host/database, with "
            "special characters of the password percent-encoded."
        ) from None


def _without_secrets(message: str, url: URL) -> str:
    values: Mapping[str, Any] = url.query
    secrets = [str(url.password or ""), *(str(value) for name, value in values.items() if _SECRET.search(name))]
    secrets += [secret for value in values.values() for secret in _WITHIN.findall(str(value))]
    for secret in filter(None, secrets):
        message = message.replace(secret, "***")
    return message


def _selects(names: list[str]) -> dict[str, str]:
    """A query for each table that is called like a canonical one."""
    return {name.lower(): f'select * from "{name}"' for name in names if name.lower() in TABLES}
