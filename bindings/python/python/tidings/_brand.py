"""The names that this distribution goes by. Nothing else in the package differs between distributions."""

from __future__ import annotations

from typing import Dict

#: The file in the home folder that holds address, key and site, with or without a dot before it.
RC_FILE = "zuliprc"
#: Before each environment variable: ``ZULIP`` makes ``ZULIP_EMAIL``.
ENV_PREFIX = "ZULIP"
#: Names the program to the server, as in ``name/version``; its first word is the ``client`` of messages.
USER_AGENT = "TidingsPython"
#: Names that programs for another package expect in this one, and what they are here.
ALIASES: Dict[str, str] = {"ZulipError": "Error", "ZulipStream": "MessageStream"}
