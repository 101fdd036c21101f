// A server with the realm of the documentation's examples, and a browser that reads its pages and tells of whatever a
// reader should not meet: errors in the console, and requests to anywhere else.

import {execFileSync, spawn} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {createServer} from "node:net";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {chromium} from "playwright-core";

const binary = process.env.TIDINGS_BINARY ?? "../../target/debug/tidings";

export const reader = {email: "desdemona@example.com", key: "desdemona".padEnd(32, "x")};

async function freePort() {
    const probe = createServer();
    await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
    const {port} = probe.address();
    await new Promise((resolve) => probe.close(resolve));
    return port;
}

/** Starts a server on a realm of its own. */
export async function startServer(...flags) {
    const folder = mkdtempSync(join(tmpdir(), "tidings-browser-"));
    execFileSync(join(dirname(binary), "documented_realm"), [folder]);
    const address = `127.0.0.1:${await freePort()}`;
    const process = spawn(
        binary,
        ["serve", "--data-dir", folder, "--listen", address, "--rate-limit-per-minute", "0", "--log-filter", "error", ...flags],
        {stdio: ["ignore", "ignore", "inherit"]},
    );
    const site = `http://${address}`;
    for (let left = 200; ; left -= 1) {
        if (await fetch(`${site}/healthz`).then((response) => response.ok, () => false)) break;
        if (!left || process.exitCode !== null) throw new Error("the server does not start");
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const stop = async () => {
        process.kill("SIGTERM");
        await new Promise((resolve) => process.once("exit", resolve));
        rmSync(folder, {recursive: true, force: true});
    };
    return {site, stop};
}

/** Containers without user namespaces have no sandbox; the pages are our own. */
export const startBrowser = () =>
    chromium.launch({executablePath: find(process.env.CHROMIUM ?? "chromium"), args: ["--no-sandbox", "--disable-gpu"]});

const find = (name) => (name.includes("/") ? name : execFileSync("sh", ["-c", `command -v ${name}`], {encoding: "utf8"}).trim());

/** A tab of a new reader. What is wrong is in `wrong`; requests to other hosts do not get out. */
export async function open(browser, site, options = {}) {
    const context = await browser.newContext({viewport: {width: 1280, height: 900}, ...options});
    await context.grantPermissions(["clipboard-read", "clipboard-write"], {origin: site});
    const wrong = [];
    await context.route("**/*", (route) => {
        const url = route.request().url();
        if (url.startsWith(`${site}/`)) return route.continue();
        wrong.push(`a request to ${url}`);
        return route.abort();
    });
    const page = await context.newPage();
    page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) wrong.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
    page.setDefaultTimeout(10_000);
    page.wrong = wrong;
    return page;
}
