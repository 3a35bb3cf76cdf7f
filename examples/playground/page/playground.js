"use strict";

const $ = (id) => document.getElementById(id);
let wasm, lists, fileBytes = null;

/** The bytes behind a handle of the module: address in the upper half, length in the lower. */
function view(handle) {
  const bits = BigInt.asUintN(64, handle);
  return new Uint8Array(wasm.memory.buffer, Number(bits >> 32n), Number(bits & 0xffffffffn));
}

/** Reads JSON behind a handle and gives the handle back, once. */
function read(handle) {
  const value = JSON.parse(new TextDecoder().decode(view(handle)));
  wasm.give(handle);
  return value;
}

/** One line of JSON, then the raw request. `judge` uses the handle up. */
function judge(question, request) {
  const line = new TextEncoder().encode(JSON.stringify(question) + "\n");
  const handle = wasm.take(line.length + request.length);
  const room = view(handle);
  room.set(line);
  room.set(request, line.length);
  return read(wasm.judge(handle));
}

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

/** Puts a text into an element; what stands in backticks becomes code. */
function write(into, text) {
  into.replaceChildren(...text.split("`").map((part, at) => (at % 2 ? element("code", part) : part)));
  return into;
}

function option(value, text) {
  const made = element("option", text);
  made.value = value;
  return made;
}

function fill() {
  for (const group of lists.groups) {
    const made = document.createElement("optgroup");
    made.label = group.label;
    made.append(...group.providers.map((provider) => option(provider.name, provider.name)));
    $("provider").append(made);
  }
  for (const sample of lists.samples) {
    const button = element("button", sample.title);
    button.type = "button";
    button.append(element("small", sample.note));
    button.addEventListener("click", () => choose(sample));
    $("samples").append(button);
  }
  $("provider").value = "github";
  adapt();
}

const chosen = () => lists.groups.flatMap((group) => group.providers).find((one) => one.name === $("provider").value);

/** Shows what this provider needs, and its usual form of secret. */
function adapt() {
  const provider = chosen();
  $("url-field").hidden = !provider.signs_url;
  $("format-field").hidden = provider.format === null;
  $("secret-label").textContent = provider.format === null ? "Public key" : "Secret";
  $("format").replaceChildren(
    ...lists.formats.map(([name, text]) => option(name, name === provider.format ? text + " (usual)" : text)));
  if (provider.format !== null) $("format").value = provider.format;
}

function choose(sample) {
  $("provider").value = sample.provider;
  adapt();
  $("format").value = sample.format;
  $("secret").value = sample.secret;
  $("at").value = sample.at ?? "";
  $("others").value = "";
  $("request").value = sample.request;
  forgetFile();
  verify();
}

function forgetFile() {
  fileBytes = null;
  $("file").value = "";
  $("bytes").textContent = "";
}

async function openFile() {
  const [file] = $("file").files;
  if (!file) return;
  fileBytes = new Uint8Array(await file.arrayBuffer());
  $("request").value = new TextDecoder().decode(fileBytes);
  $("bytes").textContent = `${fileBytes.length} bytes of ${file.name}, used as they are until you edit.`;
}

/** Unix seconds, milliseconds or nothing. */
function received() {
  const text = $("at").value.trim();
  if (text === "") return Date.now();
  if (!/^\d{1,13}$/.test(text)) return null;
  return Number(text) * (text.length > 11 ? 1 : 1000);
}

function others() {
  const lines = $("others").value.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const at = line.indexOf("=");
    return at < 0 ? ["", line.trim()] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
}

function verify() {
  const at = received();
  if (at === null) {
    return show({ verdict: "unusable", say: "The time of arrival is Unix seconds, such as 1760000000, or empty for now.", findings: [], notes: [] });
  }
  $("verdict").textContent = "Verifying…";
  $("result").dataset.verdict = "none";
  $("go").disabled = true;
  // The search may take a while, so the text is painted first.
  requestAnimationFrame(() => setTimeout(() => {
    const started = performance.now();
    try {
      const answer = judge({
        provider: $("provider").value,
        secret: $("secret").value,
        format: $("format").value,
        url: $("url").value.trim(),
        at_ms: at,
        others: others(),
      }, fileBytes ?? new TextEncoder().encode($("request").value));
      show(answer, performance.now() - started);
    } catch (error) {
      show({ verdict: "unusable", say: `The verifier stopped: ${error.message}. Reload the page.`, findings: [], notes: [] });
    }
    $("go").disabled = false;
  }));
}

const TITLES = { accepted: "Accepted", rejected: "Rejected", unusable: "No verdict" };

/** The name of a cause, and whether the delivery was verified with it mended. */
function name(one) {
  return [element("code", one.name), element("span", one.proven ? "proven" : "likely", one.proven ? "proven" : "guess")];
}

function items(list, found) {
  list.replaceChildren(...found.map((one) => {
    const item = element("li", "");
    const head = element("div", "", "cause");
    head.append(...name(one));
    item.append(head, write(document.createElement("p"), one.say));
    return item;
  }));
}

function show(answer, took) {
  $("result").dataset.verdict = answer.verdict;
  $("verdict").textContent = TITLES[answer.verdict];
  write($("say"), answer.say);
  $("reason").hidden = !answer.reason;
  $("reason").textContent = answer.reason ? `The verifier says: ${answer.reason}${answer.code ? ` (${answer.code})` : ""}.` : "";
  const [first, ...further] = answer.findings;
  $("cause").hidden = !first;
  $("cause").replaceChildren(...(first ? name(first) : []));
  $("found").hidden = further.length === 0;
  items($("findings"), further);
  $("noted").hidden = answer.notes.length === 0;
  items($("notes"), answer.notes);
  $("scheme").hidden = !answer.expects;
  $("expects").textContent = answer.expects ?? "";
  $("work").hidden = !answer.macs;
  $("work").textContent = answer.macs
    ? `${answer.macs.toLocaleString("en")} set-ups tried in ${Math.ceil(took)} ms, on your machine.${answer.complete ? "" : " The search reached its bounds."}`
    : "";
  const box = $("result").getBoundingClientRect();
  if (box.top > innerHeight - 120 || box.bottom < 0) $("result").scrollIntoView({ block: "start" });
}

async function start() {
  const bytes = Uint8Array.from(atob(HOOKRING_WASM), (letter) => letter.charCodeAt(0));
  // No imports: the module can reach neither clock nor network.
  wasm = (await WebAssembly.instantiate(bytes, {})).instance.exports;
  lists = read(wasm.lists());
  fill();
  $("provider").addEventListener("change", adapt);
  $("request").addEventListener("input", forgetFile);
  $("file").addEventListener("change", openFile);
  $("hide").addEventListener("change", () => $("secret").classList.toggle("hidden-text", $("hide").checked));
  $("form").addEventListener("submit", (event) => {
    event.preventDefault();
    verify();
  });
  $("go").disabled = false;
}

start().catch((error) => {
  $("verdict").textContent = "The page could not start";
  $("say").textContent = `This browser does not run its WebAssembly module: ${error.message}`;
});
