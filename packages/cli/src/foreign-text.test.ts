import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { sample, temporaryFolder, tiny } from "../../../test/support/cli.ts";
import { answers, imageServer } from "./commands/refine/image-server.fixture.ts";
import { smallRefiner } from "./commands/refine/small-refiner.fixture.ts";
import { oneProcess } from "./one-process.fixture.ts";
import { printable, printableError, printableJson } from "./printable.ts";

/** Sets the title (OSC), clears the screen (CSI), both with C1 controls, ends a line, turns the direction of what follows. */
const evil = "\u001b]0;owned\u0007\u001b[2J\u009b31m\u009d0;x\u009c\u0085\u2028\u202eabc\u2066\u007f";
const shown = printable(evil);
/** What a terminal acts on: everything but the ends of our own lines. */
const raw = /[^\P{Cc}\n]|[\u2028-\u202e\u2066-\u2069]/u;

const cwd = temporaryFolder();
const once = oneProcess(cwd);
const at = (name: string): string => join(cwd, name);
const put = (name: string, content: string | Uint8Array): void => writeFileSync(at(name), content);

const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

/** Runs a command that has to show the foreign text, and nothing of it as it is. */
async function saysSafely(
  args: readonly string[],
  code: number,
  env: Record<string, string> = {},
): Promise<string> {
  const ran = await once(args, { env });
  const said = ran.stdout + ran.stderr;
  expect(ran.code, said).toBe(code);
  expect(said).not.toMatch(raw);
  // Messages cut long names.
  expect(said).toContain(shown.slice(0, 20));
  return said;
}

describe("text of others reaches the terminal", () => {
  it("as JSON writes it, in texts, JSON and errors", () => {
    expect(shown).toBe(
      "\\u001b]0;owned\\u0007\\u001b[2J\\u009b31m\\u009d0;x\\u009c\\u0085\\u2028\\u202eabc\\u2066\\u007f",
    );
    expect(JSON.stringify({ [evil]: [evil] })).toMatch(raw);
    for (const space of [undefined, 1]) {
      const text = printableJson({ [evil]: [evil, "ä\n"] }, space);
      expect(text).not.toMatch(raw);
      expect(JSON.parse(text)).toEqual({ [evil]: [evil, "ä\n"] });
    }
    const error = printableError(new Error(`a\n${evil}`));
    expect(error).not.toMatch(raw);
    expect(error).toContain(shown);
    expect(error.split("\n").length).toBeGreaterThan(2);
  });

  it("from names of files and columns, classes and cells: compare, predict, export, quantize", async () => {
    const { columns, cells } = sample();
    const names = columns.map((name) => (name === "y" ? `y${evil}` : `${evil}${name}`));
    const rows = cells.map(([size, weight, kind, y]) => [size, weight, `${kind}${evil}`, `${y}${evil}`]);
    const csv = [names, ...rows].map((row) => row.map((cell) => `"${cell}"`).join(",")).join("\n");
    const file = `t${evil}.csv`;
    put(file, `${csv}\n`);
    const asked = ["compare", file, "-t", `y${evil}`, ...tiny, "-o", "o"];
    await saysSafely(asked, 0);
    await saysSafely([...asked, "--json"], 0);
    await saysSafely(["predict", "o", file, "--json"], 0);
    await saysSafely(["predict", "o", file, "--id", evil], 2);
    await saysSafely(["export", evil], 2);
    await saysSafely(["quantize", "o", "--data", evil, "--bits", "4"], 2);
    await saysSafely(["compare", file, "-t", `x${evil}`, ...tiny], 2);
  }, 300_000);

  it("from prompts, and from what a service of images or a scorer says: refine", async () => {
    put("refiner.safetensors", await smallRefiner(["red", "moon", "sharp", "focus", "oil", "painting"]));
    put("score.mjs", "export default ({ rewrite }) => rewrite.length;");
    put("broken.mjs", `export default () => { throw new Error(${JSON.stringify(evil)}); };`);
    const own = ["refine", "--refiner", "refiner.safetensors", "--engine", "wasm", "-n", "2"];
    await saysSafely([...own, "-o", "r", `red ${evil}`], 0);
    await saysSafely([...own, "-o", "r", "--json", `red ${evil}`], 0);
    const refusal = (status: number) => answers(status, { error: { message: evil } });
    for (const [i, status] of [400, 401, 404, 500].entries()) {
      const server = await imageServer(Array.from({ length: 20 }, () => refusal(status)));
      closing.push(server.close);
      const endpoint = [
        "--endpoint",
        server.url,
        "--scorer",
        "score.mjs",
        "--max-images",
        "9",
        "--retries",
        "0",
      ];
      await saysSafely([...own, "-o", `r${i}`, ...endpoint, "red moon"], 2);
    }
    const server = await imageServer();
    closing.push(server.close);
    const endpoint = ["--endpoint", server.url, "--scorer", "broken.mjs", "--max-images", "9"];
    await saysSafely([...own, "-o", "r9", ...endpoint, "red moon"], 2);
  }, 300_000);

  it("from logs and tables of bandits", async () => {
    const lines = Array.from({ length: 30 }, (_, i) => [
      {
        decisionId: `${i}`,
        features: [1, i],
        action: i % 2,
        actionIds: ["a", evil],
        propensity: 0.5,
        propensities: [0.5, 0.5],
      },
      { decisionId: `${i}`, reward: i % 2 },
    ]);
    put(
      "log.jsonl",
      `${lines
        .flat()
        .map((line) => JSON.stringify(line))
        .join("\n")}\n`,
    );
    await saysSafely(["bandit", "evaluate", "log.jsonl", "-p", `arm:x${evil}`, "-o", "b"], 2);
    put("bad.jsonl", `{"decisionId":${JSON.stringify(evil)},"reward":1}\n`);
    await saysSafely(["bandit", "evaluate", "bad.jsonl", "-p", "uniform", "-o", "b"], 2);
  });

  it.each([
    ["solve", ["solve", `${evil}.mtx`]],
    ["denoise", ["denoise", `${evil}.png`, "-o", "clean.png"]],
    ["enhance", ["enhance", `${evil}.png`, "-o", "e"]],
    ["serve", ["serve", "--site", evil]],
    ["serve --url", ["serve", "--url", `http://${evil}`]],
    ["losses", ["losses", "--with", `${evil}.mjs`]],
    ["papers", ["papers", evil]],
    ["pretrain", ["pretrain", evil]],
    ["runs", ["runs", "--store", `postgres://127.0.0.1:1/${encodeURIComponent(evil)}`]],
    ["worker", ["worker", "--store", `mysql://${evil}`, "--cache", evil]],
  ])("from arguments that are refused: %s", async (_, args) => {
    const { code, stdout, stderr } = await once(args, { env: { DATABASE_URL: "" } });
    expect(code, stderr).toBe(2);
    expect(stdout + stderr).not.toMatch(raw);
  });

  it("from files with a damaged beginning", async () => {
    put(`head${evil}.mtx`, `%%MatrixMarket ${evil} coordinate real general\n1 1 1\n1 1 1\n`);
    await saysSafely(["solve", `head${evil}.mtx`], 2);
    put(`not${evil}.png`, evil);
    await saysSafely(["denoise", `not${evil}.png`, "-o", "clean.png"], 2);
    await saysSafely(["enhance", `not${evil}.png`, "-o", "e"], 2);
    put("server.json", JSON.stringify({ base: `/${evil}/` }));
    const { code, stdout, stderr } = await once(["serve", "--site", ".", "--port", "0"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).not.toMatch(raw);
  });

  it("from own modules: losses", async () => {
    put(
      "own.mjs",
      `export const losses = [{ id: "mine", label: ${JSON.stringify(evil)}, formula: ${JSON.stringify(evil)}, task: "binary", loss: (logits) => logits }];`,
    );
    for (const args of [
      ["losses", "--with", "own.mjs"],
      ["losses", "--with", "own.mjs", "--json"],
    ]) {
      const { stdout, stderr } = await once(args);
      expect(stdout + stderr).not.toMatch(raw);
    }
  });
});
