// Calls with everything typed: checked by the compiler, not run.
import { Configuration, RealTimeEventsApi, type Event } from "./client";

const api = new RealTimeEventsApi(new Configuration({ basePath: "https://chat.example.com/api/v1", username: "email", password: "key" }));

/** What is said of an event is known by its type and its operation. */
export function text(event: Event): string {
    if (event.type === "message") return event.message.content;
    if (event.type === "realm_user" && event.op === "remove") return event.person.full_name;
    return event.type;
}

export async function first(): Promise<string[]> {
    const state = (await api.registerQueue(true, true, { notification_settings_null: true })).data;
    // Only who looks without an account gets no queue.
    if (state.queue_id === null) throw new Error("no queue");
    const answer = (await api.getEvents(state.queue_id, state.last_event_id)).data;
    return answer.events.map(text);
}
