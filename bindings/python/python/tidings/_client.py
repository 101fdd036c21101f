"""The client whose calls wait."""

from __future__ import annotations

from typing import IO, Any, Callable, Dict, Generator, Iterable, Iterator, List, Optional, Sequence

from . import _native
from ._account import Account
from ._calls import Calls, Fields
from ._follow import Reset, follow, noticed
from ._request import Path, answer, request as as_request

Answer = Dict[str, Any]
Event = Dict[str, Any]


class Client(Account, Calls[Answer]):
    """An account at a server.

    What is not given comes from an environment variable, then from the section ``[api]`` of the file:

    - ``config_file``: ``ZULIP_CONFIG``; or ``~/.zuliprc``, or ``~/zuliprc``
    - ``email``: ``ZULIP_EMAIL``, then ``email``
    - ``api_key``: ``ZULIP_API_KEY``, then ``key``
    - ``site``: ``ZULIP_SITE``, then ``site``
    - ``insecure``: ``ZULIP_ALLOW_INSECURE``, then ``insecure``
    - ``cert_bundle``: ``ZULIP_CERT_BUNDLE``, then ``cert_bundle``
    - ``client_cert``: ``ZULIP_CERT``, then ``client_cert``
    - ``client_cert_key``: ``ZULIP_CERT_KEY``, then ``client_cert_key``

    ``client`` names the program to the server. ``insecure`` accepts any certificate. ``proxy`` is an address; without
    it ``HTTPS_PROXY`` and the like count. ``verbose`` logs more. ``retry_on_errors``: calls that only read are repeated
    while the server is away. Nothing is sent before the first call.

    Raises :class:`.ConfigError` where something is missing or wrong.
    """

    _background = False
    _settings: Optional[Answer] = None

    def call_endpoint(
        self,
        url: Optional[str] = None,
        method: str = "POST",
        request: Optional[Fields] = None,
        longpolling: bool = False,
        files: Optional[List[IO[Any]]] = None,
        timeout: Optional[float] = None,
    ) -> Answer:
        """Calls any endpoint: ``url`` is what follows ``/api/v1/``.

        Values that are not strings travel as JSON, and ``None`` does not travel. ``timeout`` is in seconds.
        Where the answer is none of this API, ``result`` is ``"http-error"``, with ``status_code`` and ``msg``.

        Raises :class:`.UnreachableError` where there is no answer.
        """
        sent = as_request(url, method, request, longpolling, files, timeout)
        return answer(*self._connection.call(sent, self.retry_on_errors))

    def _run(self, steps: Generator[Answer, Answer, Answer]) -> Answer:
        try:
            current = next(steps)
            while True:
                current = steps.send(current)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]

    def _server(self) -> Answer:
        if self._settings is None:
            self._settings = self.get_server_settings()
        return self._settings

    @property
    def zulip_version(self) -> Optional[str]:
        """The server's version; asks the server once."""
        return self._server().get("zulip_version")

    @property
    def feature_level(self) -> int:
        """What the server can do, as a number that grows; asks the server once."""
        return int(self._server().get("zulip_feature_level", 0))

    def events(
        self,
        event_types: Optional[Iterable[str]] = None,
        narrow: Optional[Sequence[Any]] = None,
        *,
        on_reset: Optional[Callable[[Reset], object]] = None,
        state_file: Optional[Path] = None,
        queue_name: Optional[str] = None,
        **options: object,
    ) -> Events:
        """Events as they happen: an iterator of dicts; see :meth:`call_on_each_event` for what it takes and raises.

        To ask for the next event says that the one before was handled.
        """
        wants_state = on_reset is not None
        native = follow(self._connection, event_types, narrow, wants_state, state_file, queue_name, options)
        return Events(native, on_reset, self.verbose)

    def call_on_each_event(
        self,
        callback: Callable[[Event], object],
        event_types: Optional[Iterable[str]] = None,
        narrow: Optional[Sequence[Any]] = None,
        *,
        on_reset: Optional[Callable[[Reset], object]] = None,
        state_file: Optional[Path] = None,
        queue_name: Optional[str] = None,
        **kwargs: object,
    ) -> None:
        """Calls ``callback`` with each event, a dict, in order; ends only with an exception.

        ``event_types``: which; all if ``None``. ``narrow``: only messages that match all of these pairs of operator and
        operand, as in ``[["stream", "Denmark"]]``. Further options are those of :meth:`register`.

        While the server is away it is tried again, with growing pauses. If the queue is lost a new one is registered;
        that is logged as a warning, and ``on_reset`` is called with a :class:`.Reset`, as it is at the start.

        What survives the program's own end:

        - ``state_file`` keeps the position in the queue. After a restart the events since come first. If the program
          dies between handling an event and saving its position, that event comes again; no other one does.
        - ``queue_name`` lets the server keep the position, if it can. After a restart, events since the last poll may
          come again.

        What ``callback`` raises is raised here, and the event is not acknowledged. Raises :class:`.RefusedError` where
        the key is wrong or the options are, and :class:`.StateFileError`.
        """
        events = self.events(
            event_types, narrow, on_reset=on_reset, state_file=state_file, queue_name=queue_name, **kwargs
        )
        with events:
            events.run(callback)

    def call_on_each_message(self, callback: Callable[[Dict[str, Any]], object], **kwargs: Any) -> None:
        """Calls ``callback`` with each new message; see :meth:`call_on_each_event`."""

        def on_event(event: Event) -> None:
            if event["type"] == "message":
                callback(event["message"])

        self.call_on_each_event(on_event, ["message"], **kwargs)


class Events:
    """Events as they happen. It also is a context manager, which lets go of the queue at its end."""

    def __init__(
        self, native: _native.Events, on_reset: Optional[Callable[[Reset], object]], verbose: bool
    ) -> None:
        self._native = native
        self._on_reset = on_reset
        self._verbose = verbose

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        for item in self._native:
            if type(item) is dict:
                return item
            self._notice(item)
        raise StopIteration

    def run(self, callback: Callable[[Event], object]) -> None:
        """Calls ``callback`` with each event. Ends only with an exception."""
        for item in self._native:
            if type(item) is dict:
                callback(item)
            else:
                self._notice(item)

    def _notice(self, item: object) -> None:
        reset = noticed(item, self._verbose)
        if reset is not None and self._on_reset is not None:
            self._on_reset(reset)

    def acknowledge(self) -> None:
        """Says that the last event was handled, without asking for the next one: before a ``break``, if a position is
        kept. Raises :class:`.StateFileError`."""
        self._native.acknowledge()

    def close(self) -> None:
        """Lets go of the queue, and of the state file. An event that was not acknowledged comes again. A thread that waits
        for the next one is at the end."""
        self._native.stop()

    def __enter__(self) -> Events:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
