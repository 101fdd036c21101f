"""Everyday calls, by name. Each is one request; what it takes and gives is the server's.

An answer is a dict. If the server did it, ``result`` is ``"success"`` and the keys named here are there; if it refused,
``result`` is ``"error"``, ``code`` says why for programs, and ``msg`` for people.
"""

from __future__ import annotations

from typing import IO, Any, Dict, Generator, Generic, Iterable, List, Mapping, Optional, Sequence, TypeVar, Union
from urllib.parse import quote

#: What a call gives: an answer, or something to wait for that becomes one.
R = TypeVar("R")

Fields = Mapping[str, Any]


class Calls(Generic[R]):
    """What clients of both kinds can ask for."""

    def call_endpoint(
        self,
        url: Optional[str] = None,
        method: str = "POST",
        request: Optional[Fields] = None,
        longpolling: bool = False,
        files: Optional[List[IO[Any]]] = None,
        timeout: Optional[float] = None,
    ) -> R:
        """Calls any endpoint: ``url`` is what follows ``/api/v1/``.

        Values that are not strings travel as JSON, and ``None`` does not travel. ``timeout`` is in seconds.
        Where the answer is none of this API, ``result`` is ``"http-error"``, with ``status_code`` and ``msg``.
        """
        raise NotImplementedError

    def _run(self, steps: Generator[R, Dict[str, Any], Dict[str, Any]]) -> R:
        """Several calls, each of which needs the answer to the one before."""
        raise NotImplementedError

    def do_api_query(
        self,
        orig_request: Fields,
        url: str,
        method: str = "POST",
        longpolling: bool = False,
        files: Optional[List[IO[Any]]] = None,
        timeout: Optional[float] = None,
    ) -> R:
        """As :meth:`call_endpoint`, with a ``url`` that starts with ``v1/``."""
        path = url[len("v1/") :] if url.startswith("v1/") else url
        return self.call_endpoint(path, method, orig_request, longpolling, files, timeout)

    def _get(self, url: str, request: Optional[Fields] = None) -> R:
        return self.call_endpoint(url, "GET", request)

    def _post(self, url: str, request: Optional[Fields] = None) -> R:
        return self.call_endpoint(url, "POST", request)

    def _patch(self, url: str, request: Optional[Fields] = None) -> R:
        return self.call_endpoint(url, "PATCH", request)

    def _delete(self, url: str, request: Optional[Fields] = None) -> R:
        return self.call_endpoint(url, "DELETE", request)

    # Event queues. To follow one, see `events` and `call_on_each_event`.

    def register(
        self,
        event_types: Optional[Iterable[str]] = None,
        narrow: Optional[Sequence[Any]] = None,
        **kwargs: object,
    ) -> R:
        """Registers an event queue: ``queue_id``, ``last_event_id``, and the state at the queue's start.

        ``event_types``: which events, all if ``None``. ``narrow``: only messages that match all of these pairs of
        operator and operand. Further options by the names they have in the API: ``all_public_streams``,
        ``apply_markdown``, ``fetch_event_types``, ``client_capabilities``, ``queue_name``, …
        """
        return self._post("register", {"event_types": event_types, "narrow": narrow or [], **kwargs})

    def get_events(self, **request: Any) -> R:
        """Waits for ``events`` after ``last_event_id`` in the queue ``queue_id``.

        With ``dont_block=True`` it does not wait. ``BAD_EVENT_QUEUE_ID``: the queue is gone.
        """
        return self.call_endpoint("events", "GET", request, longpolling=True)

    def deregister(self, queue_id: str, timeout: Optional[float] = None) -> R:
        """Deletes an event queue. ``BAD_EVENT_QUEUE_ID``: it is gone already."""
        return self.call_endpoint("events", "DELETE", {"queue_id": queue_id}, timeout=timeout)

    # Messages.

    def send_message(self, message_data: Fields) -> R:
        """Sends a message: ``id``.

        ``type`` is ``"stream"`` (with ``to``, a name or an id, and ``topic``) or ``"direct"`` (with ``to``, a list of
        addresses or ids); ``content`` is Markdown. ``STREAM_DOES_NOT_EXIST``, ``BAD_REQUEST``.
        """
        return self._post("messages", message_data)

    def get_messages(self, message_filters: Fields) -> R:
        """Reads messages around an ``anchor``: ``messages`` with the oldest first, ``found_newest``, ``found_oldest``.

        ``anchor`` is an id, ``"newest"``, ``"oldest"`` or ``"first_unread"``; ``num_before`` and ``num_after`` say how
        many; ``narrow`` is a list of ``{"operator": …, "operand": …}``; ``apply_markdown=False`` gives the source.
        """
        return self._get("messages", message_filters)

    def get_message(self, message_id: int) -> R:
        """One ``message``, and its source as ``raw_content``."""
        return self._get(f"messages/{message_id}")

    def get_raw_message(self, message_id: int) -> R:
        """One ``message``, and its source as ``raw_content``."""
        return self.get_message(message_id)

    def get_message_history(self, message_id: int) -> R:
        """What a message was: ``message_history``, the oldest first."""
        return self._get(f"messages/{message_id}/history")

    def check_messages_match_narrow(self, **request: Any) -> R:
        """Which of ``msg_ids`` match ``narrow``: ``messages``, by id."""
        return self._get("messages/matches_narrow", request)

    def update_message(self, message_data: Fields) -> R:
        """Edits or moves the message ``message_id``: ``content``, ``topic``, ``stream_id``, ``propagate_mode``."""
        return self._patch(f"messages/{message_data['message_id']}", message_data)

    def delete_message(self, message_id: int) -> R:
        """Deletes a message."""
        return self._delete(f"messages/{message_id}")

    def update_message_flags(self, update_data: Fields) -> R:
        """Adds or removes (``op``) one's own ``flag`` at ``messages``, a list of ids: ``messages`` that changed."""
        return self._post("messages/flags", update_data)

    def mark_all_as_read(self) -> R:
        """Marks everything as read."""
        return self._post("mark_all_as_read")

    def mark_stream_as_read(self, stream_id: int) -> R:
        """Marks a channel as read."""
        return self._post("mark_stream_as_read", {"stream_id": stream_id})

    def mark_topic_as_read(self, stream_id: int, topic_name: str) -> R:
        """Marks a topic as read."""
        return self._post("mark_topic_as_read", {"stream_id": stream_id, "topic_name": topic_name})

    def add_reaction(self, reaction_data: Fields) -> R:
        """Reacts to ``message_id`` with ``emoji_name``. ``REACTION_ALREADY_EXISTS``."""
        return self._post(f"messages/{reaction_data['message_id']}/reactions", reaction_data)

    def remove_reaction(self, reaction_data: Fields) -> R:
        """Takes one's own reaction back. ``REACTION_DOES_NOT_EXIST``."""
        return self._delete(f"messages/{reaction_data['message_id']}/reactions", reaction_data)

    def render_message(self, request: Optional[Fields] = None) -> R:
        """What ``content`` looks like: ``rendered``, as HTML."""
        return self._post("messages/render", request)

    def move_topic(
        self,
        stream: str,
        new_stream: str,
        topic: str,
        new_topic: Optional[str] = None,
        message_id: Optional[int] = None,
        propagate_mode: str = "change_all",
        notify_old_topic: bool = True,
        notify_new_topic: bool = True,
    ) -> R:
        """Moves a topic, or the part of it that ``propagate_mode`` and ``message_id`` say, to another channel.

        ``propagate_mode`` is ``"change_all"``, ``"change_later"`` or ``"change_one"``; the last two need a message.
        """
        if message_id is None and propagate_mode != "change_all":
            raise AttributeError(f"propagate_mode={propagate_mode!r} needs a message_id")

        def steps() -> Generator[R, Dict[str, Any], Dict[str, Any]]:
            origin = yield self.get_stream_id(stream)
            target = yield self.get_stream_id(new_stream)
            for found in (origin, target):
                if found["result"] != "success":
                    return found
            anchor = message_id
            if anchor is None:
                narrow = [
                    {"operator": "stream", "operand": origin["stream_id"]},
                    {"operator": "topic", "operand": topic},
                ]
                last = {"anchor": "newest", "num_before": 1, "num_after": 0, "narrow": narrow}
                newest = yield self.get_messages(last)
                if newest["result"] != "success":
                    return newest
                if not newest["messages"]:
                    return {"result": "error", "msg": f"There is no message in topic {topic!r}"}
                anchor = newest["messages"][0]["id"]
            return (
                yield self._patch(
                    f"messages/{anchor}",
                    {
                        "stream_id": target["stream_id"],
                        "propagate_mode": propagate_mode,
                        "topic": new_topic,
                        "send_notification_to_old_thread": notify_old_topic,
                        "send_notification_to_new_thread": notify_new_topic,
                    },
                )
            )

        return self._run(steps())

    def upload_file(self, file: IO[Any]) -> R:
        """Uploads an open file: ``url``, to be linked to in a message."""
        return self.call_endpoint("user_uploads", files=[file])

    def get_attachments(self) -> R:
        """One's own uploads: ``attachments``."""
        return self._get("attachments")

    # Channels and subscriptions.

    def get_streams(self, **request: Any) -> R:
        """Channels: ``streams``. ``include_public``, ``include_subscribed``, ``include_all``, … say which."""
        return self._get("streams", request)

    def get_stream_id(self, stream: str) -> R:
        """A channel's ``stream_id`` by its name. ``BAD_REQUEST``: there is none."""
        return self._get("get_stream_id", {"stream": stream})

    def get_stream_topics(self, stream_id: int) -> R:
        """A channel's ``topics``, the newest first: ``name`` and ``max_id``."""
        return self._get(f"users/me/{stream_id}/topics")

    def get_stream_email_address(self, stream_id: int) -> R:
        """The ``email`` address that posts to a channel."""
        return self._get(f"streams/{stream_id}/email_address")

    def get_subscribers(self, **request: Any) -> R:
        """Who is subscribed to the channel named ``stream``: ``subscribers``, by id."""

        def steps() -> Generator[R, Dict[str, Any], Dict[str, Any]]:
            found = yield self.get_stream_id(request["stream"])
            if found["result"] != "success":
                return found
            return (yield self._get(f"streams/{found['stream_id']}/members", request))

        return self._run(steps())

    def update_stream(self, stream_data: Fields) -> R:
        """Changes the channel ``stream_id``: ``new_name``, ``description``, ``is_private``, …"""
        return self._patch(f"streams/{stream_data['stream_id']}", stream_data)

    def delete_stream(self, stream_id: int) -> R:
        """Archives a channel."""
        return self._delete(f"streams/{stream_id}")

    def add_default_stream(self, stream_id: int) -> R:
        """Makes a channel one that new accounts are subscribed to."""
        return self._post("default_streams", {"stream_id": stream_id})

    def get_subscriptions(self, request: Optional[Fields] = None) -> R:
        """One's own ``subscriptions``."""
        return self._get("users/me/subscriptions", request)

    def list_subscriptions(self, request: Optional[Fields] = None) -> R:
        """An older name of :meth:`get_subscriptions`."""
        return self.get_subscriptions(request)

    def add_subscriptions(self, streams: Iterable[Fields], **kwargs: Any) -> R:
        """Subscribes to channels, each ``{"name": …}``, and creates those that are missing.

        ``subscribed`` and ``already_subscribed`` hold names by account. ``principals``: others than oneself.
        """
        return self._post("users/me/subscriptions", {"subscriptions": streams, **kwargs})

    def remove_subscriptions(
        self, streams: Iterable[str], principals: Union[Sequence[str], Sequence[int], None] = None
    ) -> R:
        """Unsubscribes from channels, by name: ``removed``, ``not_removed``."""
        return self._delete("users/me/subscriptions", {"subscriptions": streams, "principals": principals})

    def get_subscription_status(self, user_id: int, stream_id: int) -> R:
        """Whether somebody ``is_subscribed``."""
        return self._get(f"users/{user_id}/subscriptions/{stream_id}")

    def update_subscription_settings(self, subscription_data: Sequence[Fields]) -> R:
        """Changes settings of subscriptions, each ``{"stream_id": …, "property": …, "value": …}``."""
        return self._post("users/me/subscriptions/properties", {"subscription_data": subscription_data})

    def mute_topic(self, request: Fields) -> R:
        """Mutes or unmutes (``op``) a ``topic`` of ``stream`` or ``stream_id``."""
        return self._patch("users/me/subscriptions/muted_topics", request)

    # People.

    def get_profile(self, request: Optional[Fields] = None) -> R:
        """One's own account: ``user_id``, ``email``, ``full_name``, …"""
        return self._get("users/me", request)

    def get_users(self, request: Optional[Fields] = None) -> R:
        """All accounts: ``members``."""
        return self._get("users", request)

    def get_members(self, request: Optional[Fields] = None) -> R:
        """An older name of :meth:`get_users`."""
        return self.get_users(request)

    def get_user_by_id(self, user_id: int, **request: Any) -> R:
        """One account: ``user``."""
        return self._get(f"users/{user_id}", request)

    def create_user(self, request: Optional[Fields] = None) -> R:
        """Creates an account of ``email``, ``password`` and ``full_name``: ``user_id``."""
        return self._post("users", request)

    def update_user_by_id(self, user_id: int, **request: Any) -> R:
        """Changes an account: ``full_name``, ``role``, …"""
        return self._patch(f"users/{user_id}", request)

    def deactivate_user_by_id(self, user_id: int) -> R:
        """Deactivates an account."""
        return self._delete(f"users/{user_id}")

    def reactivate_user_by_id(self, user_id: int) -> R:
        """Activates an account again."""
        return self._post(f"users/{user_id}/reactivate")

    def get_user_presence(self, email: str) -> R:
        """Whether somebody is there: ``presence``, by client."""
        return self._get(f"users/{quote(email, safe='@')}/presence")

    def get_realm_presence(self) -> R:
        """Who is there: ``presences``, by address."""
        return self._get("realm/presence")

    def update_presence(self, request: Fields) -> R:
        """Says that one is there (``status``: ``"active"`` or ``"idle"``): ``presences`` of all."""
        return self._post("users/me/presence", request)

    def set_typing_status(self, request: Fields) -> R:
        """Says that one starts or stops (``op``) to type to ``to``."""
        return self._post("typing", request)

    def get_alert_words(self) -> R:
        """One's own ``alert_words``."""
        return self._get("users/me/alert_words")

    def add_alert_words(self, alert_words: List[str]) -> R:
        """Adds some: all ``alert_words``."""
        return self._post("users/me/alert_words", {"alert_words": alert_words})

    def remove_alert_words(self, alert_words: List[str]) -> R:
        """Removes some: all ``alert_words``."""
        return self._delete("users/me/alert_words", {"alert_words": alert_words})

    def update_notification_settings(self, notification_settings: Fields) -> R:
        """Changes one's own settings for notifications."""
        return self._patch("settings/notifications", notification_settings)

    def get_user_groups(self) -> R:
        """All groups: ``user_groups``."""
        return self._get("user_groups")

    def create_user_group(self, group_data: Fields) -> R:
        """Creates a group of ``name``, ``description`` and ``members``."""
        return self._post("user_groups/create", group_data)

    def update_user_group(self, group_data: Fields) -> R:
        """Changes the group ``group_id``."""
        return self._patch(f"user_groups/{group_data['group_id']}", group_data)

    def remove_user_group(self, group_id: int) -> R:
        """Deletes a group."""
        return self._delete(f"user_groups/{group_id}")

    def update_user_group_members(self, user_group_id: int, group_data: Fields) -> R:
        """Adds (``add``) and removes (``delete``) members, by id."""
        return self._post(f"user_groups/{user_group_id}/members", group_data)

    # The server and the organization.

    def get_server_settings(self) -> R:
        """What the server says to anybody: its version, its feature level, ways to log in."""
        return self._get("server_settings")

    def get_realm_emoji(self) -> R:
        """Emoji of the organization's own: ``emoji``, by id."""
        return self._get("realm/emoji")

    def upload_custom_emoji(self, emoji_name: str, file_obj: IO[Any]) -> R:
        """Adds an emoji from an open picture."""
        return self.call_endpoint(f"realm/emoji/{quote(emoji_name, safe='')}", files=[file_obj])

    def delete_custom_emoji(self, emoji_name: str) -> R:
        """Removes an emoji."""
        return self._delete(f"realm/emoji/{quote(emoji_name, safe='')}")

    def get_realm_linkifiers(self) -> R:
        """What text becomes a link: ``linkifiers``, with ``id``, ``pattern`` and ``url_template``."""
        return self._get("realm/linkifiers")

    def add_realm_filter(self, pattern: str, url_template: str) -> R:
        """Adds a linkifier: ``id``. The template is one of RFC 6570."""
        return self._post("realm/filters", {"pattern": pattern, "url_template": url_template})

    def remove_realm_filter(self, filter_id: int) -> R:
        """Removes a linkifier."""
        return self._delete(f"realm/filters/{filter_id}")

    def get_realm_profile_fields(self) -> R:
        """Profile fields of the organization's own: ``custom_fields``."""
        return self._get("realm/profile_fields")

    def create_realm_profile_field(self, **request: Any) -> R:
        """Adds a profile field: ``id``."""
        return self._post("realm/profile_fields", request)

    def remove_realm_profile_field(self, field_id: int) -> R:
        """Removes a profile field."""
        return self._delete(f"realm/profile_fields/{field_id}")

    def reorder_realm_profile_fields(self, **request: Any) -> R:
        """Puts profile fields into the ``order`` of these ids."""
        return self._patch("realm/profile_fields", request)

    def update_realm_profile_field(self, field_id: int, **request: Any) -> R:
        """Changes a profile field."""
        return self._patch(f"realm/profile_fields/{field_id}", request)

    def get_storage(self, request: Optional[Fields] = None) -> R:
        """What the bot stored at the server: ``storage``; only some ``keys`` of it, if these are given."""
        return self._get("bot_storage", request)

    def update_storage(self, request: Fields) -> R:
        """Stores strings at the server, by key: ``{"storage": {…}}``."""
        return self.call_endpoint("bot_storage", "PUT", request)
