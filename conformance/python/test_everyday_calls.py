"""What bots and scripts do every day, through each package."""

import urllib.request

import pytest


@pytest.fixture(scope="module")
def hamlet(shared):
    return shared.hamlet.client()


@pytest.fixture(scope="module")
def cordelia(shared):
    return shared.cordelia.client()


def good(answer):
    assert answer["result"] == "success", answer
    assert "ignored_parameters_unsupported" not in answer, answer
    return answer


def test_profile(shared, hamlet):
    profile = good(hamlet.get_profile())
    assert (profile["email"], profile["full_name"]) == (shared.hamlet.email, "Hamlet")
    assert profile["is_bot"] is False


def test_members(shared, hamlet):
    members = good(hamlet.get_members())["members"]
    by_email = {member["email"]: member for member in members}
    assert by_email[shared.desdemona.email]["is_owner"] is True
    user_id = by_email[shared.cordelia.email]["user_id"]
    assert good(hamlet.get_user_by_id(user_id))["user"]["full_name"] == "Cordelia"


def test_channels_and_subscriptions(hamlet):
    added = good(hamlet.add_subscriptions([{"name": "Elsinore", "description": "The castle"}]))
    assert list(added["subscribed"].values()) == [["Elsinore"]]
    names = [stream["name"] for stream in good(hamlet.get_streams())["streams"]]
    assert "Elsinore" in names and "Denmark" in names
    mine = good(hamlet.get_subscriptions())["subscriptions"]
    assert "Elsinore" in [subscription["name"] for subscription in mine]
    stream_id = good(hamlet.get_stream_id("Elsinore"))["stream_id"]
    assert isinstance(stream_id, int)
    good(hamlet.remove_subscriptions(["Elsinore"]))
    mine = good(hamlet.get_subscriptions())["subscriptions"]
    assert "Elsinore" not in [subscription["name"] for subscription in mine]


def test_a_message_is_sent_read_marked_and_reacted_to(hamlet, cordelia):
    sent = good(hamlet.send_message({"type": "stream", "to": "Denmark", "topic": "deed", "content": "It is *done*"}))
    found = good(
        cordelia.get_messages(
            {
                "anchor": "newest",
                "num_before": 5,
                "num_after": 0,
                "narrow": [
                    {"operator": "stream", "operand": "Denmark"},
                    {"operator": "topic", "operand": "deed"},
                ],
            }
        )
    )
    message = found["messages"][-1]
    assert message["id"] == sent["id"]
    assert "<em>done</em>" in message["content"]
    assert "read" not in message["flags"]

    marked = good(cordelia.update_message_flags({"messages": [sent["id"]], "op": "add", "flag": "read"}))
    assert marked["messages"] == [sent["id"]]
    good(cordelia.add_reaction({"message_id": sent["id"], "emoji_name": "octopus"}))
    again = cordelia.add_reaction({"message_id": sent["id"], "emoji_name": "octopus"})
    assert again["code"] == "REACTION_ALREADY_EXISTS"

    found = good(cordelia.get_messages({"anchor": sent["id"], "num_before": 0, "num_after": 0, "narrow": []}))
    message = found["messages"][0]
    assert "read" in message["flags"]
    assert [reaction["emoji_name"] for reaction in message["reactions"]] == ["octopus"]
    good(cordelia.remove_reaction({"message_id": sent["id"], "emoji_name": "octopus"}))


def test_a_message_is_edited_and_deleted(shared, hamlet):
    sent = good(hamlet.send_message({"type": "stream", "to": "Denmark", "topic": "words", "content": "words"}))
    good(hamlet.update_message({"message_id": sent["id"], "content": "words, words"}))
    assert good(hamlet.get_raw_message(sent["id"]))["raw_content"] == "words, words"
    history = good(hamlet.get_message_history(sent["id"]))["message_history"]
    assert [entry["content"] for entry in history] == ["words", "words, words"]
    good(shared.desdemona.client().delete_message(sent["id"]))
    assert hamlet.get_raw_message(sent["id"])["result"] == "error"


def test_what_is_wrong_is_told_with_a_code(hamlet):
    answer = hamlet.send_message({"type": "stream", "to": "Nowhere", "topic": "x", "content": "x"})
    assert (answer["result"], answer["code"]) == ("error", "STREAM_DOES_NOT_EXIST")
    answer = hamlet.send_message({"type": "stream", "to": "Denmark", "topic": "x", "content": ""})
    assert (answer["result"], answer["code"]) == ("error", "BAD_REQUEST")


def test_typing_and_presence(shared, hamlet, cordelia):
    queue = good(cordelia.register(event_types=["typing", "presence"]))
    cordelia_id = good(cordelia.get_profile())["user_id"]
    good(hamlet.set_typing_status({"type": "direct", "op": "start", "to": [cordelia_id]}))
    answer = good(cordelia.get_events(queue_id=queue["queue_id"], last_event_id=queue["last_event_id"]))
    event = answer["events"][0]
    assert (event["type"], event["op"], event["sender"]["email"]) == ("typing", "start", shared.hamlet.email)
    good(hamlet.update_presence({"status": "active"}))
    assert "website" in good(cordelia.get_user_presence(shared.hamlet.email))["presence"]


def test_an_event_queue_by_hand(hamlet, cordelia):
    queue = good(hamlet.register(event_types=["message"], narrow=[["stream", "Denmark"], ["topic", "by hand"]]))
    cordelia.send_message({"type": "stream", "to": "Denmark", "topic": "other", "content": "not this"})
    sent = good(cordelia.send_message({"type": "stream", "to": "Denmark", "topic": "by hand", "content": "but this"}))
    answer = good(hamlet.get_events(queue_id=queue["queue_id"], last_event_id=queue["last_event_id"]))
    assert [event["message"]["id"] for event in answer["events"]] == [sent["id"]]
    again = good(hamlet.get_events(queue_id=queue["queue_id"], last_event_id=queue["last_event_id"]))
    assert again["events"] == answer["events"]
    good(hamlet.deregister(queue["queue_id"]))
    gone = hamlet.get_events(queue_id=queue["queue_id"], last_event_id=queue["last_event_id"])
    assert (gone["code"], gone["queue_id"]) == ("BAD_EVENT_QUEUE_ID", queue["queue_id"])


def test_groups_of_users(shared, hamlet, cordelia):
    ids = {member["email"]: member["user_id"] for member in good(hamlet.get_members())["members"]}
    own, other = ids[shared.hamlet.email], ids[shared.cordelia.email]
    new = {"name": f"court {id(hamlet)}", "description": "At court", "members": [own]}
    group_id = good(hamlet.create_user_group(new))["group_id"]
    good(hamlet.update_user_group_members(group_id, {"add": [other], "delete": [own]}))
    # The client sends the id in the body, too, which the server says it has no use for.
    changed = hamlet.update_user_group({"group_id": group_id, "description": "Whoever is left"})
    assert (changed["result"], changed["ignored_parameters_unsupported"]) == ("success", ["group_id"])
    groups = {group["id"]: group for group in good(cordelia.get_user_groups())["user_groups"]}
    assert (groups[group_id]["members"], groups[group_id]["description"]) == ([other], "Whoever is left")
    refused = cordelia.update_user_group({"group_id": group_id, "description": "Mine"})
    assert (refused["result"], refused["code"]) == ("error", "BAD_REQUEST")
    good(hamlet.remove_user_group(group_id))
    assert group_id not in [group["id"] for group in good(cordelia.get_user_groups())["user_groups"]]


def test_files_are_uploaded_shared_and_removed(shared, hamlet, cordelia, tmp_path):
    path = tmp_path / "to be.txt"
    path.write_text("To be")
    with path.open("rb") as file:
        uploaded = good(hamlet.upload_file(file))
    assert uploaded["filename"] == "to be.txt" and uploaded["uri"] == uploaded["url"]
    link = f"[{uploaded['filename']}]({uploaded['url']})"
    sent = good(hamlet.send_message({"type": "stream", "to": "Denmark", "topic": "deed", "content": link}))
    mine = [file for file in good(hamlet.get_attachments())["attachments"] if file["path_id"] in uploaded["url"]]
    assert [(file["size"], [message["id"] for message in file["messages"]]) for file in mine] == [(5, [sent["id"]])]
    # Whoever may read the message gets an address that needs no key.
    address = good(cordelia.call_endpoint(uploaded["url"].lstrip("/"), method="GET"))["url"]
    with urllib.request.urlopen(shared.site + address) as answer:
        assert answer.read() == b"To be"
    good(hamlet.call_endpoint(f"attachments/{mine[0]['id']}", method="DELETE"))
    assert uploaded["url"] not in str(good(hamlet.get_attachments()))


def test_custom_emoji_are_added_used_and_taken_out_of_use(hamlet, cordelia, tmp_path):
    path = tmp_path / "tick.gif"
    # One red pixel.
    path.write_bytes(bytes.fromhex("47494638396101000100800000ff000000000021f90400000000002c00000000010001000002024401003b"))
    with path.open("rb") as file:
        good(hamlet.upload_custom_emoji("everyday tick", file))
    emoji = [row for row in good(cordelia.get_realm_emoji())["emoji"].values() if row["name"] == "everyday_tick"]
    assert [row["deactivated"] for row in emoji] == [False]
    sent = good(hamlet.send_message({"type": "stream", "to": "Denmark", "topic": "deed", "content": ":everyday_tick:"}))
    good(cordelia.add_reaction({"message_id": sent["id"], "emoji_name": "everyday_tick"}))
    message = good(hamlet.get_raw_message(sent["id"]))["message"]
    assert emoji[0]["source_url"] in message["content"]
    assert message["reactions"][0]["emoji_code"] == emoji[0]["id"]
    good(hamlet.delete_custom_emoji("everyday_tick"))
