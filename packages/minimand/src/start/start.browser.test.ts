import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ShortTraining, trainShortly } from "./training.fixture.ts";

const executablePath = "/usr/bin/chromium";
const missing = existsSync(executablePath) ? "" : ` (skipped: there is no ${executablePath})`;

describe.skipIf(missing !== "")(`startEngine in a worker of a page${missing}`, () => {
  const warnings: string[] = [];
  let server: Server;
  let address = "";

  beforeAll(async () => {
    const bundle = await rolldown({
      input: fileURLToPath(new URL("./page-worker.fixture.ts", import.meta.url)),
      platform: "browser",
      resolve: { conditionNames: ["minimand-source", "browser", "import", "default"] },
      onLog: (_level, log) => void warnings.push(log.message),
    });
    const { output } = await bundle.generate({ format: "esm" });
    await bundle.close();
    const files = new Map(
      output.map((file) => [`/${file.fileName}`, "code" in file ? file.code : file.source]),
    );
    const [{ fileName }] = output;
    server = createServer(({ url = "/" }, response) => {
      const file = files.get(url);
      response.writeHead(url === "/" || file !== undefined ? 200 : 404, {
        "content-type": file === undefined ? "text/html" : "text/javascript",
      });
      response.end(url === "/" ? page(fileName) : file);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => server?.close());

  it("trains to the same numbers as in Node, without making any kernel's instance again", async () => {
    const browser = await chromium.launch({
      executablePath,
      headless: true,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
      ],
    });
    try {
      const tab = await browser.newPage();
      await tab.goto(address);
      await tab.waitForFunction(() => document.title !== "", null, { timeout: 60_000 });
      const told = JSON.parse(await tab.title()) as { trained?: ShortTraining; error?: string };
      expect(told.error).toBeUndefined();
      expect(told.trained).toEqual(await trainShortly());
      expect(told.trained?.made).toBe(0);
    } finally {
      await browser.close();
    }
  });

  it("bundles for a page without a warning", () => {
    expect(warnings).toEqual([]);
  });
});

const page = (worker: string): string => `<!doctype html><script type="module">
const worker = new Worker("/${worker}", { type: "module" });
worker.onmessage = ({ data }) => { document.title = JSON.stringify(data); };
worker.onerror = ({ message }) => { document.title = JSON.stringify({ error: message }); };
</script>`;
