import type { Server } from "node:http";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noBrowser, openBrowser, serve } from "../../../../test/support/browser.ts";
import { type ShortTraining, trainShortly } from "./training.fixture.ts";

describe.skipIf(noBrowser !== "")(`startEngine in a worker of a page${noBrowser}`, () => {
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
    ({ server, address } = await serve((path) => {
      if (path === "/") return { content: page(fileName), type: "text/html" };
      const content = files.get(path);
      return content === undefined ? null : { content, type: "text/javascript" };
    }));
  });
  afterAll(() => server?.close());

  it("trains to the same numbers as in Node, without making any kernel's instance again", async () => {
    const browser = await openBrowser();
    try {
      const tab = await browser.newPage();
      await tab.goto(address);
      await tab.waitForFunction(() => document.title !== "", null, { timeout: 60_000 });
      const result = JSON.parse(await tab.title()) as { trained?: ShortTraining; error?: string };
      expect(result.error).toBeUndefined();
      expect(result.trained).toEqual(await trainShortly());
      expect(result.trained?.instances).toBe(0);
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
