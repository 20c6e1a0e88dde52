import { globSync } from "node:fs";
import { resolve } from "node:path";
import { checkSync } from "recheck/lib/browser.js";
import { expect, it } from "vitest";
import { builtWhileLoading, expressionsIn } from "./support/expressions.ts";

/** Sources whose expressions may meet foreign text. The rest of the site runs while it is built, on pages of this repository. */
const sources = [
  "packages/{minimand,native,compare,papers,cli}/src/**/*.ts",
  "packages/site/src/{compare,running,theme,trying}/**/*.ts",
];

/** What need not be linear, and why. */
const exceptions: Record<string, string> = {
  "packages/cli/src/commands/refine/image-endpoint.ts /\\/+$/":
    "the address that the user gives by --endpoint",
  "packages/compare/src/read/cell-kind.ts": "kindOf looks at no cell of more than 64 characters",
  "packages/compare/src/data/text/n-grams.ts":
    "recheck can't read the flag v; a letter begins one word alone",
  "packages/compare/src/report/comparison/advice.ts /[\\\\/]+$/": "the folder that the user gives by --out",
};

/** Files that build an expression only when they are called, and why each is linear. */
const builtLater: Record<string, string> = {
  "packages/site/src/compare/where-options.ts": "the name of an option between lookarounds of one character",
};

const files = sources
  .flatMap((pattern) => globSync(pattern))
  .filter((file) => !/\.(test|checks|fixture|d)\.ts$|node_modules/.test(file));

/**
 * Limits in steps and none in time, so that every machine has the same answers, with the backend in JavaScript, which all have. Ten
 * thousand characters take quadratic expressions far beyond the limit and leave linear ones far below it; what has more states than
 * recheck analyses in a second is attacked instead, from its own analysis on: attacks that work are among the first generations.
 */
const limits = {
  timeout: null,
  attackTimeout: null,
  incubationTimeout: null,
  seedingTimeout: null,
  attackLimit: 1e7,
  maxAttackStringSize: 10_000,
  maxNFASize: 5000,
  maxIteration: 5,
};

it("uses no regular expression that takes more than linear time", async () => {
  const read = files.map((file) => ({ file, ...expressionsIn(file) }));
  const builders = read.filter(({ built, file }) => built > 0 && !(file in builtLater));
  const built = await builtWhileLoading(
    builders.map(({ file }) => file),
    (file) => import(resolve(file)),
  );
  for (const { file, built: places } of builders)
    expect(built.filter(({ at }) => at === file).length, file).toBeGreaterThanOrEqual(places);
  const all = new Map(
    [...read.flatMap(({ literals }) => literals), ...built].map((one) => [
      `/${one.source}/${one.flags}`,
      one,
    ]),
  );
  expect(all.size).toBeGreaterThan(150);
  const faults = [...all].flatMap(([text, { source, flags, at }]) => {
    if (`${at.split(":")[0]} ${text}` in exceptions || at in exceptions) return [];
    const result = checkSync(source, flags, limits);
    if (result.status === "safe") return [];
    return [`${at} ${text}: ${result.status === "unknown" ? result.error.kind : result.complexity.summary}`];
  });
  expect(faults).toEqual([]);
});
