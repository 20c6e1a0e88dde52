import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../../test/support/cli.ts";
import { EndpointGone, type EndpointOptions, imageEndpoint, PromptRefused } from "./image-endpoint.ts";
import { answers, cuts, hangs, imageServer, type Mishap, pictureOfText } from "./image-server.fixture.ts";
import { openSpending } from "./spending.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function service(
  mishaps: (Mishap | undefined)[] = [],
  changes: Partial<EndpointOptions> = {},
  most = 10,
) {
  const server = await imageServer(mishaps);
  closing.push(server.close);
  const account = join(temporaryFolder(), "asked.txt");
  const spending = await openSpending(account, most);
  const options = { url: server.url, key: "sk-secret", timeout: 5000, retries: 2, patience: 1, spending };
  const make = imageEndpoint({ ...options, ...changes });
  const { signal } = new AbortController();
  return { server, spending, account, make: (prompt: string) => make(prompt, signal) };
}

/** Answers with an address of the service itself. */
const answersOwnAddress =
  (path: string): Mishap =>
  (response, request) =>
    response.end(JSON.stringify({ data: [{ url: `http://${request.headers.host}${path}` }] }));

describe("a service of images", () => {
  it("is sent prompt, model, size and key, and answers with a picture", async () => {
    const { make, server, spending } = await service([], { model: "toy", size: "64x64" });
    const { bytes, type } = await make("a red moon");
    expect([type, [...bytes]]).toEqual(["png", [...pictureOfText("a red moon")]]);
    expect(server.seen).toEqual([
      {
        path: "/v1/images/generations",
        authorization: "Bearer sk-secret",
        body: { prompt: "a red moon", n: 1, model: "toy", size: "64x64" },
      },
    ]);
    expect(spending.spent).toBe(1);
  });

  it("may answer with an address of its own or of an allowed host, where the key doesn't go", async () => {
    const pictures = await imageServer();
    closing.push(pictures.close);
    const allowHost = [new URL(pictures.url).host];
    const direct = await service([answers(200, { data: [{ url: `${pictures.url}/moon` }] })], { allowHost });
    expect([...(await direct.make("a red moon")).bytes]).toEqual([...pictureOfText("moon")]);
    const led = await service(
      [answersOwnAddress("/moon"), answers(302, "", { location: `${pictures.url}/moon` })],
      {
        allowHost,
      },
    );
    expect([...(await led.make("a red moon")).bytes]).toEqual([...pictureOfText("moon")]);
    const within = await service([
      answersOwnAddress("/a"),
      answers(307, "", { location: "/b" }),
      answers(301, "", { location: "moon" }),
    ]);
    expect([...(await within.make("a red moon")).bytes]).toEqual([...pictureOfText("moon")]);
    const asked = [...pictures.seen, ...led.server.seen.slice(1), ...within.server.seen.slice(1)];
    expect(asked.map(({ authorization }) => authorization)).toEqual(asked.map(() => undefined));
    expect(within.server.seen.map(({ path }) => path).slice(1)).toEqual(["/a", "/b", "/moon"]);
  });

  it("can't send the command elsewhere, by an address or by redirects", async () => {
    const inner = await imageServer();
    closing.push(inner.close);
    const { port, host } = new URL(inner.url);
    const foreign = [
      `${inner.url}/admin`,
      `http://localhost:${port}/`,
      `http://2130706433:${port}/`,
      `http://[::1]:${port}/`,
      `http://[::ffff:127.0.0.1]:${port}/`,
      `//${host}/`,
      "http://169.254.169.254/latest/meta-data/",
      `http://me:pass@${host}/`,
      "file:///etc/passwd",
      "data:image/png;base64,AAAA",
      "http://",
    ];
    for (const url of foreign)
      for (const mishaps of [
        [answers(200, { data: [{ url }] })],
        [answersOwnAddress("/a"), answers(302, "", { location: url })],
      ]) {
        const { make, server } = await service(mishaps);
        const error = await make("a red moon").catch((caught) => caught);
        expect(error.message, url).toMatch(
          /^--endpoint 127\.0\.0\.1:\d+: expected (pictures|a picture's address)[^\n]*$/,
        );
        expect(error.message).not.toMatch(/admin|meta-data|pass@/);
        // It is refused at once, and not asked again.
        expect(server.seen.length).toBe(mishaps.length);
      }
    expect(inner.seen).toEqual([]);
    const around = answers(302, "", { location: "/again" });
    const { make } = await service([answersOwnAddress("/again"), ...Array<Mishap>(9).fill(around)]);
    await expect(make("a red moon")).rejects.toThrow("expected a picture after at most 5 redirects");
  });

  it("can't fill the memory, neither by an answer, nor by a refusal, nor by a picture", async () => {
    const endless =
      (status: number): Mishap =>
      (response) => {
        response.writeHead(status, { "content-type": "application/json" });
        const chunk = Buffer.alloc(2 ** 20, 32);
        const more = (): void => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on("drain", more);
        more();
      };
    for (const mishaps of [[endless(200)], [answersOwnAddress("/a"), endless(200)]]) {
      const { make } = await service(mishaps, { timeout: 60_000 });
      await expect(make("a red moon")).rejects.toThrow(
        "expected an answer of a picture, got more than 64 MiB",
      );
    }
    const { make } = await service([endless(404)], { timeout: 60_000 });
    await expect(make("a red moon")).rejects.toThrow(/at this address, got the answer 404$/);
  });

  it("is asked again where it is busy, fails or breaks off, and what may have been made is counted", async () => {
    const busy = answers(429, { error: { message: "slowly" } }, { "retry-after": "0" });
    for (const [mishap, spent] of [
      [busy, 1],
      [answers(503, ""), 1],
      [cuts(), 2],
      [cuts(true), 2],
      [hangs, 2],
    ] as const) {
      const { make, server, spending } = await service([mishap], mishap === hangs ? { timeout: 1500 } : {});
      expect((await make("a red moon")).type).toBe("png");
      expect([server.seen.length, spending.spent]).toEqual([2, spent]);
    }
  });

  it("is left alone as long as it asks for", async () => {
    const { make } = await service([answers(429, "", { "retry-after": "1" })]);
    const started = performance.now();
    await make("a red moon");
    expect(performance.now() - started).toBeGreaterThan(950);
  });

  it("is given up in one line", async () => {
    for (const [mishap, said, timeout] of [
      [answers(500, { error: "overloaded" }), "got 500: overloaded, 3 times", 30_000],
      [cuts(), /got a broken connection.*, 3 times/, 30_000],
      [hangs, "got none within 0.4 s, 3 times", 400],
    ] as const) {
      const { make, server } = await service([mishap, mishap, mishap], { timeout });
      const error = await make("a red moon").catch((caught) => caught);
      expect(error).toBeInstanceOf(EndpointGone);
      expect(error.message).toMatch(said);
      expect(server.seen.length).toBe(3);
    }
    const { make, server, spending } = await service();
    await server.close();
    await expect(make("a red moon")).rejects.toThrow("expected an answer, got a refused connection, 3 times");
    expect(spending.spent).toBe(0);
  });

  it("says what a long wait is for, once for all requests", async () => {
    const busy = answers(429, { error: { message: "slowly" } }, { "retry-after": "3600" });
    const waits: [number, string][] = [];
    const { server, spending } = await service([busy, busy]);
    const make = imageEndpoint({
      url: server.url,
      key: null,
      timeout: 5000,
      retries: 2,
      patience: 1,
      spending,
      onWait: (milliseconds, why) => waits.push([milliseconds, why]),
    });
    const stop = new AbortController();
    const asked = ["a", "b"].map((prompt) => make(prompt, stop.signal).catch(({ message }) => message));
    await expect.poll(() => spending.spent === 0 && waits.length).toBe(1);
    stop.abort(new Error("stopped"));
    expect(await Promise.all(asked)).toEqual(["stopped", "stopped"]);
    // An hour is more than anyone waits for.
    expect(waits).toEqual([[600_000, "429: slowly"]]);
  });

  it("may repeat the key, which is shown nowhere", async () => {
    const told = { error: { message: `Incorrect API key provided: Bearer sk-secret${"!".repeat(200)}` } };
    for (const status of [401, 400, 404, 500]) {
      const { make } = await service([answers(status, told)], { retries: 0 });
      const { message } = await make("a red moon").catch((caught) => caught);
      expect(message).toContain("Incorrect API key provided: Bearer (the key)!");
      expect(message).not.toContain("sk-");
    }
    const { make } = await service([answers(200, `${"-".repeat(155)}sk-secret`)]);
    await expect(make("a red moon")).rejects.toThrow(/-{155}\(the/);
  });

  it("takes no key that a request can't carry, before anything is asked for", async () => {
    for (const key of ["", "sk-secret\n", "sk secret", "schlüssel"]) {
      const error = await service([], { key }).catch((caught) => caught);
      expect(error.message).toBe(
        "MINIMAND_IMAGE_KEY: expected a key of visible ASCII characters, got others, too",
      );
    }
  });

  it("may refuse a prompt, a key, an address, each at once and in words without the key", async () => {
    const refusal = { error: { message: "not this one" } };
    for (const [mishap, said] of [
      [answers(401, refusal), "MINIMAND_IMAGE_KEY: expected a key that 127.0.0.1:"],
      [
        answers(404, refusal),
        "expected a service of images at this address, got the answer 404: not this one",
      ],
      [answers(302, "", { location: "http://127.0.0.1:1/" }), "at this address, got the answer 302"],
      [answers(200, "<html>"), "expected data[0].b64_json or data[0].url in the answer, got <html>"],
      [answers(200, { data: [] }), "expected data[0].b64_json or data[0].url in the answer"],
      [
        answers(200, { data: [{ b64_json: "aGVsbG8=" }] }),
        "expected a PNG, JPEG or WebP picture, got 5 bytes",
      ],
    ] as const) {
      const { make, server } = await service([mishap]);
      const error = await make("a red moon").catch((caught) => caught);
      expect(error.message).toContain(said);
      expect(error.message).not.toContain("secret");
      expect(server.seen.length).toBe(1);
    }
    const { make } = await service([answers(400, refusal)]);
    await expect(make("a red moon")).rejects.toThrow(PromptRefused);
  });

  it("is never asked for more than was allowed, over all runs in a folder", async () => {
    const { make, server, account, spending } = await service([cuts()], {}, 3);
    await make("a");
    await make("b");
    await expect(make("c")).rejects.toThrow("--max-images: expected a number above 3");
    expect(server.seen.length).toBe(3);
    await spending.written();
    expect(readFileSync(account, "utf8")).toBe("asked\n".repeat(3));
    expect((await openSpending(account, 9)).spent).toBe(3);
  });

  it("is not waited for once the run is stopped", async () => {
    const server = await imageServer([hangs]);
    closing.push(server.close);
    const spending = await openSpending(join(temporaryFolder(), "asked.txt"), 9);
    const make = imageEndpoint({ url: server.url, key: null, timeout: 60_000, retries: 5, spending });
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("stopped")), 50);
    await expect(make("a", stop.signal)).rejects.toThrow("stopped");
    expect(server.seen[0].authorization).toBeUndefined();
  });

  it("has an address", async () => {
    const spending = await openSpending(join(temporaryFolder(), "asked.txt"), 9);
    const at = (url: string) => () => imageEndpoint({ url, key: null, timeout: 1, retries: 0, spending });
    expect(at("api.example.com")).toThrow("--endpoint: expected an address with http:// or https://");
    expect(at("file:///etc")).toThrow("--endpoint: expected an address with http");
    expect(at("https://me:pass@api.example.com")).toThrow("MINIMAND_IMAGE_KEY holds the key");
    const withKey = (url: string) => () =>
      imageEndpoint({ url, key: "sk-secret", timeout: 1, retries: 0, spending });
    for (const url of ["http://api.example.com", "http://10.0.0.1:8080/v1", "http://localhost.example.com"])
      expect(withKey(url)).toThrow(
        /^--endpoint: expected https:\/\/ where MINIMAND_IMAGE_KEY is set, got http:\/\/[^/]+: the key could be read on the way/,
      );
    for (const url of ["https://api.example.com", "http://localhost:1", "http://[::1]:1", "http://127.0.0.2"])
      expect(withKey(url)).not.toThrow();
    expect(at("http://10.0.0.1:8080/v1")).not.toThrow();
  });
});
