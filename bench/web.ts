/*
 * An Adam step in a worker of a page of headless Chromium, one thread: the array engine as it came, as `startEngine` starts it, and the
 * native compiler on ONNX Runtime Web, copies into and out of the runtime's memory included. Short turns one after the other, of which
 * the fastest counts, that nothing disturbed. Prints milliseconds as JSON.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { noBrowser, openBrowser, serve } from "../test/support/browser.ts";
import type { Asked } from "./web/step-worker.ts";

const rounds = Number(process.argv[2] ?? 100);
const ways = ["plain", "started", "onnx"] as const;
const steps = { tiny: 40, small: 25, large: 2 };

if (noBrowser !== "") {
  console.log(JSON.stringify({ missing: "there is no browser (Debian: chromium)" }));
  process.exit(0);
}

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const runtimeFile = (name: string): Buffer =>
  readFileSync(path(`../node_modules/onnxruntime-web/dist/${name}`));

async function bundledWorker(): Promise<string> {
  const build = await rolldown({
    input: path("web/step-worker.ts"),
    platform: "browser",
    resolve: { conditionNames: ["minimand-source", "browser", "import", "default"] },
    plugins: [
      {
        name: "sessions on ONNX Runtime Web",
        resolveId: (specifier) => (specifier.endsWith("/session.ts") ? path("web/web-session.ts") : null),
      },
    ],
  });
  const { output } = await build.generate({ format: "esm", codeSplitting: false });
  await build.close();
  return output[0].code;
}

const worker = await bundledWorker();
const { server, address } = await serve((url) => {
  if (url === "/") return { content: "<!doctype html>", type: "text/html" };
  if (url === "/worker.js") return { content: worker, type: "text/javascript" };
  const [, name] = /^\/(ort-[\w-]+\.(?:mjs|wasm))$/.exec(url) ?? [];
  if (name === undefined) return null;
  return {
    content: runtimeFile(name),
    type: name.endsWith(".wasm") ? "application/wasm" : "text/javascript",
  };
});
const browser = await openBrowser();
try {
  const page = await browser.newPage();
  await page.goto(address);
  await page.evaluate(`globalThis.workers = new Map();
    globalThis.ask = (name, question) => new Promise((resolve, reject) => {
      if (!workers.has(name)) workers.set(name, new Worker("/worker.js", { type: "module", name }));
      const worker = workers.get(name);
      worker.onmessage = ({ data }) => (typeof data === "number" ? resolve(data) : reject(new Error(data)));
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage(question);
    })`);
  const ask = (way: string, question: Asked | "loading"): Promise<number> =>
    page.evaluate(`ask(${JSON.stringify(way)}, ${JSON.stringify(question)})`);
  /** The fastest of some turns of each way. */
  async function fastest(
    turns: number,
    question: (turn: number) => Asked | "loading",
    nameOf = (way: string, _turn: number): string => way,
  ): Promise<Record<string, number>> {
    const times = Object.fromEntries(ways.map((way) => [way, Number.POSITIVE_INFINITY]));
    for (let turn = 0; turn < turns; turn++)
      for (const way of ways) times[way] = Math.min(times[way], await ask(nameOf(way, turn), question(turn)));
    return times;
  }
  const loading = await fastest(
    3,
    () => "loading",
    (way, turn) => `${way} ${turn}`,
  );
  const result: Record<string, Record<string, Record<string, number>>> = {};
  for (const network of ["tiny", "small", "large"] as const) {
    const asked = (as: Asked["as"]) => () => ({ network, as, steps: steps[network] });
    result[network] = {
      single: await fastest(rounds, asked("single")),
      fit: await fastest(rounds, asked("fit")),
      first: await fastest(7, (turn) => ({ network, as: "first", steps: turn + 1 })),
    };
  }
  const names = ["ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"];
  const download = names.reduce((sum, name) => sum + gzipSync(runtimeFile(name), { level: 9 }).length, 0);
  console.log(JSON.stringify({ ...result, loading, download, browser: browser.version() }));
} finally {
  await browser.close();
  server.close();
}
