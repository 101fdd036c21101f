// What readers do with the pages of the documentation, in a real browser.

import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {after, afterEach, before, beforeEach, test} from "node:test";
import {open, reader, startBrowser, startServer} from "./harness.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PHONE = {viewport: {width: 360, height: 740}, deviceScaleFactor: 2, isMobile: true, hasTouch: true};
// One page of each kind: prose, prose with tables, operations with few and with many arguments, events, codes, levels.
const KINDS = ["", "installation", "real-time-events", "register-queue", "get-events", "send-message", "get-own-user", "errors", "changelog"];

let server, browser, page;
before(async () => {
    server = await startServer();
    browser = await startBrowser();
});
after(async () => {
    await browser?.close();
    await server?.stop();
});
beforeEach(async () => { page = await open(browser, server.site); });
afterEach(async () => {
    await page.context().close();
    assert.deepEqual(page.wrong, []);
});

const go = (name, where = page) => where.goto(`${server.site}/api/${name}`);
const shown = (selector) => page.locator(`${selector} >> visible=true`);

async function signIn() {
    await page.getByRole("textbox", {name: "E-mail"}).fill(reader.email);
    await page.getByLabel("API key").fill(reader.key);
    await page.getByRole("button", {name: "Sign in"}).click();
    await page.getByText(`Signed in as ${reader.email}`).waitFor();
}

test("a page is read, and links lead on", async () => {
    await go("");
    assert.match(await page.title(), /Tidings API$/);
    await page.getByRole("navigation", {name: "Pages"}).getByRole("link", {name: "Real-time events API"}).click();
    await page.getByRole("heading", {level: 1, name: "Real-time events API"}).waitFor();
    await page.getByRole("heading", {name: "call_on_each_event"}).waitFor();
    assert.equal(await page.locator("nav [aria-current=page]").innerText(), "Real-time events API");
});

test("every link of every page leads somewhere", async () => {
    await go("");
    const pages = await page.evaluate(async () => {
        const read = async (name) => {
            const text = await (await fetch(name)).text();
            const content = new DOMParser().parseFromString(text, "text/html");
            const links = [...content.querySelectorAll("main a[href]")].map((link) => new URL(link.getAttribute("href"), new URL(name, location.href)).href);
            return {name, links, ids: [...content.querySelectorAll("[id]")].map((one) => one.id)};
        };
        return Promise.all([...document.querySelectorAll("nav#pages a")].map((link) => read(link.getAttribute("href"))));
    });
    const [wanted, ids] = [new Map(), new Map(pages.map(({name, ids}) => [name, new Set(ids)]))];
    for (const {name, links} of pages) {
        for (const link of links.filter((link) => link.startsWith(server.site))) wanted.set(link, name);
    }
    const broken = [];
    for (const [link, from] of wanted) {
        const {pathname, hash} = new URL(link);
        const known = ids.get(pathname);
        const there = known ? !hash || known.has(decodeURIComponent(hash.slice(1))) : (await fetch(link)).ok;
        if (!there) broken.push(`${from}: ${link}`);
    }
    assert.deepEqual(broken, []);
    assert.ok(pages.length > 50 && wanted.size > 10);
});

test("the language of a tab is chosen everywhere, and remembered", async () => {
    await go("real-time-events");
    assert.match(await shown("[role=tabpanel] code").first().innerText(), /^import zulip/);
    await page.getByRole("tab", {name: "JavaScript"}).first().click();
    assert.match(await shown("[role=tabpanel] code").first().innerText(), /process\.env/);
    await go("send-message");
    const code = await shown("[role=tabpanel] code").first().innerText();
    assert.ok(code.includes(`fetch(\`${server.site}/api/v1/messages\``), code);
    // By keyboard: arrows go from tab to tab and around.
    await page.getByRole("tab", {name: "JavaScript"}).focus();
    await page.keyboard.press("ArrowRight");
    assert.match(await shown("[role=tabpanel] code").first().innerText(), /^use tidings_client/);
    await page.keyboard.press("ArrowRight");
    assert.match(await shown("[role=tabpanel] code").first().innerText(), /^import zulip/);
    const selected = await page.getByRole("tab", {selected: true}).innerText();
    assert.equal(selected, "Python");
});

test("an example is copied as it stands", async () => {
    await go("send-message");
    await page.getByRole("button", {name: "Copy"}).first().click();
    await page.getByRole("button", {name: "Copied"}).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied, await page.locator("[role=tabpanel] code").first().textContent());
});

test("the search finds words of every page, by keyboard alone", async () => {
    await go("");
    await page.keyboard.press("/");
    await page.keyboard.type("guarantees byte");
    await page.locator("#found a", {hasText: "Delivery guarantees"}).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/api/delivery-guarantees**");
    await page.keyboard.press("/");
    await page.keyboard.type("qqzzqq");
    await page.getByText("Nothing found").waitFor();
    await page.keyboard.press("Escape");
    assert.ok(await page.locator("#found").isHidden());
    // The name of an operation comes first.
    await page.getByRole("searchbox").fill("get-events");
    assert.match(await page.locator("#found a").first().innerText(), /Get events from an event queue/);
});

test("a request is tried: its answer, and the event it caused", async () => {
    await go("send-message");
    const panel = page.locator(".try-it");
    assert.ok(await panel.getByRole("button", {name: "Send"}).isDisabled());
    await signIn();
    await panel.getByLabel(/^content/).fill("Tried in a **browser**");
    await panel.getByRole("button", {name: "Send"}).click();
    await panel.locator(".caused").waitFor();
    const answer = JSON.parse(await panel.locator(".answer code").innerText());
    assert.equal(answer.result, "success");
    const events = JSON.parse(await panel.locator(".caused code").innerText());
    const message = events.find((event) => event.type === "message").message;
    assert.deepEqual([message.id, message.content], [answer.id, "<p>Tried in a <strong>browser</strong></p>"]);
    assert.equal(message.sender_email, reader.email);
    // Signed in on every page of this tab, and signed out when asked to.
    await go("get-own-user");
    await page.locator(".try-it").getByRole("button", {name: "Send"}).click();
    await page.locator(".try-it .answer").waitFor();
    assert.equal(JSON.parse(await page.locator(".try-it .answer code").innerText()).email, reader.email);
    await page.getByRole("button", {name: "Sign out"}).click();
    assert.ok(await page.locator(".try-it").getByRole("button", {name: "Send"}).isDisabled());
});

test("a refused request shows why, and a wrong key is not taken", async () => {
    await go("add-reaction");
    await page.getByRole("textbox", {name: "E-mail"}).fill(reader.email);
    await page.getByLabel("API key").fill("wrong");
    await page.getByRole("button", {name: "Sign in"}).click();
    await page.getByRole("alert").waitFor();
    await signIn();
    const panel = page.locator(".try-it");
    await panel.getByLabel(/^message_id/).fill("999");
    await panel.getByRole("button", {name: "Send"}).click();
    await panel.locator(".answer.failed").waitFor();
    assert.equal(JSON.parse(await panel.locator(".answer code").innerText()).result, "error");
    // The browser itself reports statuses of errors.
    page.wrong.splice(0, page.wrong.length, ...page.wrong.filter((text) => !text.includes("status of 40")));
});

test("everything is reached with the keyboard", async () => {
    await go("send-message");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the text");
    await page.keyboard.press("Enter");
    await page.waitForURL("**#main");
    const seen = new Set();
    for (let left = 60; left; left -= 1) {
        await page.keyboard.press("Tab");
        const [what, outline] = await page.evaluate(() => {
            const element = document.activeElement;
            return [element.getAttribute("role") ?? element.className ?? element.tagName, getComputedStyle(element).outlineStyle];
        });
        if (what !== "") assert.notEqual(outline, "none", `the focus on ${what} cannot be seen`);
        seen.add(what);
    }
    assert.ok(seen.has("tab") && seen.has("copy"), [...seen].join(", "));
});

test("pages can be read on a phone", async () => {
    const phone = await open(browser, server.site, PHONE);
    for (const name of KINDS) {
        await go(name, phone);
        const [content, window] = await phone.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(content <= window, `/api/${name} is ${content} wide, on ${window}`);
    }
    await go("", phone);
    assert.ok(await phone.locator("nav#pages").isHidden());
    await phone.getByRole("button", {name: "Menu"}).tap();
    await phone.getByRole("link", {name: "Delivery guarantees"}).first().tap();
    await phone.getByRole("heading", {level: 1, name: "Delivery guarantees"}).waitFor();
    assert.deepEqual(phone.wrong, []);
    await phone.context().close();
});

for (const colorScheme of ["light", "dark"]) {
    test(`everybody can use the pages when it is ${colorScheme}`, async () => {
        const found = [];
        for (const options of [{}, PHONE]) {
            const tab = await open(browser, server.site, {...options, colorScheme});
            for (const name of KINDS) {
                await go(name, tab);
                await tab.evaluate(() => { for (const part of document.querySelectorAll("details")) part.open = true; });
                await tab.evaluate(`${axe}; 0`);
                const {violations} = await tab.evaluate(() => window.axe.run(document, {resultTypes: ["violations"]}));
                for (const {id, impact, nodes} of violations) {
                    if (["serious", "critical"].includes(impact)) found.push(`/api/${name}: ${id}: ${nodes[0].html.slice(0, 160)}`);
                }
            }
            assert.deepEqual(tab.wrong, []);
            await tab.context().close();
        }
        assert.deepEqual(found, []);
    });
}

test("dark is dark, and the colors are the brand's", async () => {
    const ground = (tab) => tab.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
    const dark = await open(browser, server.site, {colorScheme: "dark"});
    await go("", dark);
    await go("");
    assert.ok(Math.max(...await ground(dark)) < 60 && Math.min(...await ground(page)) > 200);
    await dark.context().close();
    const branded = await startServer("--brand-product", "Aloha", "--brand-module", "aloha", "--brand-rc-file", "aloharc", "--brand-color", "#a1006b");
    try {
        const aloha = await open(browser, branded.site);
        await aloha.goto(`${branded.site}/`);
        await aloha.waitForURL("**/api/");
        assert.match(await aloha.title(), /Aloha API$/);
        assert.match(await aloha.locator("[role=tabpanel] code").first().innerText(), /^import aloha/);
        const accent = await aloha.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--accent").trim());
        assert.equal(accent, "#a1006b");
        assert.deepEqual(aloha.wrong, []);
        await aloha.context().close();
    } finally {
        await branded.stop();
    }
});

test("pages can be read without JavaScript", async () => {
    const plain = await open(browser, server.site, {javaScriptEnabled: false});
    await go("send-message", plain);
    for (const word of ["import zulip", "curl -sSX POST", "process.env", "use tidings_client"]) {
        assert.ok(await plain.locator("[role=tabpanel]", {hasText: word}).isVisible(), word);
    }
    await plain.context().close();
});

test("what a reader should not meet is noticed", async () => {
    const tab = await open(browser, server.site, {bypassCSP: true});
    await go("", tab);
    await tab.evaluate(() => {
        console.error("something broke");
        const picture = document.createElement("img");
        picture.src = "https://example.com/picture.png";
        document.body.append(picture);
        return new Promise((resolve) => { picture.onerror = resolve; });
    });
    assert.ok(tab.wrong.some((text) => text.includes("something broke")));
    assert.ok(tab.wrong.some((text) => text.includes("https://example.com/picture.png")));
    await tab.evaluate(`${axe}; 0`);
    const {violations} = await tab.evaluate(() => window.axe.run(document));
    assert.ok(violations.some(({id}) => id === "image-alt"));
    await tab.context().close();
});
