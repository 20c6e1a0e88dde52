import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { library } from "./support/library.ts";

/* docs/building-blocks.md names, beside what other libraries export, what stands for it here. */
const page = readFileSync("docs/building-blocks.md", "utf8");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| -+ \|/.test(line))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .filter(([, , here]) => here !== "here");
const namesIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);

function exists(name: string): boolean {
  const parts = name.split(".");
  let found: unknown = library;
  for (const part of parts) found = (found as Record<string, unknown> | undefined)?.[part];
  return found !== undefined;
}

/** `contrib.scale_by_muon`, `FocalLoss` and `scaleByMuon`, `focal` are the same names in other spellings. */
const spelling = (name: string): string =>
  name
    .replace(/^(contrib|losses|transforms)\./, "")
    .replaceAll("_", "")
    .toLowerCase()
    .replace(/^scaleby|loss$/g, "");

/** What the page calls missing although the library exports something of that name, which the note doesn't mention. */
function arrived(missing: typeof rows, exported: readonly string[]): string[] {
  const here = Map.groupBy(exported, spelling);
  return missing.flatMap(([, theirs, , note]) =>
    namesIn(theirs).filter((name) =>
      (here.get(spelling(name)) ?? []).some((own) => !namesIn(note).includes(own)),
    ),
  );
}

describe("the page of building blocks", () => {
  it("has rows of three cells, each with a name of theirs", () => {
    expect(rows.length).toBeGreaterThan(100);
    for (const row of rows) expect(row, row.join("|")).toHaveLength(5);
    expect(rows.filter(([, theirs]) => namesIn(theirs).length === 0 && theirs !== "none")).toEqual([]);
  });

  it("names only what is exported here", () => {
    const names = rows.flatMap(([, , here]) => namesIn(here));
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter((name) => !exists(name))).toEqual([]);
    expect(exists("kappa.nothing")).toBe(false);
  });

  it("says of everything that is missing why", () => {
    const missing = rows.filter(([, , here]) => namesIn(here).length === 0);
    expect(missing.length).toBeGreaterThan(20);
    expect(missing.filter(([, , , note]) => note.length < 5)).toEqual([]);
  });

  it("calls nothing missing that has been added since, unless the note says how it differs", () => {
    const missing = rows.filter(([, , here]) => namesIn(here).length === 0);
    expect(arrived(missing, Object.keys(library))).toEqual([]);
    for (const name of ["adadelta", "scaleByYogi", "ctcLoss", "angularLoss", "scheduleFree"])
      expect(arrived(missing, [name]), name).not.toEqual([]);
  });

  it("lists nothing of another library twice", () => {
    const theirs = page
      .split("\n## ")
      .map((section) => [...section.matchAll(/^\| (`.*?) +\|/gm)].flatMap(([, cell]) => namesIn(cell)));
    for (const names of theirs) expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});
