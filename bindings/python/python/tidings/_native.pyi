"""The native half; private."""

from os import PathLike
from typing import Any, Callable, Dict, List, Optional, Tuple, Union

Pairs = List[Tuple[str, str]]
Sent = Tuple[str, str, Pairs, List[Tuple[str, bytes]], Optional[float]]
Answer = Tuple[int, Any, str]
_Path = Union[str, "PathLike[str]"]
Item = Union[Dict[str, Any], Tuple[Any, ...]]

class Waiting:
    def cancel(self) -> None: ...

class Connection:
    email: str
    api_key: str
    site: str
    insecure: bool
    def __init__(
        self,
        env_prefix: str,
        rc_name: str,
        user_agent: str,
        *,
        background: bool,
        config_file: Optional[_Path] = None,
        email: Optional[str] = None,
        api_key: Optional[str] = None,
        site: Optional[str] = None,
        insecure: Optional[bool] = None,
        cert_bundle: Optional[str] = None,
        client_cert: Optional[str] = None,
        client_cert_key: Optional[str] = None,
        proxy: Optional[str] = None,
    ) -> None: ...
    def call(self, sent: Sent, patient: bool) -> Answer: ...
    def call_later(
        self, sent: Sent, patient: bool, callback: Callable[[Any, Optional[BaseException]], object]
    ) -> Waiting: ...
    def events(
        self, params: Pairs, state_file: Optional[_Path] = None, queue_name: Optional[str] = None
    ) -> Events: ...

class Events:
    def __iter__(self) -> Events: ...
    def __next__(self) -> Item: ...
    def poll(self) -> Optional[Item]: ...
    def when_ready(self, callback: Callable[[Any, Optional[BaseException]], object]) -> Waiting: ...
    def acknowledge(self) -> None: ...
    def acknowledge_later(self, callback: Callable[[Any, Optional[BaseException]], object]) -> Waiting: ...
    def stop(self) -> None: ...
