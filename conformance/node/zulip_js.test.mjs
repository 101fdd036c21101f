// The official JavaScript client against a real server.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import zulipModule from "zulip-js";

const zulip = zulipModule.default ?? zulipModule;
const binary = process.env.TIDINGS_BINARY ?? join(import.meta.dirname, "../../target/debug/tidings");
const folder = mkdtempSync(join(tmpdir(), "tidings-node-"));
const data = join(folder, "data");
const people = {};
let server;

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function until(what, attempt) {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const value = await attempt();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`in vain waited for ${what}`);
}

function tidings(...args) {
  const done = spawnSync(binary, args, { encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
}

before(async () => {
  const site = `http://127.0.0.1:${await freePort()}`;
  const listen = ["--listen", site.slice("http://".length)];
  server = spawn(binary, ["serve", "--data-dir", data, ...listen, "--synchronous", "normal"], { stdio: "ignore" });
  await until("the server", () => fetch(`${site}/healthz`).then((answer) => answer.ok, () => false));
  for (const [name, role] of [["desdemona", "owner"], ["hamlet", "member"]]) {
    const zuliprc = join(folder, name);
    tidings("user", "create", "--data-dir", data, "--email", `${name}@example.com`, "--full-name", name, "--role", role,
      "--zuliprc", zuliprc);
    people[name] = await zulip({ zuliprc });
  }
  const subscriptions = JSON.stringify([{ name: "Denmark" }]);
  const principals = JSON.stringify(["hamlet@example.com", "desdemona@example.com"]);
  good(await people.desdemona.users.me.subscriptions.add({ subscriptions, principals }));
});

after(async () => {
  server.kill();
  await new Promise((resolve) => server.once("exit", resolve));
  rmSync(folder, { recursive: true });
});

function good(answer) {
  assert.equal(answer.result, "success", JSON.stringify(answer));
  return answer;
}

function say(content) {
  return people.desdemona.messages.send({ to: "Denmark", type: "stream", topic: "castle", content });
}

async function nextEvents(queue) {
  const params = { queue_id: queue.queue_id, last_event_id: queue.last_event_id, dont_block: false };
  return good(await people.hamlet.events.retrieve(params)).events;
}

test("a queue for some event types", async () => {
  const queue = good(await people.hamlet.queues.register({ event_types: ["message"] }));
  const sent = good(await say("for some types"));
  const events = await nextEvents(queue);
  assert.deepEqual(events.map((event) => event.message.id), [sent.id]);
  good(await people.hamlet.queues.deregister({ queue_id: queue.queue_id }));
  const gone = await people.hamlet.events.retrieve({ queue_id: queue.queue_id, last_event_id: -1 });
  assert.equal(gone.code, "BAD_EVENT_QUEUE_ID");
});

test("a queue for all event types, which the client asks for as null", async () => {
  const queue = good(await people.hamlet.queues.register({ event_types: null }));
  const sent = good(await say("for all types"));
  const messages = (await nextEvents(queue)).filter((event) => event.type === "message");
  assert.deepEqual(messages.map((event) => event.message.id), [sent.id]);
});

test("profile, channels and messages", async () => {
  assert.equal(good(await people.hamlet.users.me.getProfile()).email, "hamlet@example.com");
  assert.ok(good(await people.hamlet.streams.retrieve()).streams.some((stream) => stream.name === "Denmark"));
  const sent = good(await say("to be found"));
  const narrow = [{ operator: "stream", operand: "Denmark" }];
  const found = good(await people.hamlet.messages.retrieve({ narrow, anchor: "newest", num_before: 5, num_after: 0 }));
  assert.equal(found.messages.at(-1).id, sent.id);
  good(await people.hamlet.messages.flags.add({ messages: [sent.id], flag: "read" }));
  good(await people.hamlet.reactions.add({ message_id: sent.id, emoji_name: "octopus" }));
});
