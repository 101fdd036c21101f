"""What both kinds of clients say about following events."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any, Dict, Iterable, Mapping, NamedTuple, Optional, Sequence

from . import _native
from ._request import Path, texts

if TYPE_CHECKING:
    from ._native import Connection

logger = logging.getLogger(__package__)


class Reset(NamedTuple):
    """The queue begins, or goes on. Given to ``on_reset``, before the events that follow."""

    #: ``started``: the first queue. ``resumed``: the queue of an earlier run goes on where that run was; nothing is
    #: lost. ``queue_lost``: the server has the queue no more, and this is a new one. ``position_refused``: the server did
    #: not take the position in it. ``options_changed``: the state file is of a queue with other options.
    reason: str
    #: Whether events may have been missed: state that a program keeps has to be made anew.
    events_missed: bool
    #: The answer to the registration: the state at the queue's start, or when it was found by its name. Empty where it
    #: goes on by a state file.
    state: Dict[str, Any]


def follow(
    connection: Connection,
    event_types: Optional[Iterable[str]],
    narrow: Optional[Sequence[Any]],
    wants_state: bool,
    state_file: Optional[Path],
    queue_name: Optional[str],
    options: Mapping[str, Any],
) -> _native.Events:
    params: Dict[str, Any] = {"event_types": event_types, "narrow": narrow or [], **options}
    if not wants_state:
        # The state is large, and nobody looks at it.
        params.setdefault("fetch_event_types", [])
    path = None if state_file is None else os.path.expanduser(state_file)
    return connection.events(texts(params), path, queue_name)


def noticed(item: Any, verbose: bool) -> Optional[Reset]:
    """Logs what is not an event, and returns it where it concerns the caller."""
    info = logging.WARNING if verbose else logging.INFO
    if item[0] == "reset":
        reset = Reset(*item[1:])
        if reset.events_missed:
            logger.warning("the event queue is registered anew (%s); events may have been missed", reset.reason)
        else:
            logger.log(info, "an event queue is registered")
        return reset
    if item[0] == "resumed":
        logger.log(info, "the event queue goes on after event %s", item[1])
        return Reset("resumed", False, item[2])
    if item[0] == "trouble":
        logger.warning("no events for now: %s; trying again in %.1f seconds", item[1], item[2])
    return None
