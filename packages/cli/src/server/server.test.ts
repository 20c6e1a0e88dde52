import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { guardedApp } from "./guard.ts";
import { listen } from "./listen.ts";

const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

/** A server that answers with the field it was sent, in a process of its own. */
async function start(): Promise<{ child: ChildProcess; port: number }> {
  const script = fileURLToPath(new URL("echo-server.fixture.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=minimand-source", script]);
  children.push(child);
  const [text] = await once(child.stdout.setEncoding("utf8"), "data");
  return { child, port: Number(text) };
}

interface Answer {
  status: number;
  error: string;
  text: string;
}

function ask(
  port: number,
  {
    headers = {},
    body = '{"x":1}',
    path = "/echo",
  }: { headers?: Record<string, string>; body?: string; path?: string },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method: "POST", headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => {
        const { error } = JSON.parse(text) as { error: string };
        resolve({ status: response.statusCode ?? 0, error, text });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

let port = 0;
beforeAll(async () => {
  ({ port } = await start());
});

describe("a guarded server", () => {
  it.each(["localhost", "LOCALHOST:1", "127.0.0.1:8787", "[::1]", "[::1]:8787", "shop.example:443"])(
    "takes requests to the host %s",
    async (host) => {
      expect(await ask(port, { headers: { host } })).toMatchObject({ status: 200, text: '{"x":1}' });
    },
  );

  it.each([
    "evil.example",
    "evil.example:8787",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.shop.example",
    "0.0.0.0:8787",
  ])("refuses requests to the host %s", async (host) => {
    expect(await ask(port, { headers: { host } })).toMatchObject({
      status: 403,
      error: `Host: expected localhost, 127.0.0.1, [::1] or shop.example (with any port), got "${host}"`,
    });
  });

  it.each([
    ["http://evil.example/echo", "localhost"],
    ["http://localhost/echo", "evil.example"],
  ])("refuses requests to the address %s with the host %s", async (path, host) => {
    expect(await ask(port, { path, headers: { host } })).toMatchObject({
      status: 403,
      error: expect.stringMatching(/^Host: expected localhost, .*, got "evil\.example"$/),
    });
  });

  it.each(["localhost:99999", "a:b:c", "evil.example/localhost", "256.256.256.256", "1.2.3.4.5"])(
    "can't read the host %s",
    async (host) => {
      const answer = await ask(port, { headers: { host } });
      expect(answer.status).toBe(400);
      expect(answer.error).toMatch(/^request: expected a host and a path that make an address, got /);
    },
  );

  it.each(["http://a@localhost/echo", "http://a:b@localhost/echo"])(
    "can't read the address %s",
    async (path) => {
      const { child, port } = await start();
      let written = "";
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        written += text;
      });
      const answer = await ask(port, { path, headers: { host: "localhost" } });
      expect(answer).toMatchObject({
        status: 400,
        error: `request: expected a host and a path that make an address, got "${path}"`,
      });
      child.kill("SIGTERM");
      await once(child, "close");
      expect(written).toBe("");
    },
  );

  it.each(["http://localhost:3000", "http://127.0.0.1", "http://[::1]:5173", "https://shop.example"])(
    "takes posts from pages of %s",
    async (origin) => {
      expect((await ask(port, { headers: { origin } })).status).toBe(200);
    },
  );

  it.each([
    "https://evil.example",
    "null",
    "http://localhost.evil.example",
    "file://",
    "chrome-extension://x",
  ])("refuses posts from pages of %s", async (origin) => {
    const answer = await ask(port, { headers: { origin, "content-type": "text/plain" } });
    expect(answer.status).toBe(403);
    expect(answer.error).toMatch(/^Origin: expected localhost, .*, got "/);
  });

  it("answers 413 for a body over the limit, told or found", async () => {
    const body = JSON.stringify({ x: "a".repeat(1000) });
    for (const headers of [
      { "content-length": String(body.length) },
      { "transfer-encoding": "chunked" },
    ] as Record<string, string>[])
      expect(await ask(port, { headers, body })).toMatchObject({
        status: 413,
        error: "body: expected at most 1000 bytes, got more",
      });
  });

  it.each([
    ["", 'body: expected a JSON object with x, got ""'],
    ["{", 'body: expected a JSON object with x, got "{"'],
    ["null", "body: expected a JSON object with x, got null"],
    ["7", "body: expected a JSON object with x, got 7"],
    ['"x"', 'body: expected a JSON object with x, got "x"'],
    ["[1]", "body: expected a JSON object with x, got an array of length 1"],
    ["[".repeat(60), `body: expected a JSON object with x, got "${"[".repeat(40)}..."`],
    ['{"x":1,"y":2}', 'field: expected one of "x", got "y"'],
    ['{"__proto__":{"x":1}}', 'field: expected one of "x", got "__proto__"'],
    ["{}", "x: expected a finite number, got undefined"],
  ])("answers 400 for the body %s and names what is wrong", async (body, error) => {
    expect(await ask(port, { body })).toMatchObject({ status: 400, error });
  });

  it("names what is no route", async () => {
    const answer = await guardedApp().request("/nowhere");
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({
      error: "path: expected a route of this server, got GET /nowhere",
    });
  });

  it("says no more than 500 of its own faults, and writes them down", async () => {
    const written = vi.spyOn(console, "error").mockImplementation(() => {});
    const app = guardedApp({ statusOf: (error) => (error.message === "full" ? 503 : undefined) });
    app.get("/fault", () => {
      throw new TypeError("Cannot read properties of undefined");
    });
    app.get("/full", () => {
      throw new Error("full");
    });
    const fault = await app.request("/fault");
    expect([fault.status, await fault.json()]).toEqual([500, { error: "the server failed" }]);
    expect(written).toHaveBeenCalledTimes(1);
    const full = await app.request("/full");
    expect([full.status, await full.json()]).toEqual([503, { error: "full" }]);
    written.mockRestore();
  });

  it("refuses names of hosts that are none", () => {
    for (const name of ["http://shop.example", "shop.example:80", "shop.example/x", ""])
      expect(() => guardedApp({ hosts: [name] })).toThrow(
        `hosts: expected names of hosts, without scheme, port and path, got ${JSON.stringify(name)}`,
      );
  });
});

describe("a listening server", () => {
  it("stops although a body never ends and a connection never asks", async () => {
    const { child, port } = await start();
    const slow = connect(port, "127.0.0.1");
    const silent = connect(port, "127.0.0.1");
    let answered = "";
    for (const socket of [slow, silent])
      socket
        .setEncoding("utf8")
        .on("error", () => {})
        .on("data", (text: string) => {
          answered += text;
        });
    await Promise.all([once(slow, "connect"), once(silent, "connect")]);
    slow.write('POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"x"');
    // An answer says that the server has all that was sent before.
    await ask(port, {});
    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
    // It didn't wait for the time that a request may take, after which there is an answer.
    expect(answered).toBe("");
  });

  it("writes nothing down of clients that go away in the middle of a body", async () => {
    const { child, port } = await start();
    let written = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      written += text;
    });
    for (const rest of ["Content-Length: 9\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"]) {
      const socket = connect(port, "127.0.0.1");
      socket.write(`POST /echo HTTP/1.1\r\nHost: localhost\r\n${rest}`);
      await ask(port, {});
      socket.destroy();
    }
    expect(await ask(port, {})).toMatchObject({ status: 200 });
    child.kill("SIGTERM");
    await once(child, "close");
    expect(written).toBe("");
  });

  it("works on one request of a connection at a time, however many were sent at once", async () => {
    const many = connect(port, "127.0.0.1").setEncoding("utf8");
    let text = "";
    many.on("data", (part: string) => {
      text += part;
    });
    const one = "GET /wait HTTP/1.1\r\nHost: localhost\r\n";
    many.write(`${`${one}\r\n`.repeat(31)}${one}Connection: close\r\n\r\n`);
    await once(many, "end");
    const bodies = text.match(/\{[^}]*\}/g);
    expect(bodies).toEqual(Array.from({ length: 32 }, () => '{"most":1}'));
    // Who goes away has none of the others worked on.
    const gone = connect(port, "127.0.0.1");
    gone.write(`${one}\r\n`.repeat(30));
    await ask(port, {});
    gone.destroy();
    expect(await ask(port, {})).toMatchObject({ status: 200 });
  });

  it("gives up a body that doesn't come", async () => {
    const slow = connect(port, "127.0.0.1");
    slow.write('POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"x"');
    const [answer] = await once(slow.setEncoding("utf8"), "data");
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  }, 30_000);

  it("names a port that is taken, and one that is none", async () => {
    const close = async () => {};
    await expect(listen(guardedApp(), { port, close })).rejects.toThrow(/EADDRINUSE/);
    await expect(listen(guardedApp(), { port: Number.NaN, close })).rejects.toThrow(
      "port: expected an integer >= 0 and <= 65535, got NaN",
    );
  });
});
