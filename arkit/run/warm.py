"""What every worker needs, imported while the run is still reading."""

import os
from typing import Final

os.environ["PLOTLY_RENDERER"] = "plotly_mimetype"  # read when Plotly is imported

import arkit.pages
import arkit.present.figures
import arkit.present.workbook
from arkit.run import in_process, part
from arkit.run.html import page_exporter

READY: Final = (arkit.pages, arkit.present.figures, arkit.present.workbook, in_process, part, page_exporter())
