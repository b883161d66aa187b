"""The dashboards' server: Voila with a prepared configuration, read-only."""

from arkit.serve.serving import Serving

__all__ = ["Serving"]
