/*
 * A step of each architecture search on a small supernet (one cell of three edges and four operations, 6 channels, 8 x 8
 * digits, batches of 32), in turn in one thread, on the native engine where it is installed and on wasm. Prints medians in
 * milliseconds and the gradients of a step as JSON.
 *
 *   node --conditions=minimand-source bench/architecture-search.ts [rounds]
 */

import { readFileSync } from "node:fs";
import { makeDataset, readTable } from "@minimand/compare";
import { dataFile } from "@minimand/data";
import type { Compile } from "minimand/engine";
import { startEngine } from "minimand/start";
import { compilerOf } from "../packages/cli/src/run/engine.ts";
import { cellArms } from "../packages/papers/src/rarts/run/arms.ts";
import { costTrial } from "../packages/papers/src/rarts/run/cost.ts";

const rounds = Number(process.argv[2] ?? 40);

await startEngine();
const file = "digits.csv.gz";
const dataset = readTable(readFileSync(dataFile(file)), { name: file }).then((table) =>
  makeDataset(table, { target: "target" }),
);
const measure = (compile: Compile | undefined) =>
  costTrial(
    { part: "cost", space: "small", arms: cellArms.map(({ id }) => id), rounds },
    { compile, dataset: () => dataset, images: () => Promise.reject(new Error("no images are asked for")) },
  );

let native: Compile | undefined;
try {
  native = await compilerOf({ name: "native", threads: 1 }, (message) =>
    process.stderr.write(`${message}\n`),
  );
} catch (error) {
  process.stderr.write(`native engine: left out, ${(error as Error).message}\n`);
}
const onWasm = await measure(undefined);
console.log(
  JSON.stringify({
    gradients: onWasm.gradients,
    wasm: onWasm.milliseconds,
    native: native === undefined ? null : (await measure(native)).milliseconds,
  }),
);
