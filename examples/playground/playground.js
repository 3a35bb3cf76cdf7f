// The page talks to the module through three functions: room for a text, an answer to it, and memory. Nothing is sent.
import { samples } from "./samples.js";

const at = (id) => document.getElementById(id);
const { instance } = await WebAssembly.instantiate(await (await fetch("playground.wasm")).arrayBuffer(), {});
const { memory, room, answer } = instance.exports;

function ask(input) {
  const bytes = new TextEncoder().encode(JSON.stringify(input));
  const place = room(bytes.length);
  new Uint8Array(memory.buffer, place, bytes.length).set(bytes);
  const found = answer(place, bytes.length);
  const length = new DataView(memory.buffer).getUint32(found, true);
  return JSON.parse(new TextDecoder().decode(new Uint8Array(memory.buffer, found + 4, length)));
}

function show(result) {
  at("output").hidden = false;
  at("cause").textContent = "";
  at("others").replaceChildren();
  const [first, ...others] = result.findings ?? [];
  at("verdict").className = result.accepted ? "good" : "";
  at("verdict").textContent = result.problem ? "Not looked at" : result.accepted ? "Accepted" : `Rejected: ${result.code}`;
  at("say").textContent = result.problem ?? result.say;
  if (first) {
    at("cause").textContent = first.cause;
    for (const other of others) {
      const item = document.createElement("li");
      item.textContent = `Or ${other.cause}: ${other.say}`;
      at("others").append(item);
    }
  }
  at("why").textContent = result.verdict ?? "";
  at("scheme").textContent = result.scheme ?? "";
  const proof = first ? (first.proven ? "Proven: with this changed, the signature matches. " : "Not proven: it rests on what is missing or malformed. ") : "";
  at("work").textContent = result.macs === undefined ? "" : `${proof}${result.macs.toLocaleString("en")} signatures were computed, all in this page.`;
}

function explain() {
  const value = (id) => at(id).value;
  // A form field gives lines with LF only; a captured head may have had CRLF, which makes no difference.
  show(ask({ provider: value("provider"), format: value("format"), secret: value("secret"), request: value("request"), url: value("url"), now: Number(value("now")) }));
}

for (const name of ask({ ask: "providers" })) at("provider").append(new Option(name, name));
at("provider").value = "github";
at("now").value = Math.floor(Date.now() / 1000);
// On a phone the explanation stands below the fold.
const reveal = () => innerWidth <= 760 && at("output").scrollIntoView({ behavior: "smooth" });
at("ask").addEventListener("click", () => {
  explain();
  reveal();
});
for (const sample of samples) {
  const button = document.createElement("button");
  button.textContent = sample.title;
  button.addEventListener("click", () => {
    for (const other of at("samples").querySelectorAll("button")) other.setAttribute("aria-pressed", other === button);
    for (const id of ["provider", "format", "secret", "request", "url", "now"]) at(id).value = sample[id] ?? "";
    explain();
    reveal();
  });
  at("samples").append(button);
}
document.body.dataset.ready = "yes";
