import { globSync } from "node:fs";
import { matchesGlob } from "node:path";
import { describe, expect, it } from "vitest";
import { tiers } from "./tiers.ts";

const files = globSync("{packages,test,examples}/**/*.test.ts").filter(
  (file) => !file.includes("node_modules"),
);
const isIn = (file: string, { include, exclude }: { include: string[]; exclude: string[] }): boolean =>
  include.some((glob) => matchesGlob(file, glob)) && !exclude.some((glob) => matchesGlob(file, glob));

describe("tiers of tests", () => {
  it("hold every test file once", () => {
    const counts = files.map((file) => [
      file,
      Object.values(tiers).filter((tier) => isIn(file, tier)).length,
    ]);
    expect(counts.filter(([, count]) => count !== 1)).toEqual([]);
  });

  it("hold a new file in unit, whatever other files of its name are in", () => {
    const named = tiers.system.include.filter((glob) => !/[*{]/.test(glob));
    expect(named.length).toBeGreaterThan(30);
    for (const path of named) {
      const elsewhere = path.replace(/[^/]+$/, "elsewhere/$&");
      expect([elsewhere, isIn(elsewhere, tiers.unit)]).toEqual([elsewhere, true]);
    }
  });

  it("name no file that is not there", () => {
    const globs = Object.values(tiers).flatMap(({ include }) => include);
    expect(globs.filter((glob) => !files.some((file) => matchesGlob(file, glob)))).toEqual([]);
  });
});
