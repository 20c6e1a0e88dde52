import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { expect, it } from "vitest";

/** Modules that a file loads with itself: those of imports and exports that are more than types. */
function loadedBy(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const statements = text.matchAll(/^(?:import|export)\b(?! type)(?:[^;"]*? from)? "([^"]+)";/gm);
  return [...statements].map(([, module]) => module);
}

/** All that a file loads, directly or by way of others: files of the command, and names of packages. */
function reachedFrom(file: string, reached = new Set<string>()): Set<string> {
  if (reached.has(file)) return reached;
  reached.add(file);
  for (const module of loadedBy(file))
    if (module.startsWith(".")) reachedFrom(resolve(dirname(file), module), reached);
    else reached.add(module);
  return reached;
}

/** Packages that load within a tenth of a second. */
const light = /^(commander|node:\w+|@minimand\/compare\/messages|minimand\/engine)$/;

/** Commands whose help shows defaults and choices of the comparison. */
const ofComparison = ["compare", "quantize"];

const declarations = globSync("**/index.ts", { cwd: import.meta.dirname });

it.each(declarations)("%s loads neither what the command runs nor a large package", (path) => {
  const reached = [...reachedFrom(join(import.meta.dirname, path))];
  expect(reached.filter((file) => basename(file) === "run.ts")).toEqual([]);
  const heavy = reached.filter((module) => !module.startsWith("/") && !light.test(module));
  const allowed = ofComparison.includes(dirname(path))
    ? ["@minimand/compare", "@minimand/lab/solvers", "minimand"]
    : [];
  expect(heavy.filter((module) => !allowed.includes(module))).toEqual([]);
});
