import { once } from "node:events";
import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../../test/support/cli.ts";
import { makeApp } from "./app.ts";

const files: Record<string, string | Uint8Array> = {
  "site/index.html": "<!doctype html><script>let a = 1;</script><script src=x.js></script><p>First",
  "site/404.html": "<!doctype html><p>Not there",
  "site/papers/lion.html": "<!doctype html><p>Lion",
  "site/papers/index.html": "<!doctype html><p>Papers",
  "site/assets/app.Ab3_d-9x.js": "export {};",
  "site/engine.wasm": new Uint8Array([0, 1, 255]),
  "site/papers.json": "{}",
  "site/feed.xml": "<rss/>",
  "site/atom.xml": "<feed/>",
  "site/feed.json": "{}",
  "site/card.png": new Uint8Array([137, 80]),
  "site/papers/feed.xml": "<rss/>",
  "site/a b%c.txt": "strange name",
  "site/.hidden": "hidden",
  "site/.git/config": "hidden",
  "secret.txt": "secret",
  "site-2/secret.txt": "secret",
};
let folder: string;
let server: Server;
let port: number;

beforeAll(async () => {
  folder = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  symlinkSync(join(folder, "secret.txt"), join(folder, "site/link.txt"));
  symlinkSync(folder, join(folder, "site/up"));
  symlinkSync("papers/lion.html", join(folder, "site/inside.html"));
  symlinkSync(".git", join(folder, "site/git"));
  symlinkSync(".hidden", join(folder, "site/seen.txt"));
  symlinkSync("/dev/zero", join(folder, "site/zero"));
  const app = makeApp({
    site: join(folder, "site"),
    base: "/minimand",
    hosts: ["example.org"],
    subscription: null,
    bouncesToken: null,
  });
  server = createServer(getRequestListener(app.fetch)).listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server?.closeAllConnections();
  server?.close();
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}
/** Asks for a path as it is written: nothing on the way puts it in order. */
const get = (path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, headers, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString("latin1"),
        }),
      );
    });
    sent.on("error", reject);
    sent.end();
  });

describe("a site", () => {
  it.each([
    ["/", "text/html; charset=utf-8", files["site/index.html"]],
    ["/papers/lion.html", "text/html; charset=utf-8", files["site/papers/lion.html"]],
    ["/papers/", "text/html; charset=utf-8", files["site/papers/index.html"]],
    ["/inside.html", "text/html; charset=utf-8", files["site/papers/lion.html"]],
    ["/assets/app.Ab3_d-9x.js", "text/javascript; charset=utf-8", "export {};"],
    ["/engine.wasm", "application/wasm", "\0\u0001\u00ff"],
    ["/papers.json", "application/json", "{}"],
    ["/feed.xml", "application/xml; charset=utf-8", "<rss/>"],
    ["/a%20b%25c.txt?x=1#y", "text/plain; charset=utf-8", "strange name"],
  ])("answers %s at its path and below the path of a proxy", async (path, type, content) => {
    for (const at of [path, `/minimand${path}`]) {
      const { status, headers, body } = await get(at);
      expect([status, headers["content-type"], body]).toEqual([200, type, content]);
      expect(headers["content-length"]).toBe(String(body.length));
    }
  });

  it("leads to the path with a slash where a folder is meant", async () => {
    const { status, headers } = await get("/minimand/papers?x=1");
    expect(status).toBe(308);
    expect(new URL(headers.location ?? "", "https://example.org/minimand/papers").href).toBe(
      "https://example.org/minimand/papers/?x=1",
    );
  });

  it("leads to a page whose .html was left out", async () => {
    const { status, headers } = await get("/minimand/papers/lion?x=1");
    expect([status, headers.location]).toEqual([308, "./lion.html?x=1"]);
    expect((await get("/papers/tiger")).status).toBe(404);
    expect((await get("/papers/lion/")).status).toBe(404);
  });

  it.each([
    ...[
      "/../secret.txt",
      "/papers/../../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "/%2e%2e%2fsecret.txt",
    ],
    ...[
      "/..%5csecret.txt",
      "/..\\secret.txt",
      "/%252e%252e/secret.txt",
      "/papers/..%2f..%2fsecret.txt",
      "//secret.txt",
    ],
    ...[
      "/../site-2/secret.txt",
      "/minimand/../secret.txt",
      "/minimand/%2e%2e/secret.txt",
      "/minimand%2f..%2f..%2fsecret.txt",
    ],
    ...[
      "/link.txt",
      "/up/secret.txt",
      "/up/site-2/secret.txt",
      "/.hidden",
      "/.git/config",
      "/papers/./.././.hidden",
    ],
    ...[
      "/secret.txt%00.html",
      "/%00",
      "/%",
      "/%ff",
      "/index.html/",
      "/papers/lion.html/..",
      "/index.html%3a%3a$DATA",
    ],
    `/${"a".repeat(5000)}`,
    `/${"a/".repeat(3000)}`,
  ])("has nothing outside of its folder and behind a dot: %s", async (path) => {
    const { status, body } = await get(path);
    expect(body).not.toMatch(/secret|hidden/);
    expect([200, 400, 404]).toContain(status);
    if (!path.includes("..") && !path.includes("%2e")) expect(status).toBe(404);
  });

  it("has nothing outside of its folder, whatever stands in the line of a request", async () => {
    for (const line of [
      "GET http://localhost/../secret.txt",
      "GET /a/../../secret.txt",
      "GET ../secret.txt",
      "GET *",
    ]) {
      const socket = connect(port, "127.0.0.1");
      let text = "";
      socket.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      socket.write(`${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      await once(socket, "close");
      expect(text).toMatch(/^HTTP\/1\.1 \d{3} /);
      expect(text.split("\r\n\r\n")[1]).not.toContain("secret");
    }
  });

  it("sends nothing again that the reader has", async () => {
    for (const path of ["/", "/engine.wasm", "/assets/app.Ab3_d-9x.js"]) {
      const { headers } = await get(path);
      const { etag = "" } = headers;
      for (const known of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
        const again = await get(path, { "if-none-match": known });
        expect([again.status, again.body, again.headers.etag]).toEqual([304, "", etag]);
        // Headers of "unchanged" replace those that are known.
        const policy = "content-security-policy";
        expect(again.headers[policy]).toBe(headers[policy]);
      }
      expect((await get(path, { "if-none-match": '"x"' })).status).toBe(200);
    }
    const before = (await get("/papers.json")).headers.etag;
    utimesSync(join(folder, "site/papers.json"), 1, 1);
    expect((await get("/papers.json")).headers.etag).not.toBe(before);
    expect((await get("/assets/app.Ab3_d-9x.js")).headers["cache-control"]).toBe(
      "public, max-age=31536000, immutable",
    );
    expect((await get("/")).headers["cache-control"]).toBe("no-cache");
  });

  it("answers HEAD as GET, without the file", async () => {
    for (const path of ["/", "/engine.wasm", "/nowhere"]) {
      const [head, whole] = [await get(path, {}, "HEAD"), await get(path)];
      expect(head.body).toBe("");
      for (const one of [head, whole]) delete one.headers.date;
      expect([head.status, head.headers]).toEqual([whole.status, whole.headers]);
    }
  });

  it("sends a page that is too large to read for its scripts, and lets none of those in it run", async () => {
    writeFileSync(join(folder, "site/large.html"), `<script>1</script>${" ".repeat(32_000_000)}`);
    const { status, headers } = await get("/large.html", {}, "HEAD");
    expect([status, headers["content-length"]]).toEqual([200, "32000018"]);
    expect(headers["content-security-policy"]).toContain("script-src 'self' 'wasm-unsafe-eval';");
  });

  it.runIf(process.platform === "linux")("closes an empty file with its answer", async () => {
    writeFileSync(join(folder, "site/empty.txt"), "");
    const files = (): number => readdirSync("/proc/self/fd").length;
    await get("/empty.txt");
    const before = files();
    for (let i = 0; i < 20; i++) expect(await get("/empty.txt")).toMatchObject({ status: 200, body: "" });
    expect(files()).toBeLessThan(before + 10);
  });

  it.runIf(process.platform === "linux")("leaves no file open, whoever asked and went away", async () => {
    writeFileSync(join(folder, "site/large.bin"), new Uint8Array(20_000_000));
    const files = (): number => readdirSync("/proc/self/fd").length;
    await get("/");
    const before = files();
    for (let i = 0; i < 20; i++) {
      await get("/engine.wasm", {}, "HEAD");
      await get("/engine.wasm", { "if-none-match": "*" });
      const sent = request({ host: "127.0.0.1", port, path: "/large.bin", agent: false }).end();
      const [response] = await once(sent, "response");
      response.destroy();
    }
    await expect.poll(files, { timeout: 30_000 }).toBeLessThan(before + 10);
  });

  it("allows scripts that are written in a page by their hashes, and none from elsewhere", async () => {
    const policy = String((await get("/")).headers["content-security-policy"]);
    // Of "let a = 1;".
    expect(policy).toContain(
      "script-src 'self' 'wasm-unsafe-eval' 'sha256-xY6QKfH9PRsQnLz56nj6MBwiK5oHg+im1Jkpdp1x/Ck=';",
    );
    expect(policy).not.toMatch(/script-src[^;]*unsafe-inline|https?:|\*/);
    expect(policy.match(/sha256/g)).toHaveLength(1);
  });

  it("lets workers compute, and read of the site alone", async () => {
    const policy = String((await get("/assets/app.Ab3_d-9x.js")).headers["content-security-policy"]);
    for (const part of ["script-src 'self' 'wasm-unsafe-eval'", "connect-src 'self'"])
      expect(policy.split("; ")).toContain(part);
  });

  it("says with every answer what a browser may do with it", async () => {
    for (const path of [
      "/",
      "/engine.wasm",
      "/assets/app.Ab3_d-9x.js",
      "/nowhere",
      "/subscribe",
      "/papers",
    ]) {
      const { headers } = await get(path);
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["x-frame-options"]).toBe("DENY");
      expect(headers["referrer-policy"]).toBe("same-origin");
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    }
  });

  it("has neither hidden files behind links, nor devices", async () => {
    for (const path of ["/git/config", "/seen.txt", "/zero"])
      expect((await get(path)).status, path).toBe(404);
  });

  it("answers only under its own names", async () => {
    for (const host of ["localhost:1", "127.0.0.1", "example.org"])
      expect((await get("/", { host })).status).toBe(200);
    for (const host of ["evil.example", "example.org.evil.example"])
      expect((await get("/", { host })).status).toBe(403);
    expect((await get("/", { origin: "https://evil.example" })).status).toBe(403);
  });

  it("allows pages of other sites to read its list of papers, its feeds and the picture of its links", async () => {
    const origin = "https://evil.example";
    for (const file of ["papers.json", "feed.xml", "atom.xml", "feed.json", "card.png"])
      for (const path of [
        `/${file}`,
        `/minimand/${file}`,
        `/minimand/%${file.charCodeAt(0).toString(16)}${file.slice(1)}`,
      ])
        for (const method of ["GET", "HEAD"]) {
          const { status, headers } = await get(path, { origin }, method);
          const again = await get(path, { origin, "if-none-match": String(headers.etag) }, method);
          expect([status, again.status], path).toEqual([200, 304]);
          for (const one of [headers, again.headers]) {
            expect(one["access-control-allow-origin"], path).toBe("*");
            expect(one["cross-origin-resource-policy"], path).toBe("cross-origin");
          }
          // A name of another host that leads here reads nothing, shared files included.
          expect((await get(path, { host: "evil.example", origin }, method)).status).toBe(403);
        }
  });

  it("keeps every other answer from pages of other sites", async () => {
    const origin = "https://evil.example";
    const others = ["/", "/papers/", "/server.json", "/engine.wasm", "/subscribe", "/nowhere", "/feed.json/"];
    for (const path of [...others, "/papers/feed.xml", "/minimand/minimand/feed.xml", "/card.png.html"]) {
      const { headers } = await get(path);
      expect(headers["access-control-allow-origin"], path).toBe(undefined);
      expect(headers["cross-origin-resource-policy"], path).toBe("same-origin");
      expect((await get(path, { origin })).status, path).toBe(403);
    }
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"])
      expect((await get("/papers.json", { origin }, method)).status, method).toBe(403);
  });

  it("takes nothing but questions", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH"])
      expect((await get("/", {}, method)).status).toBe(404);
    expect((await get("/subscribe", {}, "POST")).status).toBe(503);
    expect((await get("/bounces", {}, "POST")).status).toBe(404);
  });
});
