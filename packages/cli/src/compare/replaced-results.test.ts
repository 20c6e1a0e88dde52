import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultSettings, type OwnModel, type Settings } from "@minimand/compare";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { replacedResults } from "./replaced-results.ts";

const out = temporaryFolder();
const settings: Settings = { ...defaultSettings, target: "y" };
const datasets = [{ name: "a", sha256: "11" }];
const run = { settings, sums: ["11"] };
const holding = (results: unknown): void =>
  writeFileSync(join(out, "results.json"), typeof results === "string" ? results : JSON.stringify(results));
const told = (why: string): string =>
  `${out}: results of 'a' (${why}) are there: they and their model will be replaced`;

describe("results that are about to be replaced", () => {
  it("are none in a folder without results, and none of the same comparison", async () => {
    expect(await replacedResults(join(out, "no"), run)).toBeNull();
    holding("{");
    expect(await replacedResults(out, run)).toBeNull();
    holding({ settings: { ...settings, sample: 300 }, datasets });
    expect(await replacedResults(out, run)).toBeNull();
    const { unlabeled: _, ...fewer } = settings;
    holding({ settings: fewer, datasets });
    expect(await replacedResults(out, run)).toBeNull();
  });

  it("are told with what was another then: tables, options, a model of one's own", async () => {
    holding({ settings, datasets });
    expect(await replacedResults(out, { ...run, sums: ["12"] })).toBe(told("another table"));
    expect(await replacedResults(out, { ...run, sums: ["11", "12"] })).toBe(told("another table"));
    const other = { ...settings, maxEpochs: 3, losses: ["focal"] };
    expect(await replacedResults(out, { ...run, settings: other })).toBe(
      told("with another --max-epochs, --losses"),
    );
    expect(await replacedResults(out, { settings: other, sums: [] })).toBe(
      told("another table, with another --max-epochs, --losses"),
    );
    const model = { id: "mine" } as OwnModel;
    expect(await replacedResults(out, { ...run, model })).toBe(told("with another --model"));
  });
});
