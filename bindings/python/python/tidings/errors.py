"""What can be raised. A refusal of an everyday call is not raised: it is an answer, with ``"result": "error"``."""

from __future__ import annotations

from typing import Any, Dict, Optional


class Error(Exception):
    """All errors of this package."""

    #: What programs go by, as in ``BAD_EVENT_QUEUE_ID``; empty where the server said none.
    code: str = ""
    #: The HTTP status of the answer, if there was one.
    status: Optional[int] = None


class ConfigError(Error):
    """Credentials or options are missing or wrong; nothing was sent. The text names the file or the variable."""


class ConfigNotFoundError(ConfigError):
    """No address or no key was given anywhere."""


class MissingURLError(ConfigError):
    """No site was given anywhere."""


class UnreachableError(Error, ConnectionError):
    """There is no answer: no connection, or no end of it in time."""


#: The same, by a name that is in use.
UnrecoverableNetworkError = UnreachableError


class UnexpectedAnswerError(Error):
    """The answer is none of this API; the site may be wrong."""


class RefusedError(Error):
    """The server said no, and will say it again: a wrong key, or options it does not take."""

    def __init__(self, msg: str, code: str, status: int, answer: Dict[str, Any]) -> None:
        super().__init__(msg)
        self.code = code
        self.status = status
        #: Everything the server said.
        self.answer = answer

    def __str__(self) -> str:
        return f"{self.args[0]} ({self.code or self.status})"


class StateFileError(Error):
    """The position in the queue cannot be read or saved, or another process uses the file."""


def named(kind: str, message: str) -> Error:
    """For the native half."""
    found = globals().get(kind)
    return found(message) if isinstance(found, type) and issubclass(found, Error) else Error(message)


refused = RefusedError
