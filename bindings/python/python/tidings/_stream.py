"""A channel's topic, or a person, as something to print to."""

from __future__ import annotations

from typing import Any

from ._client import Client


class MessageStream:
    """Sends each text that is written to it as a message; takes what :class:`.Client` takes besides."""

    def __init__(self, type: str, to: str, subject: str, **kwargs: Any) -> None:
        self.client = Client(**kwargs)
        self.type = type
        self.to = to
        self.subject = subject

    def write(self, content: str) -> None:
        """Sends a message."""
        self.client.send_message({"type": self.type, "to": self.to, "topic": self.subject, "content": content})

    def flush(self) -> None:
        """Nothing is held back."""
