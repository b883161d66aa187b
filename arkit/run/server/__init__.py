"""The dashboards' server: Voila with a prepared configuration, read-only."""

from arkit.run.server.serving import Serving

__all__ = ["Serving"]
