"""Reminds people: "@**Reminder** in 10 minutes: tea" in any channel it is in, or "in 10 minutes: tea" to it alone.

It can be stopped, or killed, at any time. The position in the event queue is in a file, and the reminders are in another;
after a restart it hears what was said meanwhile, and says what is due. A message that was handled just before the end may
come again, which is why a reminder is stored by the id of its message.
"""

import json
import os
import re
import threading
import time

import tidings

client = tidings.Client(config_file="~/zuliprc")
me = client.get_profile()["user_id"]
path = os.path.expanduser("~/reminders.json")
wish = re.compile(r"in (\d+) (second|minute|hour)s?: (.*)", re.DOTALL)
seconds = {"second": 1, "minute": 60, "hour": 3600}
lock = threading.Lock()

try:
    with open(path) as file:
        reminders = json.load(file)
except FileNotFoundError:
    reminders = {}


def save():
    with open(path + ".new", "w") as file:
        json.dump(reminders, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)


def remember(event):
    message = event["message"]
    found = wish.search(message["content"])
    to_me = message["type"] == "private" or "mentioned" in event["flags"]
    if message["sender_id"] == me or not to_me or not found:
        return
    count, unit, what = found.groups()
    due = message["timestamp"] + int(count) * seconds[unit]
    with lock:
        reminders.setdefault(str(message["id"]), {"due": due, "to": message["sender_id"], "what": what, "done": False})
        save()


def remind():
    while True:
        with lock:
            due = [one for one in reminders.values() if not one["done"] and one["due"] <= time.time()]
        for one in due:
            text = f"You wanted to be reminded: {one['what']}"
            answer = client.send_message({"type": "direct", "to": [one["to"]], "content": text})
            if answer["result"] == "success":
                with lock:
                    one["done"] = True
                    save()
        time.sleep(0.2)


threading.Thread(target=remind, daemon=True).start()
client.call_on_each_event(remember, event_types=["message"], state_file="~/reminder-bot.state")
