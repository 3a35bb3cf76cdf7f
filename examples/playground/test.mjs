// Drives the page in headless Chromium: three samples, a paste, no request to anywhere else; takes screenshots on request.
import { createServer } from "node:http";
import { readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { chromium } from "playwright-core";

const here = import.meta.dirname;
const types = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css" };
const server = createServer((request, response) => {
  const path = new URL(request.url, "http://x").pathname;
  try {
    const body = readFileSync(join(here, path === "/" ? "index.html" : path));
    response.writeHead(200, { "content-type": types[extname(path)] ?? "text/html" }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const origin = `http://127.0.0.1:${server.address().port}`;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1200, height: 860 } });
const asked = [];
page.on("request", (request) => asked.push(request.url()));
const problems = [];
page.on("pageerror", (error) => problems.push(String(error)));
page.on("console", (message) => message.type() === "error" && problems.push(message.text()));

function check(condition, text) {
  if (!condition) throw new Error(text);
  console.log(`ok: ${text}`);
}
const cause = () => page.locator("#cause").innerText();

try {
  await page.goto(origin);
  await page.waitForSelector("body[data-ready]");
  const loaded = asked.length;
  const samples = page.locator("#samples button");
  check((await samples.count()) >= 3, "there are samples");
  for (const [at, wanted] of ["secret.quotes+body.line-break", "body.json-reserialised", "url.scheme+url.host"].entries()) {
    await samples.nth(at).click();
    check((await cause()) === wanted, `sample ${at + 1} is explained as ${wanted}`);
    check((await page.locator("#say").innerText()).length > 40, "with a sentence");
  }
  await page.selectOption("#provider", "github");
  await page.fill("#secret", "It's a Secret to Everybody");
  await page.fill("#request", "POST /hook HTTP/1.1\nX-Hub-Signature-256: sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17\n\nHello, World!");
  await page.click("#ask");
  check((await page.locator("#verdict").innerText()).includes("Accepted"), "a pasted delivery is accepted");
  await page.fill("#secret", "It's a Secret to Everybody ");
  await page.click("#ask");
  check((await cause()) === "secret.blanks", "and with a blank in the secret explained");
  await page.fill("#secret", "another one");
  await page.click("#ask");
  check((await page.locator("#say").innerText()).startsWith("Nothing explains it"), "a forged one is not explained");
  check(asked.length === loaded, "nothing was sent anywhere after loading");
  check(asked.every((url) => url.startsWith(origin)), "everything came from the own server");
  const shots = process.argv[2];
  await samples.nth(0).click();
  for (const [name, width, height] of [["desktop", 1200, 860], ["phone", 390, 844]]) {
    await page.setViewportSize({ width, height });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    check(overflow <= 0, `nothing overflows at ${width} px`);
    if (shots) writeFileSync(join(shots, `${name}.png`), await page.screenshot({ fullPage: name === "phone" }));
  }
  check(problems.length === 0, `no errors in the console: ${problems.join("; ")}`);
} finally {
  await browser.close();
  server.close();
}
