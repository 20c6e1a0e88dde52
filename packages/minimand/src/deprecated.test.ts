import { readFileSync } from "node:fs";
import * as deprecated from "minimand/deprecated";
import * as losses from "minimand/losses";
import { expect, it } from "vitest";

const old: { readonly [name: string]: unknown } = deprecated;
const now: { readonly [name: string]: unknown } = losses;

/** The rows of the guide's first table: old name and new name. */
function renamedFunctions(): [old: string, now: string][] {
  const guide = readFileSync("docs/renames.md", "utf8");
  const section = guide.slice(guide.indexOf("## Functions"), guide.indexOf("## Options"));
  return [...section.matchAll(/^\|.*\| `(\w+)` +\| `(\w+)` +\|$/gm)].map(([, before, after]) => [
    before,
    after,
  ]);
}

it("has the old names that the guide lists, and no others", () => {
  expect(
    renamedFunctions()
      .map(([before]) => before)
      .toSorted(),
  ).toEqual(Object.keys(old).toSorted());
});

it.each(renamedFunctions())("%s is %s, which no module exports under its old name", (before, after) => {
  expect(now[after]).toBeTypeOf("function");
  expect(old[before]).toBe(now[after]);
  expect(now).not.toHaveProperty(before);
});
