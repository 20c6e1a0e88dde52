import { describe, expect, it } from "vitest";
import { csv, datasetOf, quick, twoInputs } from "../../../../test/support/datasets.ts";
import type { Subject } from "../plan/prepared.ts";
import { makeBudget } from "./budget.ts";
import { keptRowsOf, timeForAllRows } from "./kept-rows.ts";
import type { RunOptions } from "./run-options.ts";
import { takeSample } from "./take-sample.ts";

const { rows, a, b } = twoInputs(400);
const dataset = await datasetOf(csv({ a, b, y: rows.map((i) => (i % 3 === 2 ? "yes" : "no")) }));

/** A budget of ten minutes, of which so much is gone. */
const ran = (changed: Partial<RunOptions>, { sample = 200 as number | null, gone = 0 } = {}) => {
  const budget = makeBudget(600_000, 0, () => gone);
  // What was set aside for the models is theirs.
  budget.setAside(100_000);
  const whole = { settings: quick, keep: "auto", quantize: [], budget, ...changed };
  const at = (rows: number | null): RunOptions =>
    ({ ...whole, settings: { ...whole.settings, sample: rows }, subjects: [subject(rows)] }) as RunOptions;
  return [at(null), at(sample)] as const;
};
const subject = (sample: number | null): Subject => ({ dataset: takeSample(dataset, sample) }) as Subject;
const rowsFor = ([all, taken]: ReturnType<typeof ran>, fit: number): number[] =>
  keptRowsOf(all, taken, fit).subjects.map((one) => one.dataset.rows);

describe("keptRowsOf", () => {
  it("takes all rows for a network, if there is time for an epoch, and lets it train for all that is left", () => {
    const kept = keptRowsOf(...ran({}, { gone: 500_000 }), 1_000_000);
    expect(kept.subjects[0].dataset.rows).toBe(400);
    expect(kept.left?.()).toBeCloseTo(600_000 - 500_000 - 1200 - 12_000);
    expect(rowsFor(ran({}, { gone: 580_000 }), 1_000_000)).toEqual([201]);
  });

  it.each<Partial<RunOptions>>([{ keep: "trees" }, { quantize: [8] }])(
    "takes the drawn ones for what can't be cut short: %o",
    (changed) => {
      expect(rowsFor(ran(changed), 1)).toEqual([201]);
    },
  );

  it("takes all rows without an end where none were drawn", () => {
    expect(keptRowsOf(...ran({}, { sample: null }), 0).left).toBeNull();
    expect(rowsFor(ran({ keep: "trees" }, { sample: null }), 0)).toEqual([400]);
  });
});

describe("timeForAllRows", () => {
  it("is a fifth of the budget at most, and nothing where that isn't an epoch", () => {
    expect([1_000, 500_000, 3_000_000].map((fit) => timeForAllRows(fit, { whole: 600_000 }))).toEqual([
      1_000, 120_000, 0,
    ]);
  });
});
