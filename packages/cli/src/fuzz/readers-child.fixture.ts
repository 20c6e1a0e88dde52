/*
 * Reads files in a process of its own, for `fuzz.test.ts`: what hangs or dies there hangs and dies alone.
 */
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { defaultSettings, prepareComparison, type Settings } from "@minimand/compare";
import { readIdx } from "@minimand/papers";
import { readPrompts } from "../commands/refine/own-prompts.ts";
import { openSpending } from "../commands/refine/spending.ts";
import { readBounce } from "../commands/serve/mail/bounce-report.ts";
import { builtFor } from "../commands/serve/settings.ts";
import { earlierRun } from "../compare/earlier-run.ts";
import { gatherFiles, handOut, readInputs } from "../compare/gather-files.ts";
import { exitCodeOf } from "../failure.ts";
import { readInputTable } from "../files/read-input-table.ts";
import { openStore } from "../files/store.ts";
import { decodePicture } from "../pictures/read-picture.ts";
import { makeProgram } from "../program.ts";

const run = async (...args: string[]): Promise<void> => {
  await makeProgram().parseAsync(["--quiet", ...args], { from: "user" });
};

/** Reads a comparison's file, and checks it as far as before the first trial. */
const prepare = (changed: Partial<Settings>) => async (path: string) => {
  const settings: Settings = { ...defaultSettings, target: "y", ...changed };
  const { files, bytes } = await gatherFiles(await readInputs([path]), settings);
  const comparison = { ...files, settings, keep: "auto", quantize: [], own: { origins: [] } } as const;
  await prepareComparison(
    { ...comparison, quantize: [], own: { origins: [] } },
    handOut(bytes),
    { candidates: [], models: [] },
    readInputTable,
  );
};

const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path));

/** How each kind of file is read, from the damaged one and the folder with the whole ones. */
const readers = {
  table: prepare({}),
  tableKept: prepare({ damaged: "pad", types: { y: "categorical" } }),
  pairs: prepare({ task: "preference", target: "auto" }),
  rows: (path, base) => run("predict", join(base, "o"), path),
  log: (path, base) => run("bandit", "evaluate", path, "--out", join(base, "out")),
  snapshot: (path, base) =>
    run("bandit", "evaluate", join(base, "log.jsonl"), "--policy", path, "--out", join(base, "out")),
  matrix: (path, base) =>
    run("solve", path, "--rhs", "ones", "--max-iterations", "50", "--out", join(base, "out")),
  vector: (path, base) => run("solve", join(base, "a.mtx"), "--rhs", path, "--out", join(base, "out")),
  model: (path, base) => run("predict", dirname(dirname(path)), join(base, "a.csv")),
  onnx: (path, base) => run("predict", path, join(base, "a.csv")),
  refiner: (path, base) =>
    run("refine", "a red moon", "-n", "1", "--engine", "wasm", "--refiner", path, "--out", join(base, "out")),
  picture: (path) => decodePicture(bytesOf(path), path),
  images: async (path, base) => readIdx(bytesOf(path), bytesOf(join(base, "labels.idx1")), "x"),
  trial: async (path) =>
    (await openStore(dirname(dirname(path)), (kept): kept is object => typeof kept === "object")).get({
      x: 1,
    }),
  results: (path) => earlierRun(dirname(path), { ...defaultSettings, target: "y" }, ["0"]),
  prompts: async (path) => readPrompts(bytesOf(path), path),
  spending: (path) => openSpending(path, 10),
  site: async (path) => builtFor(dirname(path)),
  bounce: async (path) => readBounce(readFileSync(path, "utf8")),
} satisfies Record<string, (path: string, base: string) => Promise<unknown>>;

export type Reader = keyof typeof readers;

/** What is asked of the process; it answers with an exit code, and with the error where that is 1. */
export interface Question {
  reader: Reader;
  path: string;
  base: string;
}

process.on("message", async ({ reader, path, base }: Question) => {
  let code = 0;
  let said = "";
  try {
    await readers[reader](path, base);
  } catch (error) {
    code = exitCodeOf(error);
    said = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  rmSync(join(base, "out"), { recursive: true, force: true });
  process.send?.({ code, said });
});
