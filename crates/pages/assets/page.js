// Tabs, search, sign-in and requests. Pages can be read without any of it.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const stored = (storage, name) => { try { return storage.getItem(name); } catch { return null; } };
const store = (storage, name, value) => { try { value === null ? storage.removeItem(name) : storage.setItem(name, value); } catch { /* private mode */ } };

// Tabs: the language one chooses is chosen everywhere, and remembered.
function choose(language) {
    for (const group of all(".tabs")) {
        const tabs = all("[role=tab]", group);
        if (!tabs.some((tab) => tab.dataset.language === language)) continue;
        for (const tab of tabs) {
            const chosen = tab.dataset.language === language;
            tab.setAttribute("aria-selected", chosen);
            tab.tabIndex = chosen ? 0 : -1;
        }
        for (const panel of all("[role=tabpanel]", group)) panel.hidden = panel.dataset.language !== language;
    }
    store(localStorage, "language", language);
}
for (const tab of all("[role=tab]")) {
    tab.addEventListener("click", () => choose(tab.dataset.language));
    tab.addEventListener("keydown", (event) => {
        const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
        if (!step) return;
        const tabs = all("[role=tab]", tab.parentElement);
        const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
        choose(next.dataset.language);
        next.focus();
    });
}
if (stored(localStorage, "language")) choose(stored(localStorage, "language"));

for (const button of all(".copy")) {
    button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(button.nextElementSibling.textContent);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
}

// A link to an event opens what is told about it.
function unfold() {
    let name = location.hash.slice(1);
    try {
        name = decodeURIComponent(name);
    } catch {
        // Not encoded, so it is meant as it is.
    }
    const target = document.getElementById(name);
    if (target instanceof HTMLDetailsElement) target.open = true;
}
window.addEventListener("hashchange", unfold);
unfold();

document.querySelector("nav [aria-current]")?.scrollIntoView({block: "nearest"});

const menu = document.querySelector(".menu");
menu.addEventListener("click", () => menu.setAttribute("aria-expanded", document.querySelector("#pages").classList.toggle("open")));

// Search: all pages are few enough to look through them here.
const search = document.querySelector("#search");
const found = document.querySelector("#found");
let pages;
async function lookFor(text) {
    pages ??= fetch("/api/search.json").then((response) => response.json());
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const ranked = (await pages).map(([name, title, body]) => {
        const [low, lowTitle] = [body.toLowerCase(), title.toLowerCase()];
        if (!words.every((word) => low.includes(word) || lowTitle.includes(word) || name.includes(word))) return null;
        const rank = words.reduce((sum, word) => sum + (lowTitle.includes(word) ? 10 : 0) + (name === word ? 20 : 0) + Math.min(low.split(word).length, 5), 0);
        return {name, title, body, rank, at: Math.max(0, low.indexOf(words[0]))};
    });
    return {words, results: ranked.filter(Boolean).sort((a, b) => b.rank - a.rank).slice(0, 12)};
}
function marked(text, words) {
    const out = document.createElement("small");
    const pattern = new RegExp(`(${words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|")})`, "giu");
    text.split(pattern).forEach((part, at) => {
        const node = at % 2 ? document.createElement("mark") : document.createElement("span");
        node.textContent = part;
        out.append(node);
    });
    return out;
}
search.addEventListener("input", async () => {
    const text = search.value.trim();
    if (!text) { found.hidden = true; return; }
    const {words, results} = await lookFor(text);
    if (search.value.trim() !== text) return;
    found.replaceChildren(...results.map(({name, title, body, at}) => {
        const [item, link] = [document.createElement("li"), document.createElement("a")];
        link.href = name === "index" ? "/api/" : `/api/${name}`;
        link.append(title, marked(body.slice(Math.max(0, at - 30), at + 90), words));
        item.append(link);
        return item;
    }));
    if (!results.length) {
        const none = document.createElement("p");
        none.textContent = "Nothing found.";
        found.replaceChildren(none);
    }
    found.hidden = false;
});
document.addEventListener("keydown", (event) => {
    const links = all("a", found);
    const at = links.indexOf(document.activeElement);
    if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); search.focus(); }
    if (event.key === "Escape") { found.hidden = true; search.blur(); }
    if (found.hidden || !links.length) return;
    if (event.key === "ArrowDown") { event.preventDefault(); links[Math.min(at + 1, links.length - 1)].focus(); }
    if (event.key === "ArrowUp") { event.preventDefault(); at > 0 ? links[at - 1].focus() : search.focus(); }
    if (event.key === "Enter" && document.activeElement === search) links[0].click();
});
document.addEventListener("click", (event) => { if (!event.target.closest("search")) found.hidden = true; });

// Who the reader is, for as long as this tab is open.
const signIn = document.querySelector(".sign-in");
const credentials = () => JSON.parse(stored(sessionStorage, "credentials") ?? "null");
function headers() {
    const {email, key} = credentials() ?? {};
    const bytes = new TextEncoder().encode(`${email}:${key}`);
    return email ? {Authorization: `Basic ${btoa(String.fromCharCode(...bytes))}`} : {};
}
// Omitted are the browser's own credentials, or it would ask for some after a refusal; ours are in the headers.
const call = async (path, options = {}) =>
    (await fetch(`/api/v1${path}`, {...options, credentials: "omit", headers: headers()})).json();
function show() {
    const who = credentials();
    signIn.querySelector("form").hidden = Boolean(who);
    signIn.querySelector(".who").hidden = !who;
    signIn.querySelector(".who strong").textContent = who?.email ?? "";
    for (const panel of all(".try-it")) {
        const allowed = who || panel.dataset.needsAccount === "false";
        panel.querySelector(".signed-out").hidden = allowed;
        panel.querySelector("button").disabled = !allowed;
    }
}
signIn.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    store(sessionStorage, "credentials", JSON.stringify({email: form.email.value.trim(), key: form.key.value.trim()}));
    const me = await call("/users/me");
    const note = signIn.querySelector(".note");
    if (me.result !== "success") {
        store(sessionStorage, "credentials", null);
        note.textContent = me.msg;
        note.setAttribute("role", "alert");
    }
    show();
});
signIn.querySelector(".who button").addEventListener("click", () => { store(sessionStorage, "credentials", null); show(); });
show();

// Sends the request of a page, and shows what came of it: the answer, and the events it caused.
for (const panel of all(".try-it")) {
    panel.querySelector("form").addEventListener("submit", async (event) => {
        event.preventDefault();
        const [send, answer, caused] = [panel.querySelector("button"), panel.querySelector(".answer"), panel.querySelector(".caused")];
        send.disabled = true;
        try {
            let path = panel.dataset.path;
            const file = panel.querySelector("input[type=file]");
            const params = file ? new FormData() : new URLSearchParams();
            for (const input of all("input", panel)) {
                if (input === file) { if (file.files[0]) params.set(file.name, file.files[0]); }
                else if (input.dataset.place === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
                else if (input.value !== "") params.set(input.name, input.value);
            }
            const method = panel.dataset.method;
            const watch = method !== "GET" && credentials()
                ? await call("/register", {method: "POST", body: new URLSearchParams({fetch_event_types: "[]", apply_markdown: "true"})}) : {};
            const query = method === "GET" && params.size ? `?${params}` : "";
            const options = method === "GET" ? {method} : {method, body: params};
            const said = await call(path + query, options);
            answer.hidden = false;
            answer.classList.toggle("failed", said.result !== "success");
            answer.querySelector("code").textContent = JSON.stringify(said, null, 2);
            caused.hidden = true;
            if (watch.queue_id) {
                const queue = new URLSearchParams({queue_id: watch.queue_id});
                const {events = []} = await call(`/events?${queue}&last_event_id=-1&dont_block=true`);
                await call("/events", {method: "DELETE", body: queue});
                caused.hidden = !events.length;
                caused.querySelector("code").textContent = JSON.stringify(events, null, 2);
            }
        } catch (error) {
            answer.hidden = false;
            answer.classList.add("failed");
            answer.querySelector("code").textContent = String(error);
        } finally {
            send.disabled = false;
        }
    });
}
