"""The dashboards' server: Voila with a prepared configuration, read-only."""

from arkit.run.server.serving import Serving, serve

__all__ = ["Serving", "serve"]
