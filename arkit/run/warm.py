"""What every worker needs, imported while the run is still reading."""

from __future__ import annotations

import os
from typing import Final

import arkit.present.charts
import arkit.present.workbook
import arkit.reports
from arkit.run import execute, part
from arkit.run.html import page_exporter

os.environ["PLOTLY_RENDERER"] = "plotly_mimetype"  # read when Plotly is imported


READY: Final = (arkit.reports, arkit.present.charts, arkit.present.workbook, execute, part, page_exporter())
