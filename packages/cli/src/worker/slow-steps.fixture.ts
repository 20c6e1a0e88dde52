import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sampleCsv } from "../../../../test/support/cli.ts";

/** Milliseconds that a trial of the slow steps waits, in processes with this variable: without keeping a processor busy. */
export const slowness = "TEST_SLOW_STEPS";

const module = `import { sam } from "minimand";
const waited = Number(process.env.${slowness} ?? 0);
const wait = () => waited > 0 && Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waited);
export const candidates = [1, 2, 3].map((i) => ({
  kind: "step", minimises: "objective", id: "slow" + i, label: "Slow " + i, formula: "w",
  settings: [{ rho: i / 20 }], parameters: { rho: ">= 0" },
  step: (info, model, parts) => {
    const step = sam({ model, ...parts });
    return { ...step, init: (...args) => (wait(), step.init(...args)) };
  },
}));
`;

/** A comparison on a table in a folder, most of whose trials are as slow as {@link slowness} says, six for each fold; all but its output folder. */
export function slowComparison(folder: string, folds: number): { args: string[]; modules: string[] } {
  const [table, own] = [join(folder, "a.csv"), join(folder, "slow.mjs")];
  writeFileSync(table, sampleCsv());
  writeFileSync(own, module);
  const small = [
    "--folds",
    String(folds),
    "--seeds",
    "2",
    "--max-epochs",
    "2",
    "--hidden",
    "4",
    "--configurations",
    "1",
  ];
  const compared = ["--losses", "cross-entropy", "--steps", "slow1,slow2,slow3", "--references", "none"];
  const modules = ["--with", own, "--engine", "wasm"];
  return { args: ["compare", table, "-t", "y", ...small, ...compared, ...modules], modules };
}

/** Results without what differs between equal runs: times, what is said because of them, and who computed. */
export function withoutTimes(results: string): unknown {
  return JSON.parse(results, (key, value: unknown) =>
    ["created", "seconds", "computedOn", "costs", "beside"].includes(key) ? undefined : value,
  );
}
