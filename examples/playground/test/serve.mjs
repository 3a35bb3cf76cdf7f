// A plain server of static files on a free loopback port. It writes down what it was asked for.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";

const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript" };

export async function serve(folder) {
  const asked = [];
  const server = createServer(async (request, response) => {
    asked.push(request.method + " " + request.url);
    const name = request.url === "/" ? "index.html" : basename(request.url);
    try {
      const content = await readFile(join(folder, name));
      response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "application/octet-stream" }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { origin: `http://127.0.0.1:${server.address().port}`, asked, close: () => { server.close(); server.closeAllConnections(); } };
}
