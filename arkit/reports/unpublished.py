"""What a report leaves that does not tie out: an unpublished page of the difference and its candidates."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from arkit.aging.aging import aging_table
from arkit.aging.differences import bridge, difference_candidates
from arkit.model.ledger import Ledger
from arkit.policy import Policy
from arkit.present.html import Html, notice, page_part, table
from arkit.present.sheets import Sheet
from arkit.reports.facts import sheet, title_of
from arkit.words.catalogue import ENGLISH, in_own_language, text


@in_own_language
@dataclass(frozen=True)
class Unpublished:
    """The page of a report that does not tie out to the general ledger."""

    ledger: Ledger
    day: date
    entity: str
    policy: Policy
    language: str = ENGLISH

    @property
    def title(self) -> str:
        """What the page is about."""
        return text("reports.unpublished.title", report=title_of("monthly_report", self.entity, self.day))

    @cached_property
    def bridge(self) -> pd.DataFrame:
        """From the balance of each account to that of the general ledger."""
        return bridge(self.ledger, as_of=self.day, policy=self.policy)

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """The items and entries that may explain what differs."""
        return difference_candidates(self.ledger, as_of=self.day, policy=self.policy)

    def sections(self) -> list[tuple[str, list[Html]]]:
        """The page, section by section."""
        differ = self.bridge[self.bridge["unexplained"].fillna(0) != 0]
        sentence = text("reports.unpublished.sentence", count=len(differ))
        lines = [text("reports.unpublished.accept")]
        head = page_part("headline", title=self.title, sentence=sentence, lines=lines)
        stamp = page_part("watermark", text=text("reports.unpublished.stamp"))
        found = self.candidates
        may_be = (
            notice(text("reports.unpublished.no_candidates"))
            if found.empty
            else table(found, caption=text("reports.unpublished.candidates"))
        )
        aged = aging_table(self.ledger, as_of=self.day, by=["entity", "account"], policy=self.policy)
        by_account = table(aged, caption=text("reports.unpublished.aging"))
        note = text("reports.unpublished.bridge_note")
        shown = table(self.bridge, caption=text("reports.unpublished.bridge"), note=note)
        return [("", [stamp, head]), (text("reports.unpublished.heading"), [shown, may_be, by_account])]

    def sheets(self) -> list[Sheet]:
        """The workbook: the bridge and the candidates."""
        return [sheet("bridge", self.bridge, title=self.title), sheet("candidates", self.candidates, title=self.title)]
