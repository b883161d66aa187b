"""Pages for colleagues who only look: served by Voila, opened in JupyterLab alike."""

from arkit.pages.dashboard.customers import customers
from arkit.pages.dashboard.home import home
from arkit.pages.dashboard.receivables import receivables
from arkit.pages.dashboard.worklist import worklist

__all__ = ["customers", "home", "receivables", "worklist"]
