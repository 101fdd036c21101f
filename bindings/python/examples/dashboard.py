"""Counts messages by channel, and says who is there: one line whenever something changes."""

import asyncio
import collections

import tidings


async def main():
    client = tidings.AsyncClient(config_file="~/zuliprc")
    messages = collections.Counter()
    people = {}

    def start(reset):
        # At the beginning, and whenever events may have been missed: what is known now counts.
        messages.clear()
        people.clear()
        people.update({person["user_id"]: person["full_name"] for person in reset.state["realm_users"]})

    events = client.events(event_types=["message", "realm_user"], all_public_streams=True, on_reset=start)
    async for event in events:
        if event["type"] == "message" and event["message"]["type"] == "stream":
            messages[event["message"]["display_recipient"]] += 1
        elif event["type"] == "realm_user" and event["op"] == "add":
            people[event["person"]["user_id"]] = event["person"]["full_name"]
        busiest = ", ".join(f"{name}: {count}" for name, count in messages.most_common(5))
        print(f"{len(people)} people; messages in {busiest or 'no channel yet'}", flush=True)


try:
    asyncio.run(main())
except KeyboardInterrupt:
    pass
