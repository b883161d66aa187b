"""The steps of a report: each writes one file into the folder that fills.

What was published before a report, compared with what is known now.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
import pandas as pd

from arkit.calendar import months_before
from arkit.flows.changes import explain_changes, last_known
from arkit.model.ledger import Ledger
from arkit.model.snapshot import freeze
from arkit.policy import Policy
from arkit.present.sheets import totals_by_currency
from arkit.read.databases import name_of
from arkit.read.reading import read_ledger
from arkit.reports.closing import Compared, Earlier
from arkit.reports.page import BALANCES
from arkit.reports.published import RECORD, record_of, version_of
from arkit.run import manifest
from arkit.run.execute import parameters_of
from arkit.run.html import page
from arkit.run.manifest import Identity, identity, identity_of, rows_of, what_differs
from arkit.run.request import MONTHLY, Kind, Request, kind_of
from arkit.run.staging import current

if TYPE_CHECKING:
    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

    from arkit.present.sheets import Sheet
    from arkit.reports import MonthlyReport

FILES: Final = ("report.html", "report.xlsx", "report.ipynb")
LEDGER: Final = "ledger"
EARLIER: Final = "earlier.json"


@dataclass(frozen=True, kw_only=True)
class Making:
    """A report in the making: what was asked for and from what, the folder that fills, the place that it is for."""

    request: Request
    folder: Path
    place: Path
    inputs: list[dict[str, object]]
    identity: Identity
    policy: Policy
    started: datetime
    earlier: Earlier = field(default_factory=Earlier)

    @classmethod
    def of(
        cls, request: Request, ledger: Ledger, *, folder: Path, place: Path, started: datetime, inputs: Any = None
    ) -> Making:
        """Prepare a report of a ledger, or of an entity's part of one."""
        policy = Policy.load(request.policy) if request.policy else Policy()
        return cls(
            request=request,
            folder=folder,
            place=place,
            inputs=inputs if inputs is not None else fingerprints(request),
            identity=identity(request, ledger, policy),
            policy=policy,
            started=started,
        )

    def published(self) -> dict[str, Any] | None:
        """Return the record of the current version, if it was made from the very same."""
        record = record_of(current(self.place))
        return record if record and record.get("identity") == self.identity else None

    def freeze_input(self, ledger: Ledger) -> None:
        """Put what the report is made from into its folder: the ledger and the policy."""
        freeze(ledger, self.folder / LEDGER)
        if self.request.policy:
            shutil.copyfile(self.request.policy, self.folder / "policy.toml")

    def with_earlier(self, earlier: Earlier) -> Making:
        """Put what was published before into the folder."""
        (self.folder / EARLIER).write_bytes(msgspec.json.format(msgspec.json.encode(earlier)) + b"\n")
        return replace(self, earlier=earlier)

    @property
    def parameters(self) -> dict[str, str]:
        """The notebook's parameters; one that does not ask is not told what was published before."""
        told = {"earlier": EARLIER} if "earlier" in parameters_of(self.request.notebook) else {}
        return {**self.request.parameters, **told}

    def write_page(self, executed: NotebookNode, exporter: HTMLExporter) -> None:
        """Write the executed notebook, and the page that is made of it."""
        import nbformat

        nbformat.write(executed, self.folder / "report.ipynb")  # type: ignore[no-untyped-call]
        source = name_of(self.request.ledger)
        colophon = f"Made with arkit from {source}. run.json tells the input, the settings and the versions."
        text = page(executed, title=self.request.title, colophon=colophon, exporter=exporter)
        (self.folder / "report.html").write_text(text, encoding="utf-8", newline="\n")

    def write_workbook(self, sheets: Sequence[Sheet]) -> None:
        """Write the workbook."""
        from arkit.present.workbook import write_workbook

        day = datetime.combine(self.request.as_of, datetime.min.time())
        write_workbook(self.folder / "report.xlsx", sheets=sheets, created=day)

    @property
    def kind(self) -> Kind:
        """The kind of report."""
        return kind_of(self.request.notebook)

    def page(self, ledger: Ledger, *, kind: Kind | None = None) -> object:
        """Return the page that the workbook is made from, or that of another kind."""
        request = self.request
        settings = {"as_of": request.as_of, "entity": request.entity, "policy": self.policy, "earlier": self.earlier}
        return (kind or self.kind).page(ledger, **settings)

    def numbers(self, page: object, ledger: Ledger) -> MonthlyReport:
        """Return the page whose numbers go into the record: the report's own if it is the monthly one."""
        return cast("MonthlyReport", page if self.kind is MONTHLY else self.page(ledger, kind=MONTHLY))

    def write_record(self, page: MonthlyReport, proof: pd.DataFrame) -> None:
        """Write what the report was made from and what came out."""
        finished = manifest.clock()
        content = {
            "parameters": self.parameters,
            "identity": dict(self.identity),
            "inputs": self.inputs,
            "covers": [day.isoformat() for day in page.ledger.covers],
            "source_rows": page.ledger.source_rows,
            **manifest.results(page, proof),
            "changes": list(self.earlier.version.changes) if self.earlier.version else [],
            "outputs": manifest.outputs(self.folder, FILES),
            "versions": manifest.versions(),
            "started": self.started.isoformat(timespec="seconds"),
            "finished": finished.isoformat(timespec="seconds"),
            "seconds": round((finished - self.started).total_seconds(), 2),
        }
        manifest.write_manifest(self.folder / RECORD, content)


def fingerprints(request: Request) -> list[dict[str, object]]:
    """Return the hashes of the files that a request names."""
    return manifest.fingerprints(
        request.ledger, layout=request.layout, policy=request.policy, notebook=request.notebook
    )


def earlier_of(making: Making, ledger: Ledger) -> Earlier:
    """Return what was published before a report: its own last version, and the report of the month before."""
    place, day = making.place, making.request.as_of
    month = months_before(day, 1)
    return Earlier(
        version=_compared(current(place), making, ledger, day),
        month=_compared(current(place.parent.with_name(month.isoformat()) / place.name), making, ledger, month),
    )


def _compared(folder: Path | None, making: Making, ledger: Ledger, day: date) -> Compared | None:
    """Compare a published report with what the ledger says of its day now; nothing where it cannot tell."""
    record = record_of(folder)
    if folder is None or record is None or not ledger.covers[0] <= day <= ledger.covers[1]:
        return None
    published, stated = read_ledger(folder / LEDGER), folder / "policy.toml"
    changes = explain_changes(
        ledger,
        as_of=day,
        published=published,
        policy=making.policy,
        published_policy=Policy.load(stated) if stated.is_file() else Policy(),
    )
    return Compared(
        day=day,
        version=version_of(folder),
        published_on=datetime.fromisoformat(record["finished"]).date(),
        known=last_known(published),
        differs=tuple(what_differs(identity_of(record, published), making.identity)),
        balances=tuple(totals_by_currency(pd.DataFrame(record["aging"]), *BALANCES)),
        changes=tuple(rows_of(changes)),
    )
