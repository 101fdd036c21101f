"""The client for `asyncio`."""

import asyncio
import threading
import time

import pytest
import tidings

from fake import Fake, success


def client(user):
    return tidings.AsyncClient(config_file=user.zuliprc)


def test_calls_run_side_by_side(ours):
    async def main():
        hamlet = client(ours.hamlet)
        profile, members, subscribers = await asyncio.gather(
            hamlet.get_profile(), hamlet.get_members(), hamlet.get_subscribers(stream="Denmark")
        )
        assert profile["email"] == ours.hamlet.email
        assert len(members["members"]) == 3
        assert len(subscribers["subscribers"]) == 3
        refused = await hamlet.send_message({"type": "stream", "to": "Nowhere", "topic": "x", "content": "x"})
        assert refused["code"] == "STREAM_DOES_NOT_EXIST"

    asyncio.run(main())


def test_events_come_while_other_tasks_run(ours):
    async def main():
        hamlet, cordelia = client(ours.hamlet), client(ours.cordelia)
        started = asyncio.Event()
        seen = []

        async def on_reset(reset):
            seen.append(reset.reason)
            started.set()

        async def send():
            await started.wait()
            for number in range(3):
                sent = {"type": "stream", "to": "Denmark", "topic": "castle", "content": f"number {number}"}
                assert (await cordelia.send_message(sent))["result"] == "success"

        sending = asyncio.create_task(send())
        async with hamlet.events(event_types=["message"], on_reset=on_reset) as events:
            async for event in events:
                seen.append(event["message"]["content"])
                if len(seen) == 4:
                    break
        await sending
        assert seen == ["started", "number 0", "number 1", "number 2"]

    asyncio.run(main())


def test_a_wait_that_is_cancelled_loses_nothing(ours):
    async def main():
        async with client(ours.hamlet).events(event_types=["message"]) as events:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(events.__anext__(), 0.3)
            ours.cordelia.send("Denmark", "castle", "after it")
            event = await asyncio.wait_for(events.__anext__(), 20)
            assert event["message"]["content"] == "after it"

    asyncio.run(main())


def test_an_event_that_came_when_its_wait_was_cancelled_is_not_acknowledged(tmp_path):
    first_is_there, both_are_there = [{"type": "x", "id": 1}], [{"type": "x", "id": 1}, {"type": "x", "id": 2}]
    go = threading.Event()

    def answer(method, path, params, body):
        if path == "/api/v1/register":
            return success(queue_id="q", last_event_id=0)
        acknowledged = int(params["last_event_id"])
        if acknowledged > 0:
            assert go.wait(20)
        return success(events=(both_are_there if go.is_set() else first_is_there)[acknowledged:])

    async def main():
        account = tidings.AsyncClient(**server.credentials())
        async with account.events(state_file=tmp_path / "state") as events:
            assert (await events.__anext__())["id"] == 1
            waiting = asyncio.ensure_future(events.__anext__())
            while server.count("/api/v1/events") < 2:
                await asyncio.sleep(0.01)
            go.set()
            # The loop does not run while the event comes.
            time.sleep(1)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            await events.acknowledge()
        async with account.events(state_file=tmp_path / "state") as events:
            assert (await events.__anext__())["id"] == 2

    server = Fake(answer)
    try:
        asyncio.run(main())
    finally:
        go.set()
        server.stop()


def test_closing_ends_a_wait_elsewhere(ours):
    async def main():
        events = client(ours.hamlet).events(event_types=["message"])
        waiting = asyncio.ensure_future(events.__anext__())
        while not ours.metric("tidings_polls_parked"):
            await asyncio.sleep(0.05)
        begin = time.monotonic()
        await events.aclose()
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(waiting, 5)
        assert time.monotonic() - begin < 5

    asyncio.run(main())


def test_callbacks_may_be_coroutines_and_what_they_raise_arrives(ours, tmp_path):
    async def main():
        options = {"event_types": ["message"], "state_file": tmp_path / "state"}
        seen = []

        async def callback(event):
            await asyncio.sleep(0)
            seen.append(event["message"]["content"])
            if len(seen) == 2:
                raise ValueError("enough")

        def on_reset(reset):
            seen.clear()
            for content in ["first", "second"]:
                ours.cordelia.send("Denmark", "castle", content)

        with pytest.raises(ValueError, match="enough"):
            await client(ours.hamlet).call_on_each_event(callback, on_reset=on_reset, **options)
        assert seen == ["first", "second"]
        async with client(ours.hamlet).events(**options) as events:
            assert (await events.__anext__())["message"]["content"] == "second"
            await events.acknowledge()
        ours.cordelia.send("Denmark", "castle", "third")
        async with client(ours.hamlet).events(**options) as events:
            assert (await events.__anext__())["message"]["content"] == "third"

    asyncio.run(main())


def test_errors_are_raised_where_they_are_awaited(ours):
    async def main():
        wrong = tidings.AsyncClient(email=ours.hamlet.email, api_key="x" * 32, site=ours.site)
        assert (await wrong.get_profile())["code"] == "UNAUTHORIZED"
        with pytest.raises(tidings.RefusedError):
            await wrong.call_on_each_message(print)
        nowhere = tidings.AsyncClient(email="a@example.com", api_key="k", site="http://127.0.0.1:1")
        with pytest.raises(tidings.UnreachableError):
            await nowhere.get_profile()

    asyncio.run(main())


def test_a_loop_may_end_while_something_is_waited_for():
    asked, go = threading.Event(), threading.Event()

    def answer(*_):
        asked.set()
        go.wait(20)
        return success()

    server = Fake(answer)
    try:

        async def main():
            waiting = asyncio.create_task(tidings.AsyncClient(**server.credentials()).get_profile())
            while not asked.is_set():
                await asyncio.sleep(0.01)
            waiting.cancel()

        asyncio.run(main())
    finally:
        go.set()
        server.stop()
