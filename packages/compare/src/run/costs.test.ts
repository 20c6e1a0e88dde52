import { expect, it } from "vitest";
import { countsOf, gridOf } from "../plan/grid.ts";
import { chooseCandidates, defaultSettings } from "../plan/index.ts";
import type { PlannedTrial } from "../plan/trials.ts";
import { makeCosts } from "./costs.ts";

const candidates = chooseCandidates(defaultSettings, "binary");
const costs = (members = 1) =>
  makeCosts({
    candidates,
    settings: { configurations: 4, members },
    workers: 1,
    subjects: [4000, 500].map((rows) => ({ dataset: { rows, task: "binary", classes: ["no", "yes"] } })),
  });
const trial = (candidate: string, fold = 0, subject = 0): PlannedTrial =>
  ({ subject, spec: { candidate, seed: 0, fold } }) as PlannedTrial;

it("weighs candidates by their configurations and what one of them usually costs", () => {
  const own = costs();
  expect(own.known()).toBe(false);
  expect(own.of(trial("focal"), null)).toBeNaN();
  // The first one warms a worker up.
  own.saw(trial("cross-entropy"), null, 9);
  own.saw(trial("cross-entropy", 1), null, 1);
  own.saw(trial("cross-entropy", 2), null, 1);
  expect(own.known()).toBe(true);
  expect(own.of(trial("cross-entropy"), null)).toBeCloseTo(1, 12);
  // More than half as many configurations again.
  expect(own.of(trial("focal"), null)).toBeGreaterThan(1.2);
  expect(own.of(trial("linear-model"), null)).toBeLessThan(0.8);
  expect(own.of(trial("gradient-boosted-trees"), null)).toBeGreaterThan(2);
  expect(own.of(trial("majority-class"), null)).toBe(0);
});

it("adds one fit for each further member of a network, and none for a reference", () => {
  const [one, five] = [costs(1), costs(5)];
  for (const own of [one, five]) for (const fold of [0, 1, 2]) own.saw(trial("linear-model", fold), null, 1);
  const { most, least } = countsOf(gridOf(candidates.find(({ id }) => id === "cross-entropy")!, 4));
  const fits = (most + least) / 2;
  const times = [one, five].map((own) => own.of(trial("cross-entropy"), null));
  expect(times[1] / times[0]).toBeCloseTo((fits + 4) / fits, 12);
});

it("believes what it sees of a candidate, and takes it in proportion for other numbers of rows", () => {
  const own = costs();
  for (const fold of [0, 1, 2, 3, 4]) own.saw(trial("cross-entropy", fold), null, 1);
  const few = own.of(trial("cross-entropy"), 500);
  expect(few).toBeLessThan(own.of(trial("cross-entropy"), null) / 3);
  expect(few).toBeGreaterThan(own.of(trial("cross-entropy"), null) / 8);
  // Other data are the best guess as well.
  expect(own.of(trial("cross-entropy", 0, 1), null)).toBeCloseTo(few, 12);
  const before = own.of(trial("focal"), null);
  for (const fold of [0, 1, 2, 3, 4]) own.saw(trial("focal", fold), null, 3 * before);
  expect(own.of(trial("focal"), null)).toBeGreaterThan(2.5 * before);
});
