"""What may pass between a page and its process: values of controls in, what is shown out, and nothing else."""

import json
import logging
from collections.abc import Mapping
from typing import Any, Final

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

LARGEST: Final = 64 * 1024
"""Bytes of a message from a page; a value of a control is a few."""

LOG: Final = logging.getLogger("arkit.serve")
PARTS: Final = 4
"""Header, header of the parent, metadata and content."""

MOST_PARTS: Final = PARTS + 4
ASKED: Final = ("kernel_info_request", "comm_info_request")
CONTROL_TARGET: Final = "jupyter.widget.control"
SETTABLE: Final = {"value", "index"}
"""The traits of a control that a visitor may set."""

UNHEARD: Final = ("comm_close",)
"""What a page sends by itself and what has no use here."""

LOGGED: Final = {"error": logging.ERROR, "stream": logging.INFO}
"""What else a process says goes into the log."""

SHOWN: Final = {"comm_open", "comm_msg", "comm_close", "comm_info_reply", "kernel_info_reply", "status"}


def may_enter(channel: str, kind: str, content: Mapping[str, Any]) -> bool:
    """Whether a message from a page is one that its controls send.

    >>> may_enter("shell", "execute_request", {"code": "1"})
    False
    >>> may_enter("shell", "comm_msg", {"data": {"method": "update", "state": {"index": 1}}})
    True
    >>> may_enter("shell", "comm_msg", {"data": {"method": "update", "state": {"outputs": []}}})
    False
    """
    if channel != "shell":
        return False
    if kind in ASKED:
        return True
    if kind == "comm_open":
        return content.get("target_name") == CONTROL_TARGET
    return kind == "comm_msg" and _is_of_a_control(content.get("data"))


def _is_of_a_control(data: object) -> bool:
    if not isinstance(data, Mapping) or data.get("buffer_paths"):
        return False
    method = data.get("method")
    if method == "update":
        state = data.get("state")
        return isinstance(state, Mapping) and set(state) <= SETTABLE
    if method == "custom":
        return data.get("content") == {"event": "click"}
    return method in ("request_state", "request_states")


def may_leave(kind: str) -> bool:
    """Whether a message from a page's process is for the visitor: no traceback, no text, no code.

    >>> may_leave("comm_msg"), may_leave("error"), may_leave("stream")
    (True, False, False)
    """
    return kind in SHOWN


class PageChannel(ZMQChannelsWebsocketConnection):
    """The connection between a page and its process, with both lists kept."""

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Pass a message on, if it is one that a control sends; what cannot be read is dropped."""
        try:
            channel, kind, content = self._read(incoming_msg)
            allowed = may_enter(channel, kind, content)
        except Exception:
            channel, kind, allowed = "?", "unreadable", False
        if allowed:
            super().handle_incoming_message(incoming_msg)
        elif kind not in UNHEARD:
            LOG.warning("A message from a page was refused: %.40r on %.20r.", kind, channel)

    def _read(self, message: Any) -> tuple[str, str, Mapping[str, Any]]:
        if len(message) > LARGEST:
            return "?", "oversized", {}
        if self.subprotocol == "v1.kernel.websocket.jupyter.org":
            # The number of parts is stated by the sender; the library would count up to it, however large it is.
            if int.from_bytes(message[:8], "little") > MOST_PARTS:
                return "?", "of-too-many-parts", {}
            channel, parts = deserialize_msg_from_ws_v1(message)
            return str(channel), *(self._header_and_content(parts))
        if isinstance(message, bytes):  # a control sends no buffers, and only they need bytes in this protocol
            return "?", "binary", {}
        read = json.loads(message)
        buffers = bool(read.get("buffers"))
        return str(read["channel"]), "with-buffers" if buffers else str(read["header"]["msg_type"]), read["content"]

    def _header_and_content(self, parts: list[bytes]) -> tuple[str, Mapping[str, Any]]:
        header, content = (self.session.unpack(parts[place]) for place in (0, 3))
        return "with-buffers" if len(parts) > PARTS else str(header["msg_type"]), content

    def handle_outgoing_message(self, stream: str, outgoing_msg: list[Any]) -> None:
        """Pass on what is shown; everything else that the process says stays with the server."""
        _, parts = self.session.feed_identities(list(outgoing_msg))
        kind = str(self.session.unpack(parts[1])["msg_type"])
        if may_leave(kind):
            super().handle_outgoing_message(stream, outgoing_msg)
        elif kind in LOGGED:
            LOG.log(LOGGED[kind], "A page's process said: %s", self.session.unpack(parts[4]))
