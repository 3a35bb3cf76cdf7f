// One SDK behind JSON lines: `node serve.mjs NAME` speaks for `sdk/NAME.mjs`. The lines are described in README.md.
import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';

// The clock stands where the line says. SDKs are loaded after this, so that none keeps the real one.
const RealDate = Date;
let now = null;
globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    super(...(given.length > 0 ? given : [Date.now()]));
  }
  static now() {
    return now ?? RealDate.now();
  }
};

const sdk = await import(`./sdk/${process.argv[2]}.mjs`);

/** What an adapter sees of a delivery: as a Node server would hand it over. */
function delivery(line) {
  const headers = {};
  for (const [name, value] of line.headers ?? []) {
    const lower = name.toLowerCase();
    const text = Buffer.from(value, 'base64').toString('latin1').trim();
    headers[lower] = lower in headers ? `${headers[lower]}, ${text}` : text;
  }
  const url = line.url ?? '';
  const target = url.replace(/^[a-z]+:\/\/[^/?]*/i, '');
  const body = Buffer.from(line.body_base64 ?? '', 'base64');
  const secrets = line.secrets ?? [];
  return { secrets, secret: secrets[0], method: line.method, url, target, headers, body, text: body.toString(), seconds: line.now_unix, id: line.id, tolerance: line.tolerance };
}

/** Exceptions of the language itself are a crash of the SDK, unless its adapter knows better. */
function isCrash(error) {
  const known = sdk.refuses?.(error) ?? false;
  return !known && [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind);
}

const header = ([name, value]) => [name, Buffer.from(String(value), 'latin1').toString('base64')];

async function answer(line) {
  if (line.do === 'hello') {
    const facts = Object.entries(sdk.providers).map(([name, { verify, sign, ...facts }]) => [name, { verifies: Boolean(verify), signs: Boolean(sign), ...facts }]);
    const { version } = JSON.parse(readFileSync(`node_modules/${sdk.name}/package.json`, 'utf8'));
    return { sdk: sdk.name, language: 'Node', version, providers: Object.fromEntries(facts) };
  }
  now = line.now_unix === undefined ? null : line.now_unix * 1000;
  const provider = sdk.providers[line.provider];
  const given = delivery(line);
  try {
    if (line.do === 'sign') {
      const { headers, body, url } = await provider.sign(given);
      const signed = { headers: Object.entries(headers).map(header) };
      if (body !== undefined) signed.body_base64 = Buffer.from(body).toString('base64');
      if (url !== undefined) signed.url = url;
      return signed;
    }
    return { outcome: (await provider.verify(given)) ? 'accept' : 'reject' };
  } catch (error) {
    return { outcome: isCrash(error) ? 'crash' : 'reject', why: `${error?.constructor?.name}: ${error?.message}`.slice(0, 200) };
  }
}

// What SDKs print must not come between the answers.
const write = process.stdout.write.bind(process.stdout);
for (const method of ['log', 'info', 'warn', 'debug']) console[method] = () => {};
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (line.trim() !== '') write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
