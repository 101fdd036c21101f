"""The five calls of the real-time API through a generated Python client, with every argument of their tables.

Runs in the environment that the client is installed in; what it is to use is in environment variables.
"""

import os

import openapi_client
from openapi_client.api.messages_api import MessagesApi
from openapi_client.api.real_time_events_api import RealTimeEventsApi

configuration = openapi_client.Configuration(
    host=os.environ["API"], username=os.environ["EMAIL"], password=os.environ["KEY"]
)
with openapi_client.ApiClient(configuration) as client:
    api = RealTimeEventsApi(client)
    state = api.register_queue(
        apply_markdown=True,
        client_gravatar=True,
        include_subscribers="true",
        slim_presence=True,
        presence_history_limit_days=7,
        event_types=["message", "reaction", "subscription"],
        all_public_streams=True,
        client_capabilities={"notification_settings_null": True, "bulk_message_deletion": True},
        fetch_event_types=["realm", "subscription"],
        narrow=[["stream", "Denmark"]],
    )
    assert state.result == "success", state
    assert state.realm_name and not hasattr(state, "alert_words") or not state.alert_words
    [denmark] = [channel for channel in state.subscriptions if channel.name == "Denmark"]
    assert len(denmark.subscribers) == 3, denmark

    sent = MessagesApi(client).send_message(type="channel", to="Denmark", topic="tea", content="**Hello**")
    MessagesApi(client).send_message(type="channel", to="Venice", topic="tea", content="not for this queue")
    MessagesApi(client).add_reaction(message_id=sent.id, emoji_name="tada")
    answer = api.get_events(queue_id=state.queue_id, last_event_id=-1, dont_block=True)
    assert answer.result == "success", answer
    events = [getattr(event, "actual_instance", event) for event in answer.events]
    events = [getattr(event, "actual_instance", event) for event in events]
    assert [event.type for event in events] == ["message", "reaction"], events
    message, reaction = events
    assert (message.message.id, message.message.content) == (sent.id, "<p><strong>Hello</strong></p>"), message
    assert (reaction.op, reaction.emoji_name) == ("add", "tada"), reaction
    assert message.id < reaction.id

    done = api.real_time_post(event_types=["message"], narrow=[["stream", "Denmark"]], all_public_streams=True)
    assert done.result == "success", done

    for code, status in [(None, 400), (401, 401), (429, 429)]:
        try:
            api.rest_error_handling(**({} if code is None else {"code": code}))
        except openapi_client.ApiException as error:
            assert error.status == status, error
        else:
            raise AssertionError(f"no error {status}")

    assert api.delete_queue(queue_id=state.queue_id).result == "success"
    try:
        api.get_events(queue_id=state.queue_id, last_event_id=-1)
    except openapi_client.ApiException as error:
        assert error.status == 400 and "BAD_EVENT_QUEUE_ID" in error.body, error
    else:
        raise AssertionError("the queue is still there")

print("all five calls")
