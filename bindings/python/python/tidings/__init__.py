"""Real-time events and everyday calls.

    import tidings

    client = tidings.Client(config_file="~/zuliprc")
    client.call_on_each_event(lambda event: print(event), event_types=["message"])

- :class:`Client`: calls that wait, and loops that call a function on each event.
- :class:`AsyncClient`: the same for ``asyncio``, with ``async for event in client.events()``.
- :mod:`.errors`: what can be raised. An everyday call answers with a dict whose ``result`` is ``success`` or ``error``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _brand, errors
from ._client import Client
from ._follow import Reset
from ._stream import MessageStream
from .errors import (
    ConfigError,
    ConfigNotFoundError,
    Error,
    MissingURLError,
    RefusedError,
    StateFileError,
    UnexpectedAnswerError,
    UnreachableError,
    UnrecoverableNetworkError,
)

if TYPE_CHECKING:
    from ._async import AsyncClient

__all__ = [
    "AsyncClient",
    "Client",
    "ConfigError",
    "ConfigNotFoundError",
    "Error",
    "MessageStream",
    "MissingURLError",
    "RefusedError",
    "Reset",
    "StateFileError",
    "UnexpectedAnswerError",
    "UnreachableError",
    "UnrecoverableNetworkError",
    "errors",
]

for _alias, _name in _brand.ALIASES.items():
    globals()[_alias] = globals()[_name]


def __getattr__(name: str) -> object:
    # `asyncio` takes longer to import than everything else; programs that need none of it start sooner.
    if name == "AsyncClient":
        from ._async import AsyncClient

        return AsyncClient
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
