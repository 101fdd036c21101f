"""Answers every direct message with what it says."""

import tidings

client = tidings.Client(config_file="~/zuliprc")
me = client.get_profile()["user_id"]


def answer(message):
    if message["sender_id"] == me:
        return
    people = [person["id"] for person in message["display_recipient"]]
    client.send_message({"type": "direct", "to": people, "content": message["content"]})


client.call_on_each_message(answer, narrow=[["is", "dm"]])
