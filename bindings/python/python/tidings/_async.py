"""The client for ``asyncio``."""

from __future__ import annotations

import asyncio
import inspect
from typing import IO, Any, AsyncIterator, Awaitable, Callable, Dict, Generator, Iterable, List, Optional, Sequence

from . import _native
from ._account import Account
from ._calls import Calls, Fields
from ._follow import Reset, follow, noticed
from ._request import Path, answer, request as as_request

Answer = Dict[str, Any]
Event = Dict[str, Any]


async def _done(start: Callable[[Callable[[Any, Optional[BaseException]], object]], _native.Waiting]) -> Any:
    """Waits for something that the native half does on its own thread; gives it up if the task is cancelled."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def settle(value: Any, error: Optional[BaseException]) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)

    waiting = start(lambda value, error: loop.call_soon_threadsafe(settle, value, error))
    try:
        return await future
    finally:
        waiting.cancel()


class AsyncClient(Account, Calls[Awaitable[Answer]]):
    """An account at a server, for ``asyncio``: takes what :class:`.Client` takes, and has the calls that it has.

        client = AsyncClient(config_file="~/zuliprc")
        await client.send_message({"type": "direct", "to": ["iago@example.com"], "content": "Hello"})
        async for event in client.events(event_types=["message"]):
            print(event["message"]["content"])
    """

    _background = True

    async def call_endpoint(
        self,
        url: Optional[str] = None,
        method: str = "POST",
        request: Optional[Fields] = None,
        longpolling: bool = False,
        files: Optional[List[IO[Any]]] = None,
        timeout: Optional[float] = None,
    ) -> Answer:
        """See :meth:`.Client.call_endpoint`."""
        sent = as_request(url, method, request, longpolling, files, timeout)
        patient = self.retry_on_errors
        return answer(*await _done(lambda callback: self._connection.call_later(sent, patient, callback)))

    async def _run(self, steps: Generator[Awaitable[Answer], Answer, Answer]) -> Answer:
        try:
            current = next(steps)
            while True:
                current = steps.send(await current)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]

    def events(
        self,
        event_types: Optional[Iterable[str]] = None,
        narrow: Optional[Sequence[Any]] = None,
        *,
        on_reset: Optional[Callable[[Reset], object]] = None,
        state_file: Optional[Path] = None,
        queue_name: Optional[str] = None,
        **options: object,
    ) -> AsyncEvents:
        """Events as they happen: an asynchronous iterator of dicts; takes and raises what
        :meth:`.Client.call_on_each_event` does. ``on_reset`` may be a coroutine function.

        To ask for the next event says that the one before was handled. To cancel a wait loses nothing.
        """
        wants_state = on_reset is not None
        native = follow(self._connection, event_types, narrow, wants_state, state_file, queue_name, options)
        return AsyncEvents(native, on_reset, self.verbose)

    async def call_on_each_event(
        self,
        callback: Callable[[Event], object],
        event_types: Optional[Iterable[str]] = None,
        narrow: Optional[Sequence[Any]] = None,
        **kwargs: Any,
    ) -> None:
        """See :meth:`.Client.call_on_each_event`. What ``callback`` returns is awaited, if it can be."""
        async with self.events(event_types, narrow, **kwargs) as events:
            async for event in events:
                await _awaited(callback(event))

    async def call_on_each_message(self, callback: Callable[[Dict[str, Any]], object], **kwargs: Any) -> None:
        """Calls ``callback`` with each new message; see :meth:`call_on_each_event`."""

        async def on_event(event: Event) -> None:
            if event["type"] == "message":
                await _awaited(callback(event["message"]))

        await self.call_on_each_event(on_event, ["message"], **kwargs)


async def _awaited(value: object) -> None:
    if inspect.isawaitable(value):
        await value


class AsyncEvents:
    """Events as they happen. It also is an asynchronous context manager, which lets go of the queue at its end."""

    def __init__(
        self, native: _native.Events, on_reset: Optional[Callable[[Reset], object]], verbose: bool
    ) -> None:
        self._native = native
        self._on_reset = on_reset
        self._verbose = verbose

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        while True:
            item = self._native.poll()
            if type(item) is dict:
                return item
            if item is None:
                await _done(self._native.when_ready)
                continue
            reset = noticed(item, self._verbose)
            if reset is not None and self._on_reset is not None:
                await _awaited(self._on_reset(reset))

    async def acknowledge(self) -> None:
        """Says that the last event was handled, without asking for the next one: before a ``break``, if a position is
        kept. Raises :class:`.StateFileError`."""
        await _done(self._native.acknowledge_later)

    async def aclose(self) -> None:
        """Lets go of the queue, and of the state file. An event that was not acknowledged comes again. A task that waits
        for the next one is at the end."""
        self._native.stop()

    async def __aenter__(self) -> AsyncEvents:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
