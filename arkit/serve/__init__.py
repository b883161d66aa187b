"""Read-only dashboards in a browser: Voila with a prepared configuration."""

import tempfile
from pathlib import Path

from arkit.errors import ServingError
from arkit.model.ledger import Ledger
from arkit.model.snapshot import share
from arkit.policy import Policy
from arkit.read.reading import read_ledger, sample_ledger
from arkit.resources import resource
from arkit.serve.serving import Serving

__all__ = ["Serving", "serve"]


def serve(serving: Serving) -> None:
    """Serve the dashboards until the process is asked to stop.

    The ledger is read and checked once, and written as files that all pages map into memory; a later change of the
    source is not seen until the server starts again.

    Parameters
    ----------
    serving
        What to serve, and where.

    Raises
    ------
    ArkitError
        The ledger or the policy cannot be used, the port is taken, or what Voila needs is not installed.
    """
    try:
        from arkit.serve.application import run_server
    except ModuleNotFoundError as error:
        raise ServingError(
            f"{error.name} is not installed; dashboards need: pip install 'arkit[dashboard]'."
        ) from error
    if serving.policy:
        Policy.load(serving.policy)
    with tempfile.TemporaryDirectory(prefix="arkit-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        share(_ledger(serving), home / "ledger")
        run_server(serving, home=home, notebooks=resource("notebooks/dashboards"))


def _ledger(serving: Serving) -> Ledger:
    return read_ledger(serving.ledger, layout=serving.layout) if serving.ledger else sample_ledger()
