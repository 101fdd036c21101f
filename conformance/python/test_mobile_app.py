"""What the mobile app demands of a server: a field that is missing, or of another type, keeps it from starting, or makes
it throw away what it knows and start again. The app itself cannot be installed here; this is its parser's list."""

import json
import re
import urllib.request

import pytest

from server import TIMEOUT_SECS

NUMBER_OR_GROUP = (int, dict)
USER = {
    "user_id": int, "email": str, "full_name": str, "date_joined": str, "is_bot": bool, "role": int, "timezone": str,
    "avatar_version": int,
}
CHANNEL = {
    "stream_id": int, "name": str, "description": str, "rendered_description": str, "date_created": int,
    "invite_only": bool, "is_web_public": bool, "history_public_to_subscribers": bool,
    "can_add_subscribers_group": NUMBER_OR_GROUP, "can_subscribe_group": NUMBER_OR_GROUP,
}
SUBSCRIPTION = {**CHANNEL, "pin_to_top": bool, "is_muted": bool, "color": re.compile("#[0-9a-f]{6}")}
GROUP = {
    "id": int, "members": [int], "direct_subgroup_ids": [int], "name": str, "description": str, "is_system_group": bool,
}
STATE = {
    "queue_id": str, "last_event_id": int, "zulip_feature_level": int, "zulip_version": str, "zulip_merge_base": str,
    "max_stream_name_length": int, "max_topic_length": int, "max_file_upload_size_mib": int,
    "event_queue_longpoll_timeout_seconds": int, "server_presence_ping_interval_seconds": int,
    "server_presence_offline_threshold_seconds": int, "realm_waiting_period_threshold": int,
    "alert_words": [str], "custom_profile_fields": [dict], "muted_users": [dict], "realm_user_groups": [GROUP],
    "recent_private_conversations": [dict], "subscriptions": [SUBSCRIPTION], "starred_messages": [int],
    "streams": [CHANNEL], "user_topics": [dict], "realm_users": [USER], "realm_non_active_users": [USER],
    "cross_realm_bots": [USER], "presences": dict, "realm_emoji": dict, "user_status": dict,
    "realm_default_external_accounts": dict,
    "unread_msgs": {
        "count": int, "pms": [{"other_user_id": int, "unread_message_ids": [int]}],
        "streams": [{"topic": str, "stream_id": int, "unread_message_ids": [int]}],
        "huddles": [{"user_ids_string": str, "unread_message_ids": [int]}], "mentions": [int],
        "old_unreads_missing": bool,
    },
    "user_settings": {
        "starred_message_counts": bool, "display_emoji_reaction_users": bool, "emojiset": str, "presence_enabled": bool,
    },
    "realm_name": str, "realm_icon_url": str, "server_emoji_data_url": str, "realm_allow_message_editing": bool,
    "realm_enable_read_receipts": bool, "realm_presence_disabled": bool, "realm_wildcard_mention_policy": int,
}
MESSAGE = {
    "id": int, "type": str, "client": str, "content": str, "content_type": str, "is_me_message": bool,
    "reactions": [dict], "sender_email": str, "sender_full_name": str, "sender_id": int, "sender_realm_str": str,
    "timestamp": int,
}
EVENTS = {
    ("message", None): {"message": MESSAGE, "flags": [str]},
    ("update_message", None): {
        "rendering_only": bool, "message_id": int, "message_ids": [int], "flags": [str], "edit_timestamp": int,
    },
    ("delete_message", None): {"message_ids": [int], "message_type": str},
    ("update_message_flags", "add"): {"flag": str, "messages": [int], "all": bool},
    ("update_message_flags", "remove"): {"flag": str, "messages": [int]},
    ("typing", "start"): {"message_type": str, "sender": {"user_id": int}},
    ("presence", None): {
        "user_id": int, "server_timestamp": float, "presence": dict,
    },
    ("reaction", "add"): {
        "emoji_name": str, "emoji_code": str, "reaction_type": str, "user_id": int, "message_id": int,
    },
    ("stream", "create"): {"streams": [CHANNEL]},
    ("stream", "update"): {"stream_id": int, "name": str, "property": str},
    ("subscription", "add"): {"subscriptions": [SUBSCRIPTION]},
    ("subscription", "remove"): {"subscriptions": [{"stream_id": int}]},
    ("subscription", "update"): {"stream_id": int, "property": str},
    ("subscription", "peer_add"): {"stream_ids": [int], "user_ids": [int]},
    ("realm_user", "add"): {"person": {**USER, "is_active": bool}},
    ("realm_user", "update"): {"person": {"user_id": int}},
    ("user_topic", None): {"stream_id": int, "topic_name": str, "last_updated": int, "visibility_policy": int},
    ("alert_words", None): {"alert_words": [str]},
    ("user_settings", "update"): {"property": str},
    ("user_status", None): {"user_id": int},
    ("muted_users", None): {"muted_users": [dict]},
}


def check(value, shape, where):
    if isinstance(shape, dict):
        assert isinstance(value, dict), f"{where} is {value!r}"
        for name, part in shape.items():
            assert name in value, f"{where}.{name} is missing: {value!r}"
            check(value[name], part, f"{where}.{name}")
    elif isinstance(shape, list):
        assert isinstance(value, list), f"{where} is {value!r}"
        for item in value:
            check(item, shape[0], f"{where}[]")
    elif isinstance(shape, re.Pattern):
        assert shape.fullmatch(value), f"{where} is {value!r}"
    else:
        wanted = (int, float) if shape is float else shape
        # True is a number for Python; for the app it is not.
        is_flag = isinstance(value, bool) and shape is not bool
        assert isinstance(value, wanted) and not is_flag, f"{where} is {value!r}"


@pytest.fixture
def app(ours):
    """The app's user, registered as the app does it, and a server where something happened before."""
    hamlet, owner = ours.hamlet, ours.desdemona
    ours.create_user("helper", bot=True)
    owner.send("Denmark", "castle", "@**Hamlet** look")
    for to in ([hamlet.email], [hamlet.email, ours.cordelia.email]):
        done(owner.call("POST", "/messages", type="direct", to=to, content="psst"))
    done(hamlet.call("POST", "/users/me/muted_users/3"))
    done(hamlet.call("POST", "/users/me/presence", status="active", slim_presence=True))
    return register(hamlet)


def done(answer):
    assert answer["result"] == "success", answer
    return answer


def register(user):
    capabilities = [
        "notification_settings_null", "bulk_message_deletion", "user_avatar_url_field_optional",
        "stream_typing_notifications", "user_settings_object", "include_deactivated_groups", "empty_topic_name",
        "individual_emoji_changes",
    ]
    return done(user.call(
        "POST", "/register", apply_markdown=True, client_gravatar=False, slim_presence=True,
        idle_queue_timeout='"mobile"', client_capabilities={name: True for name in capabilities},
    ))


def test_it_can_log_in(ours):
    settings = ours.hamlet.call("GET", "/server_settings")
    check(settings, {
        "authentication_methods": {"ldap": bool}, "external_authentication_methods": [dict], "zulip_feature_level": int,
        "zulip_version": str, "zulip_merge_base": str, "push_notifications_enabled": bool, "is_incompatible": bool,
        "email_auth_enabled": bool, "require_email_format_usernames": bool, "realm_uri": str, "realm_name": str,
        "realm_icon": str, "realm_description": str, "realm_web_public_access_enabled": bool,
    }, "server_settings")
    assert settings["zulip_feature_level"] >= 277
    assert re.fullmatch("[!-~]{32}", ours.hamlet.key())


def test_it_reads_the_state(app, ours):
    check(app, STATE, "state")
    assert app["realm_wildcard_mention_policy"] in (1, 2, 3, 5, 6, 7)
    assert app["unread_msgs"]["count"] == 3
    for ids in (entry["unread_message_ids"] for kind in ("pms", "streams", "huddles") for entry in app["unread_msgs"][kind]):
        assert ids == sorted(set(ids))
    assert all(key.isdigit() for name in ("presences", "user_status") for key in app[name])
    for presence in app["presences"].values():
        check(presence, {"active_timestamp": int, "idle_timestamp": int}, "presence")
    me = done(ours.hamlet.call("GET", "/users/me"))["user_id"]
    assert me in [user["user_id"] for user in app["realm_users"]]
    assert {it["stream_id"] for it in app["subscriptions"]} <= {it["stream_id"] for it in app["streams"]}
    emoji = json.load(urllib.request.urlopen(app["server_emoji_data_url"], timeout=TIMEOUT_SECS))
    assert emoji["code_to_names"]["1f44d"]


def test_it_reads_what_comes(app, ours):
    hamlet, owner = ours.hamlet, ours.desdemona
    channel = done(owner.call("GET", "/get_stream_id", stream="Denmark"))["stream_id"]
    one, two = owner.send("Denmark", "castle", "one"), owner.send("Denmark", "castle", "two")
    for user, method, path, params in [
        (owner, "PATCH", f"/messages/{one}", {"content": "1"}),
        (owner, "PATCH", f"/messages/{one}", {"topic": "tower"}),
        (owner, "POST", f"/messages/{one}/reactions", {"emoji_name": "smile"}),
        (owner, "DELETE", f"/messages/{two}", {}),
        (hamlet, "POST", "/messages/flags", {"messages": [one], "op": "add", "flag": "read"}),
        (hamlet, "POST", "/messages/flags", {"messages": [one], "op": "remove", "flag": "read"}),
        (owner, "POST", "/typing", {"op": "start", "type": "channel", "stream_id": channel, "topic": "tower"}),
        (owner, "POST", "/users/me/presence", {"status": "active", "new_user_input": True}),
        (owner, "POST", "/users/me/subscriptions", {"subscriptions": [{"name": "new"}], "principals": [hamlet.email]}),
        (ours.cordelia, "POST", "/users/me/subscriptions", {"subscriptions": [{"name": "new"}]}),
        (owner, "PATCH", f"/streams/{channel}", {"description": "where *he* lives"}),
        (hamlet, "POST", "/users/me/subscriptions/properties",
         {"subscription_data": [{"stream_id": channel, "property": "color", "value": "#AABBCC"}]}),
        (hamlet, "DELETE", "/users/me/subscriptions", {"subscriptions": ["new"]}),
        (hamlet, "POST", "/user_topics", {"stream_id": channel, "topic": "tower", "visibility_policy": 3}),
        (hamlet, "POST", "/users/me/alert_words", {"alert_words": ["ghost"]}),
        (hamlet, "PATCH", "/settings", {"twenty_four_hour_time": True}),
        (owner, "POST", "/users/me/status", {"status_text": "away"}),
        (hamlet, "DELETE", "/users/me/muted_users/3", {}),
        (owner, "PATCH", "/settings", {"full_name": "Desdemona Moor"}),
    ]:
        done(user.call(method, path, **params))
    ours.create_user("polonius")
    events = []
    while len({(it["type"], it.get("op")) for it in events} & EVENTS.keys()) < len(EVENTS):
        last = events[-1]["id"] if events else app["last_event_id"]
        answer = done(hamlet.call("GET", "/events", queue_id=app["queue_id"], last_event_id=last, dont_block=True))
        assert answer["events"], f"not told of: {EVENTS.keys() - {(it['type'], it.get('op')) for it in events}}"
        events += answer["events"]
    for event in events:
        name = (event["type"], event.get("op"))
        check(event, EVENTS.get(name, {}), f"event {name}")
    by_name = {}
    for event in events:
        by_name.setdefault((event["type"], event.get("op")), []).append(event)
    edit, move = by_name["update_message", None][:2]
    assert "propagate_mode" not in edit
    check(move, {"stream_id": int, "orig_subject": str, "propagate_mode": str, "subject": str}, "move")
    for message in (it["message"] for it in by_name["message", None]):
        assert message["type"] in ("stream", "private") and message.get("edit_history") != []
    removed = by_name["update_message_flags", "remove"][0]
    details = {"type": "stream", "stream_id": channel, "topic": "tower"}
    assert removed["message_details"][str(one)].items() >= details.items()
    described = next(it for it in by_name["stream", "update"] if it["property"] == "description")
    assert described["rendered_description"] == "<p>where <em>he</em> lives</p>"
