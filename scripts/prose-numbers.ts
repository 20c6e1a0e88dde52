/*
 * Compares the numbers that people read, before and after an edit: `npm run prose:numbers -- --base REV`. In each page, help text and
 * source that was changed since the revision, each number must occur as often as before: in pages outside of generated blocks, in
 * sources in comments and texts. `scripts/prose/changed-numbers.json` lists the changes that are meant: `file`, `text` (part of a
 * line, before or after) and `reason`. Exit code 1: others were found.
 */
import { parseArgs } from "node:util";
import { changedFiles, helpAt, helpOf } from "./prose/changed-files.ts";
import listed from "./prose/changed-numbers.json" with { type: "json" };
import { compareNumbers, type ListedChange } from "./prose/compare-numbers.ts";
import { generatedPages } from "./prose/generated.ts";
import { proseOf } from "./prose/numbers.ts";

const { base } = parseArgs({ options: { base: { type: "string" } } }).values;
if (base === undefined || base.startsWith("-"))
  throw new TypeError("--base: expected a revision, as in --base main");
const meant: readonly ListedChange[] = listed;

const isLookedAt = (path: string): boolean =>
  /(?<!\.d)\.(?:md|ts|vue)$/.test(path) && !generatedPages.includes(path);
const files = changedFiles(".", base, isLookedAt);
const inFiles = files.flatMap(({ path, before, after }) =>
  compareNumbers(path, proseOf(path, before) ?? "", after === null ? null : proseOf(path, after), meant),
);

const help = new Map(helpOf(process.cwd()).map(({ name, texts }) => [name, texts.join("\n")]));
const inHelp = helpAt(base).flatMap(({ name, texts }) =>
  compareNumbers(`${name} --help`, texts.join("\n"), help.get(name) ?? null, meant),
);

const changes = [...inFiles, ...inHelp];
for (const { file, line, change, number, text } of changes)
  console.log(`${file}:${line}: ${change} ${number}: ${text.length > 90 ? `${text.slice(0, 87)}...` : text}`);
console.log(
  `${changes.length} numbers changed that are not listed; ${files.length} changed files and ${help.size} help texts compared, ${meant.length} changes listed.`,
);
process.exitCode = changes.length === 0 ? 0 : 1;
