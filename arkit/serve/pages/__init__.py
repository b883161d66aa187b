"""Pages for colleagues who only look: served by Voila, opened in JupyterLab alike."""

from arkit.serve.pages.customers import customers
from arkit.serve.pages.home import home
from arkit.serve.pages.receivables import receivables
from arkit.serve.pages.worklist import worklist

__all__ = ["customers", "home", "receivables", "worklist"]
