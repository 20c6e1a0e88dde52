/*
 * Benchmarks that need no data from elsewhere, each in a process of its own: those that are named, else all but "queue". Writes their sections of
 * bench/RESULTS.md and fails where a target is missed. Ratios are taken within one run: absolute times of a busy machine mean little.
 *
 *   npm run bench
 *   npm run bench -- native bandits
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { parts } from "./parts.ts";
import { type Row, replaceSection, tableOf } from "./results.ts";

const here = new URL(".", import.meta.url).pathname;
const usual = Object.keys(parts).filter((name) => !parts[name].alone);
const names = process.argv.length > 2 ? process.argv.slice(2) : usual;
const unknown = names.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) {
  console.error(`bench: expected any of ${Object.keys(parts).join(", ")}, got '${unknown}'`);
  process.exit(2);
}

if (names.includes("step")) {
  // The peers' types are there only then, so this part is checked here and not with the rest.
  if (!existsSync(`${here}node_modules`)) execFileSync("npm", ["ci", "--prefix", here], { stdio: "inherit" });
  execFileSync("npx", ["tsc", "-p", `${here}tsconfig.json`], { stdio: "inherit" });
}

const missed: string[] = [];
for (const name of names) {
  const { title, rows: measured, alone } = parts[name];
  const started = performance.now();
  const found = measured();
  const rows: Row[] = typeof found === "string" ? [] : found;
  const missing = typeof found === "string" ? { missing: found } : {};
  if (!alone) replaceSection({ title, command: `npm run bench -- ${name}`, rows, ...missing });
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`## ${title} (${seconds} s)\n\n${missing.missing ?? tableOf(rows)}\n`);
  for (const [what, value, target, met] of rows)
    if (!met) missed.push(`${name}: ${what}: ${value}, target ${target}`);
}
for (const text of missed) console.log(`missed: ${text}`);
process.exitCode = missed.length === 0 ? 0 : 1;
