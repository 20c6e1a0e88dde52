/* Commands and workers in processes of their own, which may be killed, on a comparison of a loss that does as it is told. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { everythingIn, minimand, sampleCsv, temporaryFolder } from "../../../../test/support/cli.ts";
import type { TestDatabase, TestPostgres } from "../../../../test/support/postgres.ts";
import { type Background, background } from "../../../../test/support/processes.ts";
import { oneProcess } from "../one-process.fixture.ts";

/**
 * A loss that may be told by the environment to end its process, to throw, or to hang where it is first trained, in a trial or as the kept model: for
 * good, or in a trial for some seconds ("late").
 */
export const own = `
import { writeSync } from "node:fs";
import { isMainThread, workerData } from "node:worker_threads";
import { crossEntropy } from "minimand";
const { HANG, ENDS } = process.env;
const begin = () => {
  if (isMainThread) return;
  if (ENDS === "throws") throw new Error("no, thanks");
  if (ENDS === "killed") process.kill(process.pid, "SIGKILL");
  // Threads that coordinate know their store.
  const place = JSON.stringify(workerData).includes('"store"') ? "kept" : "trial";
  if ((HANG === "late" ? "trial" : HANG) !== place) return;
  writeSync(2, "it hangs\\n");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HANG === "late" ? 15_000 : Number.POSITIVE_INFINITY);
};
const rest = { kind: "loss", label: "Own", formula: "l", tasks: ["binary", "multiclass"], settings: [], parameters: {} };
export const candidates = [{
  ...rest,
  id: "own",
  loss: () => {
    begin();
    return (logits, labels, { weights }) => crossEntropy(logits, labels, { weights }).mul(2);
  },
}];
`;

const compared = ["--references", "none", "--losses", "own", "--baseline", "own", "--with", "own.mjs"];
const small = ["--folds", "2", "--seeds", "2", "--configurations", "2", "--max-epochs", "3", "--hidden", "4"];
const settings = ["--target", "y", ...small, ...compared, "--engine", "wasm"];

/** A folder with a table and the loss. */
export const folder = temporaryFolder();
writeFileSync(join(folder, "own.mjs"), own);
writeFileSync(join(folder, "a.csv"), sampleCsv());
const shared = { cwd: folder, env: { XDG_CACHE_HOME: join(folder, "cache") } };
const once = oneProcess(folder);

/** The files of an output folder, without its times and its page. */
export function filesIn(out: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of everythingIn(join(folder, out))) {
    if (!/^(results\.json|report\.json|model\/)/.test(name)) continue;
    const bytes = readFileSync(join(folder, out, name));
    files[name] = name.endsWith("s.json")
      ? JSON.stringify(JSON.parse(bytes.toString()), (key, value) =>
          ["seconds", "created", "computedOn"].includes(key) ? undefined : value,
        )
      : bytes.toString("base64");
  }
  return files;
}

/** What comes of the comparison without a store, and the number of its trials. */
export async function undisturbedRun(): Promise<{ files: Record<string, string>; trials: number }> {
  const { code, stderr } = await minimand(["compare", "a.csv", ...settings, "--out", "local"], shared);
  if (code !== 0) throw new Error(stderr);
  const trials = everythingIn(join(folder, "local", "trials")).filter((name) => name.endsWith(".gz")).length;
  return { files: filesIn("local"), trials };
}

/** The commands for a database. */
export function commandsFor(server: TestPostgres, { address, env, name }: TestDatabase) {
  const start = (args: readonly string[], more: Record<string, string> = {}): Background =>
    background([...args, "--store", address], { cwd: folder, env: { ...shared.env, ...env, ...more } });
  const query = <Row extends object>(text: string, parameters: unknown[] = []): Promise<Row[]> =>
    server.query<Row>(text, parameters, name);
  return {
    start,
    worker: (more: Record<string, string> = {}, ...args: string[]): Background =>
      start(["worker", "--engine", "wasm", "--with", "own.mjs", "--workers", "1", ...args], more),
    /** The comparison, with arguments of which the last one of a name counts. */
    compare: (out: string, args: readonly string[], more?: Record<string, string>): Background =>
      start(["compare", "a.csv", ...settings, "--out", out, ...args], more),
    runs: (...args: string[]) => once(["runs", ...args, "--store", address], { env }),
    query,
    /** Keys of finished trials, and when they were finished. */
    finished: () =>
      query<{ key: string; at: string }>(
        "select key, finished_at::text as at from minimand.results order by key",
      ),
    /** Waits until something is so. */
    async until(what: string, holds: () => Promise<boolean>): Promise<void> {
      for (const limit = performance.now() + 300_000; !(await holds()); await sleep(100))
        if (performance.now() > limit) throw new Error(`expected ${what} within 5 minutes`);
    },
  };
}
