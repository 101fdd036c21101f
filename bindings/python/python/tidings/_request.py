"""A call in the form in which it is sent, and its answer in the form in which callers get it."""

from __future__ import annotations

import json
import os
from typing import IO, Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple, Union
from urllib.parse import parse_qsl

Path = Union[str, "os.PathLike[str]"]

#: How long a poll may take: longer than servers hold one.
LONGPOLL_SECS = 100.0


class Request(NamedTuple):
    """What the native half takes."""

    method: str
    path: str
    params: List[Tuple[str, str]]
    files: List[Tuple[str, bytes]]
    timeout: Optional[float]


def request(
    url: Optional[str],
    method: str,
    params: Optional[Mapping[str, Any]],
    longpolling: bool,
    files: Optional[Iterable[IO[Any]]],
    timeout: Optional[float],
) -> Request:
    path, _, query = (url or "").partition("?")
    pairs = parse_qsl(query, keep_blank_values=True) + texts(params or {})
    if timeout is None and longpolling:
        timeout = LONGPOLL_SECS
    return Request(method, path, pairs, [_content(file) for file in files or ()], timeout)


def texts(params: Mapping[str, Any]) -> List[Tuple[str, str]]:
    """Strings travel as they are, everything else as JSON; ``None`` is left out."""
    return [
        (name, value if isinstance(value, str) else json.dumps(value, default=_plain))
        for name, value in params.items()
        if value is not None
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be sent")


def _content(file: IO[Any]) -> Tuple[str, bytes]:
    content = file.read()
    name = os.path.basename(str(getattr(file, "name", "file")))
    return name, content.encode() if isinstance(content, str) else content


def answer(status: int, body: Any, reason: str) -> Dict[str, Any]:
    """The server's own object, whatever it says; and one of ours where it is not one of this API."""
    if isinstance(body, dict):
        return body
    msg = reason or f"The answer (HTTP status {status}) is not JSON; check the site"
    return {"result": "http-error", "msg": msg, "status_code": status}
