// Clicks through the page in a real browser: node browser.mjs SITE [PICTURES]
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createHmac } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { serve } from "./serve.mjs";

const [site, pictures] = process.argv.slice(2);
const FILES = ["GET /", "GET /hookring-wasm.js", "GET /playground.css", "GET /playground.js"];
const profile = await mkdtemp(join(tmpdir(), "playground-"));
const server = await serve(site);
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  viewport: { width: 1280, height: 900 },
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
let failed = true;
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  const complaints = [], requests = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(server.origin + "/");
  await page.getByRole("button", { name: "Verify" }).and(page.locator(":enabled")).waitFor();

  const verdict = () => page.locator("#result");
  const text = (id) => page.locator("#" + id).innerText();
  const settled = async (wanted) => {
    await page.locator(`#result[data-verdict="${wanted}"]`).waitFor();
    await page.locator("#go:enabled").waitFor();
  };
  const cause = async () => (await page.locator("#cause code").isVisible()) ? page.locator("#cause code").innerText() : null;

  // Every sample, by what a reader sees of it.
  const samples = [
    ["Good", "accepted", null, /signature is that of this secret/],
    ["Changed body", "rejected", "body.json-reserialised", /JSON/],
    ["Wrong form", "rejected", "secret.as-whsec", /whsec_/],
    ["Quoted secret", "rejected", "secret.quotes", /quotes/],
    ["Late", "rejected", "time.too-old", /authentic/i],
    ["Forged", "rejected", null, /forged/],
  ];
  assert.equal(await page.locator("#samples button").count(), samples.length);
  for (const [title, wanted, name, say] of samples) {
    await page.getByRole("button", { name: new RegExp("^" + title) }).click();
    await settled(wanted);
    assert.equal(await cause(), name, title);
    assert.match(await text("say"), say, title);
    if (name) assert.equal(await page.locator("#cause .proven").innerText(), "proven", title);
    if (pictures) await shot(title);
  }

  // A paste of one's own, by keyboard: a delivery that is signed here, with a line break that the sender did not send.
  const secret = "a secret of this test", body = '{"order":1}';
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  const request = `POST /hooks HTTP/1.1\nX-Hub-Signature-256: sha256=${signature}\n\n${body}`;
  await page.getByLabel("Provider").selectOption("github");
  await page.getByLabel("Secret", { exact: true }).fill(secret);
  await page.getByLabel("Received at").evaluate((field) => { field.value = ""; });
  await page.getByLabel("Captured request").focus();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(request + "\n");
  await page.getByRole("button", { name: "Verify" }).focus();
  await page.keyboard.press("Enter");
  await settled("rejected");
  assert.equal(await cause(), "body.line-break");
  await page.getByLabel("Captured request").fill(request);
  await page.getByRole("button", { name: "Verify" }).click();
  await settled("accepted");

  // Another secret at hand is found, and what the page says holds none of the secrets.
  await page.getByText("More: time of arrival").click();
  await page.getByLabel("Secret", { exact: true }).fill("the secret of production");
  await page.getByLabel("Other secrets at hand").fill(`staging = ${secret}`);
  await page.getByRole("button", { name: "Verify" }).click();
  await settled("rejected");
  assert.equal(await cause(), "secret.other");
  const said = await verdict().innerText();
  assert.match(said, /the secret staging/);
  for (const hidden of [secret, "the secret of production", signature, body]) assert.ok(!said.includes(hidden));

  // A file keeps the bytes that a text box does not.
  const crlf = '{\r\n"order":1}';
  const exact = join(profile, "delivery.http");
  const mac = createHmac("sha256", secret).update(crlf).digest("hex");
  await writeFile(exact, `POST /hooks HTTP/1.1\r\nX-Hub-Signature-256: sha256=${mac}\r\n\r\n${crlf}`);
  await page.getByLabel("Secret", { exact: true }).fill(secret);
  await page.getByLabel("open a file").setInputFiles(exact);
  await page.getByText("used as they are").waitFor();
  await page.getByRole("button", { name: "Verify" }).click();
  await settled("accepted");
  await page.getByLabel("Captured request").press("End");
  await page.keyboard.type("x");
  await page.keyboard.press("Backspace");
  await page.getByRole("button", { name: "Verify" }).click();
  await settled("rejected");
  assert.equal(await cause(), "body.crlf");

  // A public key, and a URL that is signed: the fields follow the provider.
  await page.getByLabel("Provider").selectOption("discord");
  await page.getByLabel("Public key").waitFor();
  assert.ok(await page.locator("#format-field").isHidden());
  await page.getByLabel("Provider").selectOption("twilio");
  await page.getByLabel("Public URL of the endpoint").waitFor();

  // A presented secret, and none at all: an empty one accepts nothing.
  await page.getByLabel("Provider").selectOption("gitlab-token");
  await page.getByLabel("Captured request").fill("POST / HTTP/1.1\nX-Gitlab-Token:\n\n{}");
  await page.getByLabel("Secret", { exact: true }).fill("");
  await page.getByRole("button", { name: "Verify" }).click();
  await settled("unusable");
  await page.getByLabel("Captured request").fill(`POST / HTTP/1.1\nX-Gitlab-Token: ${secret}\n\n{}`);
  await page.getByLabel("Secret", { exact: true }).fill(secret);
  await page.getByRole("button", { name: "Verify" }).click();
  await settled("accepted");

  // What is no request gives no verdict.
  await page.getByLabel("Captured request").fill("hello\nworld");
  await page.getByRole("button", { name: "Verify" }).click();
  await settled("unusable");
  assert.match(await text("say"), /no colon/);

  // Readable on a phone: nothing wider than the screen.
  await page.setViewportSize({ width: 390, height: 844 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `the page is ${width} px wide on a phone`);

  // Nothing left the page, and nothing can: its policy blocks a request even to its own server.
  assert.deepEqual(complaints, []);
  assert.deepEqual(server.asked.toSorted(), FILES);
  assert.deepEqual(requests.map((url) => "GET " + url.slice(server.origin.length)).toSorted(), FILES);
  assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, ""]);
  const tries = await page.evaluate(async () => {
    const blocked = [];
    addEventListener("securitypolicyviolation", (event) => blocked.push(event.effectiveDirective));
    await fetch("/leak-by-fetch").then(() => blocked.push("fetched"), () => {});
    navigator.sendBeacon("/leak-by-beacon", "x");
    const image = new Image();
    await new Promise((done) => { image.onload = image.onerror = done; image.src = "/leak-by-image"; });
    const form = document.createElement("form");
    form.action = "/leak-by-form";
    document.body.append(form);
    form.submit();
    await new Promise((done) => setTimeout(done, 300));
    return blocked;
  });
  assert.deepEqual(new Set(tries), new Set(["connect-src", "img-src", "form-action"]));
  assert.deepEqual(server.asked.toSorted(), FILES);

  // The same files, opened from the disk.
  const local = await browser.newPage();
  await local.goto(pathToFileURL(resolve(site, "index.html")).href);
  await local.getByRole("button", { name: /^Good/ }).click();
  await local.locator('#result[data-verdict="accepted"]').waitFor({ timeout: 60_000 });
  failed = false;
  console.log(`playground: ${samples.length} samples, a paste, a file, other secrets; ${FILES.length} requests, all for the page itself`);

  async function shot(title) {
    const name = title.toLowerCase().replaceAll(" ", "-");
    for (const [kind, size, scheme] of [["desktop", [1280, 900], "light"], ["phone", [390, 844], "light"], ["phone-dark", [390, 844], "dark"], ["desktop-dark", [1280, 900], "dark"]]) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width: size[0], height: size[1] });
      await page.screenshot({ path: join(pictures, `${name}-${kind}.png`), fullPage: kind.startsWith("phone") });
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 900 });
  }
} finally {
  await browser.close();
  server.close();
  await rm(profile, { recursive: true, force: true });
  process.exitCode = failed ? 1 : 0;
}
