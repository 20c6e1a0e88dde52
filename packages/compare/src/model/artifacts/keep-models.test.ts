import { describe, expect, it } from "vitest";
import { datasetFixture, resultsFixture } from "../../../../../test/results-fixture.ts";
import { csv, datasetOf, quick } from "../../../../../test/support/datasets.ts";
import { treesReference } from "../../plan/index.ts";
import type { Subject } from "../../run/index.ts";
import { fitModels } from "./keep-models.ts";

const note = Array.from(
  { length: 30 },
  (_, i) => `the ${i}. one came back late on a ${i % 2 ? "Monday" : "Friday"}`,
);
const dataset = await datasetOf(csv({ note, y: note.map((_, i) => i % 2) }), { types: { note: "text" } });
const subjects = [{ name: "notes", dataset } as Subject];
const report = () => ({
  ...datasetFixture(),
  model: {
    candidate: treesReference.id,
    epochs: 0,
    why: "it was asked for",
    configuration: { learningRate: 0.1, parameters: { models: 1 } },
  },
});

describe("fitModels", () => {
  it("costs the model, and not the comparison, where the library of trees fails", async () => {
    const results = resultsFixture([report()]);
    const { signal } = new AbortController();
    expect(await fitModels(subjects, { ...quick, target: "y" }, results, { signal })).toEqual([null]);
    expect(results.datasets[0].model).toBeNull();
    expect(results.datasets[0].notes).toContainEqual({
      level: "warning",
      text: "no model is kept: gradient-boosted-trees failed (trees take no free text, and there are no other inputs) when it was trained on all rows",
    });
  });

  it("ends where it is told to", async () => {
    const signal = AbortSignal.abort(new Error("told to"));
    const ran = fitModels(subjects, { ...quick, target: "y" }, resultsFixture([report()]), { signal });
    await expect(ran).rejects.toThrow();
  });
});
