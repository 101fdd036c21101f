"""Who we are and where the server is: what clients of both kinds are made from."""

from __future__ import annotations

import logging
import os
from typing import ClassVar, Optional

from . import _brand, _native
from ._request import Path

logger = logging.getLogger(__package__)


class Account:
    """See :class:`.Client` for what the arguments mean and where they come from otherwise."""

    #: Whether a thread of its own drives the connections, or the one that waits.
    _background: ClassVar[bool]

    def __init__(
        self,
        email: Optional[str] = None,
        api_key: Optional[str] = None,
        config_file: Optional[Path] = None,
        verbose: bool = False,
        retry_on_errors: bool = True,
        site: Optional[str] = None,
        client: Optional[str] = None,
        cert_bundle: Optional[str] = None,
        insecure: Optional[bool] = None,
        client_cert: Optional[str] = None,
        client_cert_key: Optional[str] = None,
        *,
        proxy: Optional[str] = None,
    ) -> None:
        system = os.uname().sysname if hasattr(os, "uname") else os.name
        self._connection = _native.Connection(
            _brand.ENV_PREFIX,
            _brand.RC_FILE,
            f"{client or _brand.USER_AGENT} ({system})",
            background=self._background,
            config_file=config_file,
            email=email,
            api_key=api_key,
            site=site,
            insecure=insecure,
            cert_bundle=cert_bundle,
            client_cert=client_cert,
            client_cert_key=client_cert_key,
            proxy=proxy,
        )
        if self._connection.insecure:
            logger.warning("certificates are not checked; anybody in between can read along")
        self.email = self._connection.email
        self.api_key = self._connection.api_key
        self.base_url = f"{self._connection.site}/api/"
        self.verbose = verbose
        self.retry_on_errors = retry_on_errors

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.email} at {self._connection.site}>"
