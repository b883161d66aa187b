"""A report being made: each step writes one file into the folder that fills, from the frozen ledger to the record."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
import pandas as pd

from arkit.aging.reconcile import require_reconciled
from arkit.errors import ReconciliationError
from arkit.flows.changes import explain_changes, last_known
from arkit.kpi.plausibility import require_plausible
from arkit.model.ledger import Ledger
from arkit.model.snapshot import freeze
from arkit.policy import Accepted, Policy
from arkit.present.sheets import totals_by_currency
from arkit.read.reading import read_ledger
from arkit.reports.closing import Compared, Earlier, Unpublished
from arkit.reports.facts import BALANCES
from arkit.reports.published import RECORD, record_of, version_of
from arkit.run import manifest
from arkit.run.execute import parameters_of
from arkit.run.html import page, page_of
from arkit.run.manifest import Identity, current, identity, identity_of, rows_of, what_differs
from arkit.run.request import MONTHLY, Page, ReportKind, Request
from arkit.words.catalogue import ENGLISH, text

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from arkit.present.sheets import Sheet
    from arkit.reports import MonthlyReport

FILES: Final = ("report.html", "report.xlsx", "report.ipynb")
LEDGER: Final = "ledger"
EARLIER: Final = "earlier.json"
UNPUBLISHED: Final = "+draft"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A report being made: what was asked for and from what, the folder that fills, the place where it is published."""

    request: Request
    folder: Path
    place: Path
    inputs: list[dict[str, object]]
    identity: Identity
    policy: Policy
    started: datetime = field(default_factory=manifest.clock)
    earlier: Earlier = field(default_factory=Earlier)
    accepted: tuple[Accepted, ...] = ()
    other_files: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: Request, ledger: Ledger, *, accepted: Sequence[Accepted] = (), **settings: Any) -> Draft:
        """The draft of a report of a ledger, or of an entity's part of one."""
        policy = (Policy.load(request.policy) if request.policy else Policy()).with_window(request.window)
        named = identity(request, ledger, policy, accepted)
        return cls(request=request, identity=named, policy=policy, accepted=tuple(accepted), **settings)

    def proof(self, ledger: Ledger) -> pd.DataFrame:
        """The reconciliation, or stop: the balances do not tie out, or are not plausible.

        What does not tie out leaves an unpublished page beside the report's place, with what differs and candidates.
        """
        as_of, page = self.request.as_of, self.place.with_name(f"{self.place.name}{UNPUBLISHED}")
        # What an earlier run left there must not stand beside balances that tie out now.
        shutil.rmtree(page, ignore_errors=True)
        try:
            proof = require_reconciled(ledger, as_of=as_of, policy=self.policy, accepted=self.accepted)
        except ReconciliationError as error:
            self._write_unpublished(ledger, page)
            raise ReconciliationError(
                f"{error} {text('run.unpublished', folder=page.name, language=ENGLISH)}"
            ) from error
        require_plausible(ledger, as_of=as_of, policy=self.policy)
        return proof

    def _write_unpublished(self, ledger: Ledger, folder: Path) -> None:
        from arkit.present.workbook import write_workbook

        request = self.request
        made = Unpublished(ledger, request.as_of, request.entity, self.policy, request.language)
        folder.mkdir(parents=True)
        shown = page_of(made.sections(), title=made.title, colophon=text("run.page.colophon", source=request.source))
        (folder / "draft.html").write_text(shown, encoding="utf-8", newline="\n")
        day = datetime.combine(request.as_of, datetime.min.time())
        write_workbook(folder / "draft.xlsx", sheets=made.sheets(), created=day)

    @cached_property
    def published(self) -> dict[str, Any] | None:
        """The record of the current version, if it was made from the very same."""
        record = record_of(current(self.place))
        return record if record and record.get("identity") == self.identity else None

    def freeze_input(self, ledger: Ledger) -> None:
        """Put what the report is made from into its folder: the ledger and the policy."""
        freeze(ledger, self.folder / LEDGER)
        if self.request.policy:
            shutil.copyfile(self.request.policy, self.folder / "policy.toml")

    def with_earlier(self, ledger: Ledger) -> Draft:
        """The draft with what was published before it, which is put into the folder too.

        That is its own last version, and the report of the month before.
        """
        day = self.request.as_of
        month = self.policy.month_before(day) or date.min  # of which nothing was published
        month_place = self.place.parent.with_name(month.isoformat()) / self.place.name
        earlier = Earlier(
            version=self._compared(current(self.place), ledger, day),
            month=self._compared(current(month_place), ledger, month),
            accepted=self.accepted,
        )
        (self.folder / EARLIER).write_bytes(msgspec.json.format(msgspec.json.encode(earlier)) + b"\n")
        others = manifest.other_files(record_of(current(self.place)), self.inputs)
        return replace(self, earlier=earlier, other_files=others)

    def _compared(self, folder: Path | None, ledger: Ledger, day: date) -> Compared | None:
        """A published report compared with what the ledger says of its day now; nothing where it does not cover it."""
        record = record_of(folder)
        if folder is None or record is None or not ledger.knows(day):
            return None
        # With the policy of then: a change of the policy is one of the reasons that a change is split into.
        published, stated = read_ledger(folder / LEDGER), folder / "policy.toml"
        changes = explain_changes(
            ledger,
            as_of=day,
            published=published,
            policy=self.policy,
            published_policy=Policy.load(stated) if stated.is_file() else Policy(),
        )
        return Compared(
            day=day,
            version=version_of(folder),
            published_on=datetime.fromisoformat(record["finished"]).date(),
            known=last_known(published),
            differs=tuple(what_differs(identity_of(record, published), self.identity)),
            balances=tuple(totals_by_currency(pd.DataFrame(record["aging"]), *BALANCES)),
            changes=tuple(rows_of(changes)),
        )

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The notebook's parameters; what was published before, language and so on go to one that asks for them."""
        known = parameters_of(self.request.notebook)
        language = {} if self.request.language == ENGLISH else {"language": self.request.language}
        stated = {"currency": self.request.currency, "window": str(self.request.window)}
        asked = {"earlier": EARLIER, **language, **{name: value for name, value in stated.items() if value}}
        return {**{name: asked[name] for name in asked if name in known}, **self.request.parameters}

    def page(self, ledger: Ledger, *, kind: ReportKind | None = None, language: str = "") -> Page:
        """The page that the workbook is made from, or that of another kind or in another language."""
        request = self.request
        return (kind or request.kind).page(
            ledger,
            as_of=request.as_of,
            entity=request.entity,
            policy=self.policy,
            earlier=self.earlier,
            language=language or request.language,
            currency=request.currency,
        )

    def write_page(self, executed: NotebookNode) -> None:
        """Write the executed notebook, and the page that is made of it."""
        import nbformat

        nbformat.write(executed, self.folder / "report.ipynb")  # type: ignore[no-untyped-call]
        colophon = text("run.page.colophon", source=self.request.source)
        shown = page(executed, title=self.request.title, colophon=colophon)
        # With \n on every system: the record has the hash of these bytes.
        (self.folder / "report.html").write_text(shown, encoding="utf-8", newline="\n")

    def write_workbook(self, sheets: Sequence[Sheet]) -> None:
        """Write the workbook."""
        from arkit.present.workbook import write_workbook

        day = datetime.combine(self.request.as_of, datetime.min.time())
        write_workbook(self.folder / "report.xlsx", sheets=sheets, created=day)

    def write_record(self, page: Page, ledger: Ledger, proof: pd.DataFrame) -> None:
        """Write what the report was made from and what came out; the page is the report's own."""
        finished = manifest.clock()
        is_it = self.request.kind is MONTHLY and self.request.language == ENGLISH
        # A record is in English and of receivables, whatever the report is.
        numbers = cast("MonthlyReport", page if is_it else self.page(ledger, kind=MONTHLY, language=ENGLISH))
        content = {
            "parameters": self.parameters,
            "language": self.request.language,
            "identity": dict(self.identity),
            "inputs": self.inputs,
            "covers": [day.isoformat() for day in ledger.covers],
            "source_rows": ledger.source_rows,
            **manifest.results(numbers, proof),
            "replaces_other_files": list(self.other_files),
            "changes": list(self.earlier.version.changes) if self.earlier.version else [],
            "outputs": manifest.outputs(self.folder, FILES),
            "versions": manifest.library_versions(),
            "started": self.started.isoformat(timespec="seconds"),
            "finished": finished.isoformat(timespec="seconds"),
            "seconds": round((finished - self.started).total_seconds(), 2),
        }
        manifest.write_manifest(self.folder / RECORD, content)
