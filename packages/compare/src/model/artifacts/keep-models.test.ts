import { describe, expect, it } from "vitest";
import { datasetFixture, resultsFixture } from "../../../../../test/results-fixture.ts";
import { csv, datasetOf, quick, twoInputs } from "../../../../../test/support/datasets.ts";
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

  it("trains on more rows than were drawn, and ends after the epoch in which its time is over", async () => {
    const { rows, a, b } = twoInputs(90);
    const all = await datasetOf(csv({ a, b, y: rows.map((i) => (i % 3 === 2 ? "yes" : "no")) }));
    const of = { name: "all", dataset: all } as Subject;
    const configuration = { learningRate: 0.01, parameters: {} };
    const model = { candidate: "cross-entropy", epochs: 4, why: "it is best", configuration };
    let bytes = 0;
    const keptAfter = async (times: number[]) => {
      const results = resultsFixture([{ ...datasetFixture(), model }]);
      const { signal } = new AbortController();
      const left = () => times.shift() ?? 0;
      const [kept] = await fitModels([of], { ...quick, target: "y" }, results, { signal, left });
      expect(kept?.description.rows).toBe(90);
      bytes = kept!.weights.length;
      return results.datasets[0].model;
    };
    expect(await keptAfter([100, 50, 20, 0])).toEqual({ ...model, rows: 90, epochs: 3, bytes });
    expect(await keptAfter([100, 0])).toEqual({ ...model, rows: 90, epochs: 1, bytes });
    expect(await keptAfter([100, 90, 80, 70, 60])).toEqual({ ...model, rows: 90, epochs: 4, bytes });
  });

  it("ends where it is told to", async () => {
    const signal = AbortSignal.abort(new Error("told to"));
    const ran = fitModels(subjects, { ...quick, target: "y" }, resultsFixture([report()]), { signal });
    await expect(ran).rejects.toThrow();
  });
});
