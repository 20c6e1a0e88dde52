/*
 * Makes the refiners that the default run of uf-fgtg takes as they are: `node --conditions=minimand-source scripts/refiners.ts [part ...]`
 * trains them (default: all) with the frozen models in the paper's folder, and writes them beside those, with what is recorded.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nativeCompiler } from "@minimand/native";
import { startEngine } from "minimand/start";
import { checkpointFiles } from "../packages/papers/src/uf-fgtg/run/models/index.ts";
import { refinerParts, trainRefinerPart } from "../packages/papers/src/uf-fgtg/run/pretraining/refiners.ts";
import { folderOf } from "./docs/papers.ts";

const folder = join(folderOf("uf-fgtg"), "checkpoints");
const asked = process.argv.slice(2);
const unknown = asked.find((part) => !refinerParts.includes(part));
if (unknown !== undefined)
  throw new RangeError(`part: expected one of ${refinerParts.join(", ")}, got '${unknown}'`);

await startEngine();
const compile = await nativeCompiler({ threads: 1 });
const before = new Map(
  checkpointFiles.map((name) => [
    name as string,
    new Uint8Array(readFileSync(join(folder, `${name}.safetensors`))),
  ]),
);
const records = join(folder, "refiners.json");
for (const part of asked.length > 0 ? asked : refinerParts) {
  const { bytes, record } = await trainRefinerPart(part, { scale: "default", seed: 0, before, compile });
  writeFileSync(join(folder, `${part}.safetensors`), bytes);
  // Read again each time: parts may be trained by several processes.
  const known = existsSync(records) ? JSON.parse(readFileSync(records, "utf8")) : {};
  const all = Object.entries({ ...known, [part]: record }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(records, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
  console.log(`${part}: ${JSON.stringify(record)}`);
}
