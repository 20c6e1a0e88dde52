/*
 * Breaks source files on purpose, one place at a time, and reports each change that no test notices:
 * `npm run mutate -- --only decision/max-t --mutants 20`. It works in a copy of the working tree. What was found is kept in
 * node_modules/.cache, so that a run that was stopped goes on. Exit code 1: mutants survived that scripts/mutate/justified.json does
 * not list.
 */
import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { copyWorkingTree } from "./mutate/copy.ts";
import { openJournal } from "./mutate/journal.ts";
import justified from "./mutate/justified.json" with { type: "json" };
import { mutateFiles, reportOf } from "./mutate/mutate-files.ts";
import { mutatedFiles } from "./mutate/targets.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    mutants: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
  },
});
const whole = (name: "mutants" | "seed"): number => {
  const number = Number(values[name]);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new RangeError(`--${name}: expected a whole number >= 1, got ${values[name]}`);
  return number;
};
const files = new Map([...mutatedFiles()].filter(([path]) => path.includes(values.only)));
if (files.size === 0)
  throw new RangeError(`--only: expected a part of a mutated file's path, got ${values.only}`);

const [mutants, seed] = [whole("mutants"), whole("seed")];
const folder = copyWorkingTree(process.cwd());
const remove = (): void => rmSync(folder, { recursive: true, force: true });
process
  .once("SIGINT", () => process.exit(130))
  .once("SIGTERM", () => process.exit(143))
  .once("exit", remove);
const journal = openJournal("node_modules/.cache/minimand-mutants.jsonl");
const results = await mutateFiles(files, { folder, mutants, seed, journal, say: console.log });
const { text, fresh } = reportOf(results, justified);
console.log(text);
process.exitCode = fresh === 0 ? 0 : 1;
