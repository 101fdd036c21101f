"""Events are dicts like any others, whatever came before them. Answers are read by what events looked like before, so
what is tested is many that look alike, a little different, or not at all."""

import copy
import json
import pickle
import random

import pytest
import tidings

from fake import Fake, success


class Enough(Exception):
    pass


def followed(texts, on_event=None):
    """What a callback gets if the server answers polls with these texts, each of which holds a list of events."""
    script = iter(texts)
    count = sum(len(json.loads(text)["events"]) for text in texts)

    def answer(method, path, params, body):
        if path == "/api/v1/register":
            return success(queue_id="q", last_event_id=-1)
        return 200, {}, next(script).encode()

    server = Fake(answer)
    seen = []

    def callback(event):
        seen.append(copy.deepcopy(event))
        if on_event:
            on_event(event)
        if len(seen) == count:
            raise Enough

    try:
        with pytest.raises(Enough):
            tidings.Client(**server.credentials()).call_on_each_event(callback)
    finally:
        server.stop()
    return seen


def message(number, **fields):
    return {
        "id": number,
        "sender_id": 8,
        "content": f"<p>number {number}</p>",
        "subject": "castle",
        "display_recipient": "Denmark",
        "reactions": [],
        "topic_links": [],
        "is_me_message": False,
        "avatar_url": None,
        "timestamp": 1_700_000_000 + number,
        **fields,
    }


def usual(events):
    """As servers write it."""
    body = {"result": "success", "msg": "", "events": events, "queue_id": "q"}
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


WRITINGS = [
    usual,
    lambda events: json.dumps({"events": events, "msg": "", "result": "success"}),
    lambda events: json.dumps({"result": "success", "events": events}, indent=2, ensure_ascii=True),
    lambda events: json.dumps({"result": "success", "msg": "", "events": events}, separators=(" ,\t", " :\n")),
]


@pytest.mark.parametrize("write", WRITINGS, ids=["usual", "events first", "indented", "odd blanks"])
def test_what_was_sent_is_what_arrives(write):
    words = ["", "x", "castle", 'quo"ted', "back\\slash", "two\nlines", "é", "\U0001f419", "\u0000", "</p>", "[", "{}", ","]
    words += ["a" * 41, "é" * 300]
    random.seed(7)

    def anything(depth):
        simple = [None, True, False, 0, -0.5, 7, 12, 123, -12, 2**53, 2**63, -(2**63), 2**64, 10**40, 1e300, 1.5e-7]
        kind = random.randrange(6)
        if depth == 0 or kind < 3:
            return random.choice(words) if kind == 0 else random.choice(simple)
        if kind == 3:
            return [anything(depth - 1) for _ in range(random.randrange(4))]
        return {random.choice(words): anything(depth - 1) for _ in range(random.randrange(6))}

    events, current = [], message(0)
    for number in range(3000):
        change = random.randrange(12)
        if change == 0:
            current = message(number, **{random.choice(["extra", "stream_id", "content"]): anything(3)})
        elif change == 1:
            current = {name: value for name, value in current.items() if random.random() < 0.9}
        elif change == 2:
            current = dict(random.sample(list(current.items()), len(current)))
        elif change == 3:
            current = {**current, random.choice(list(current) or ["x"]): anything(2)}
        elif change == 4:
            current = message(number, sender_id=random.choice([1, 12, 123]), subject=random.choice(words))
        kind = random.choice(["message"] * 9 + ["reaction", "heartbeat!", None])
        events.append({"type": kind, "message": {**current, "id": number}, "flags": [], "id": number})
        if change == 5:
            events[-1]["op"] = anything(3)
    many = {str(key): {"aggregated": {"status": "active", "timestamp": key}} for key in range(300)}
    events.append({"type": "presence", "presences": many, "id": 3000})
    parts = [events[start : start + 500] for start in range(0, len(events), 500)]
    seen = followed([write(part) for part in parts])
    assert seen == events
    assert [list(event) for event in seen] == [list(event) for event in events]
    assert str(seen) == str(json.loads(json.dumps(events)))


def test_an_event_is_a_dict_in_every_way():
    events = [{"type": "message", "message": message(number), "flags": ["read"], "id": number} for number in range(20)]

    def check(event):
        assert type(event) is dict and type(event["message"]) is dict
        assert json.loads(json.dumps(event)) == event == dict(event) == {**event} == dict(**event) == copy.copy(event)
        assert pickle.loads(pickle.dumps(event)) == event
        assert "flags" in event and event.get("nothing") is None and len(event) == 4

    assert followed([usual(events)], check) == events


def test_what_a_callback_changes_is_its_own():
    events = [{"type": "message", "message": message(number), "flags": [], "id": number} for number in range(30)]

    def spoil(event):
        event["message"]["reactions"].append("mine")
        event["message"]["topic_links"] += [1]
        event["message"]["subject"] = "changed"
        event["message"].pop("sender_id")
        event["flags"].append("read")
        event["more"] = 1
        event.pop("type")

    assert followed([usual(events[:10]), usual(events[10:])], spoil) == events


@pytest.mark.parametrize(
    "text",
    [
        '{"result":"success","msg":"","events":[{"type":"x","id":2},{"type":"x","id":3',
        '{"result":"success","msg":"","events":[{"type":"x","id":2},{"type":"x","id":03}],"queue_id":"q"}',
        '{"result":"success","msg":"","events":[{"type":"x","id":2},7],"queue_id":"q"}',
        '{"result":"success","msg":"","events":[{"type":"x","id":2},{"type":"x"}],"queue_id":"q"}',
        '{"result":"success","msg":"","events":[{"type":"x","id":2}{"type":"x","id":3}]}',
        '{"result":"success","msg":"","events":[{"type":"x","id":2},{"type":"x","y":tru,"id":3}]}',
        '{"result":"success","msg":"","events":[{"type":"x","id":2},' + "[" * 1000,
        '{"result":"success","msg":"","events":[{"type":"x","id":2},{"type":"x","y":' + '{"a":[' * 1000,
    ],
)
def test_an_answer_that_becomes_garbage_loses_and_repeats_nothing(text):
    all_of_them = [{"type": "x", "id": number} for number in range(1, 5)]
    polls = []

    def answer(method, path, params, body):
        if path == "/api/v1/register":
            return success(queue_id="q", last_event_id=0)
        acknowledged = int(params["last_event_id"])
        polls.append(acknowledged)
        if len(polls) == 1:
            return 200, {}, usual(all_of_them[:1]).encode()
        if len(polls) == 2:
            return 200, {}, text.encode()
        return success(events=all_of_them[acknowledged:])

    server = Fake(answer)
    seen = []
    try:
        for event in tidings.Client(**server.credentials()).events():
            seen.append(event)
            if len(seen) == 4:
                break
    finally:
        server.stop()
    assert seen == all_of_them
    assert polls == [0, 1, 2]
