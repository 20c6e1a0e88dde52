import { describe, expect, it } from "vitest";
import type { PlannedTrial } from "../plan/trials.ts";
import { makeBudget, samplesOf } from "./budget.ts";
import { runWithin, type Work } from "./plan-within.ts";

interface Imagined {
  rows?: number;
  folds?: number;
  candidates?: number;
  earlier?: number | null;
  /** Milliseconds a row and trial. */
  each: number;
  /** What is expected of it, times that. */
  expected?: number;
  /** Candidates that take five times as long. */
  dear?: string[];
  /** Trials that are there already. */
  there?: (trial: PlannedTrial, sample: number | null) => boolean;
  /** Names of those that are there already; new ones are added. */
  store?: Set<string>;
}

/** A comparison of 20 candidates, or of fewer, on one worker, by a clock of its own. */
function imagine({
  rows = 5000,
  folds = 5,
  candidates = 20,
  earlier,
  each,
  expected = 1,
  dear = [],
  there,
  store = new Set(),
}: Imagined) {
  let clock = 0;
  const ran: { sample: number | null; trial: PlannedTrial }[] = [];
  const done = new Set<string>();
  const lefts: { at: number; left: number | null }[] = [];
  const trials = (seeds: number[], ids: number[]): PlannedTrial[] =>
    seeds.flatMap((seed) =>
      Array.from({ length: folds }, (_, fold) =>
        ids.map((id) => ({ subject: 0, spec: { candidate: `c${id}`, seed, fold } }) as PlannedTrial),
      ).flat(),
    );
  const name = ({ spec }: PlannedTrial, sample: number | null): string => JSON.stringify([spec, sample]);
  const takes = (sample: number | null, trial?: PlannedTrial): number =>
    each * Math.min(rows, sample ?? rows) * (dear.includes(trial?.spec.candidate ?? "") ? 5 : 1);
  const first = trials([0], [...Array(candidates).keys()]);
  const further = trials([1, 2, 3, 4, 5], [...Array(Math.min(6, candidates)).keys()]);
  let known = 0;
  const work: Work = {
    samples: samplesOf(rows),
    folds,
    seeds: 6,
    workers: 1,
    needed: new Set(["c0"]),
    ...(earlier !== undefined && { earlier }),
    costs: {
      saw: () => {},
      known: (hurried) => known >= (hurried ? 2 : 3),
      of: (trial, sample) => (known === 0 ? Number.NaN : (expected * takes(sample, trial)) / 1000),
    },
    first: () => first,
    further: () => further,
    open: (some, sample) => some.filter((trial) => !done.has(name(trial, sample))),
    after: () => 0,
    timeOfAll: (sample) =>
      expected * takes(sample) * [...first, ...further].filter((t) => !done.has(name(t, sample))).length,
    async recall(sample) {
      for (const trial of [...first, ...further])
        if (there?.(trial, sample) || store.has(name(trial, sample))) {
          done.add(name(trial, sample));
          known++;
        }
    },
    fresh: () => ran.length,
    async run(some, sample, { wanted, left }) {
      for (const trial of some) {
        if (done.has(name(trial, sample))) continue;
        if (!wanted()) return;
        clock += takes(sample, trial);
        done.add(name(trial, sample));
        store.add(name(trial, sample));
        known++;
        ran.push({ sample, trial });
        lefts.push({ at: clock, left: left() });
      }
    },
  };
  const within = (milliseconds: number) =>
    runWithin(
      work,
      makeBudget(milliseconds, 0, () => clock),
    );
  return { within, ran, lefts, clock: () => clock };
}

describe("a budget cuts", () => {
  it("nothing where there is time for all", async () => {
    const { within, ran } = imagine({ each: 0.01 });
    expect(await within(60_000)).toMatchObject({ sample: null, folds: 5, seeds: 6 });
    // A few of them with fewer rows, to see how long they take.
    expect(ran.filter(({ sample }) => sample === null)).toHaveLength(100 + 150);
    expect(ran.length).toBeLessThan(260);
  });

  it("the finalists' seeds first", async () => {
    const { within, clock } = imagine({ each: 0.05 });
    expect(await within(50_000)).toMatchObject({ sample: null, folds: 5, seeds: 4 });
    expect(clock()).toBeLessThan(50_000);
  });

  it("then folds, of which three remain", async () => {
    const { within, ran } = imagine({ each: 0.1 });
    expect(await within(46_000)).toMatchObject({ sample: null, folds: 4, seeds: 1 });
    expect(new Set(ran.map(({ trial }) => trial.spec.candidate)).size).toBe(20);
  });

  it("then rows, as few of them as it has to", async () => {
    const { within, clock } = imagine({ each: 0.1 });
    expect(await within(30_000)).toMatchObject({ sample: 3000, folds: 4 });
    expect(clock()).toBeLessThan(30_000);
  });

  it("candidates where even three folds of the fewest rows take too long: the dearest, and no more than it has to", async () => {
    for (const milliseconds of [50_000, 60_000, 90_000]) {
      // 2 s a trial of the fewest rows: three folds of all take 120 s.
      const { within, ran, clock } = imagine({ each: 10, dear: ["c7", "c3"] });
      const { leftOut, ...fitted } = await within(milliseconds);
      expect(fitted).toEqual({ sample: 200, folds: 3, seeds: 1 });
      expect([...leftOut]).toEqual(expect.arrayContaining(["c7", "c3"]));
      expect(leftOut).not.toContain("c0");
      expect(clock() / milliseconds).toBeLessThan(1.1);
      expect(clock() / milliseconds).toBeGreaterThan(0.7);
      const complete = Map.groupBy(
        ran.filter(({ sample }) => sample === 200),
        ({ trial }) => trial.spec.candidate,
      );
      for (const [candidate, trials] of complete) if (!leftOut.has(candidate)) expect(trials).toHaveLength(3);
      expect(20 - leftOut.size).toBe([...complete.keys()].filter((id) => !leftOut.has(id)).length);
    }
  });

  it("none where three folds of all fit", async () => {
    const { within } = imagine({ each: 0.5 });
    expect((await within(10_000)).leftOut.size).toBe(0);
  });

  it("never more than to three folds of the fewest rows, of the baseline and three others", async () => {
    const { within, clock } = imagine({ each: 100 });
    const { leftOut, ...fitted } = await within(10_000);
    expect(fitted).toEqual({ sample: 200, folds: 3, seeds: 1 });
    expect(leftOut.size).toBe(16);
    expect(clock()).toBeGreaterThan(100_000);
  });

  it("no rows where there are too few to draw from", async () => {
    const { within } = imagine({ rows: 220, each: 100 });
    expect(await within(1)).toMatchObject({ sample: null, folds: 3, seeds: 1 });
  });
});

describe("a budget takes more rows before further seeds", () => {
  it("where so few trials are asked for that three folds are nearly done before times are known", async () => {
    const { within, ran, clock } = imagine({ candidates: 2, each: 1 });
    expect(await within(330_000)).toMatchObject({ sample: null, folds: 5, seeds: 6 });
    expect(ran.filter(({ sample }) => sample === null)).toHaveLength(10 + 50);
    expect(clock()).toBeLessThanOrEqual(6 * 1000 + 60 * 5000);
  });

  it("and then as many seeds as fit", async () => {
    const { within, clock } = imagine({ candidates: 2, each: 1 });
    const fitted = await within(175_000);
    expect(fitted).toMatchObject({ sample: null, folds: 5, seeds: 3 });
    expect(clock() / 175_000).toBeGreaterThan(0.8);
    expect(clock()).toBeLessThan(175_000);
  });

  it("and goes back where they take too long after all", async () => {
    // What is expected of them is two fifths of what they take.
    const { within, ran, clock } = imagine({ candidates: 2, each: 1, expected: 0.4 });
    const { sample } = await within(20_000);
    expect(sample).not.toBe(null);
    expect(clock()).toBeLessThan(1.15 * 20_000);
    const order = ran.map(({ sample }) => sample ?? 5000);
    expect(order.filter((rows, i) => i > 0 && rows > order[i - 1]!).length).toBeLessThanOrEqual(2);
  });
});

it("keeps to its time where trials take longer than expected", async () => {
  for (const expected of [0.7, 0.85, 1.3])
    for (const milliseconds of [20_000, 30_000, 50_000]) {
      const { within, clock } = imagine({ each: 0.1, expected });
      await within(milliseconds);
      expect(clock() / milliseconds).toBeLessThan(1.1);
    }
});

it("says how long it takes within a factor of two, also before it has gone over to more rows", async () => {
  const { within, lefts, clock } = imagine({ each: 0.05 });
  await within(50_000);
  const { at, left } = lefts.find((one) => one.left !== null)!;
  const truth = clock() - at;
  expect(left! / truth).toBeLessThan(2);
  expect(left! / truth).toBeGreaterThan(0.5);
});

it("shows no more time left than the budget has", async () => {
  for (const expected of [0.7, 1, 3]) {
    const { within, lefts } = imagine({ each: 0.1, expected });
    await within(30_000);
    expect(lefts.some(({ left }) => left !== null)).toBe(true);
    for (const { at, left } of lefts) expect(left ?? 0).toBeLessThanOrEqual(1.05 * 30_000 - at);
  }
});

describe("a run that continues one that was cut", () => {
  const there: Imagined["there"] = ({ spec }, sample) => sample === 700 && spec.seed === 0 && spec.fold < 3;

  it("goes on with its rows, where there is something left to do", async () => {
    const { within, ran } = imagine({ each: 0.4, earlier: 700, there });
    expect(await within(30_000)).toMatchObject({ sample: 700, folds: 5 });
    expect(
      ran.every(({ sample, trial }) => sample === 700 && (trial.spec.fold > 2 || trial.spec.seed > 0)),
    ).toBe(true);
  });

  it("takes more rows where it has time for all of that", async () => {
    const { within } = imagine({ each: 0.05, earlier: 700, there });
    expect(await within(120_000)).toMatchObject({ sample: null, folds: 5, seeds: 6 });
  });

  it("goes on until all is done, however often the same time is too short for the rest", async () => {
    const store = new Set<string>();
    const seeds: number[] = [];
    for (let i = 0; i < 12 && seeds.at(-1) !== 6; i++) {
      const { within, clock } = imagine({ each: 0.05, store, ...(i > 0 && { earlier: null }) });
      seeds.push((await within(34_000)).seeds);
      expect(clock()).toBeLessThan(34_000);
    }
    // Four seeds take nearly all of it.
    expect(seeds).toEqual([1, 5, 6]);
  });

  it("begins what doesn't fit, and the next one finishes it", async () => {
    const store = new Set<string>();
    const [folds, left]: [number[], number[]] = [[], []];
    // Of 220 rows none are drawn: three folds of all candidates take longer than the budget, and so does each other one.
    for (let i = 0; i < 12 && folds.at(-1) !== 5; i++) {
      const { within, clock } = imagine({ rows: 220, each: 1, store, ...(i > 0 && { earlier: null }) });
      const { folds: complete, leftOut } = await within(4000);
      folds.push(complete);
      left.push(leftOut.size);
      expect(clock()).toBeLessThan(1.1 * 4000);
    }
    expect(folds).toEqual([3, 3, 3, 3, 3, 3, 4, 4, 5]);
    // Each run finds those that the one before has finished.
    expect(left).toEqual(left.toSorted((a, b) => b - a));
    expect([left[0]! > 0, left.at(-1)]).toEqual([true, 0]);
  });

  it("is cut no more where all is there, though no time is left", async () => {
    const { within } = imagine({ each: 0.1, earlier: null, there: () => true });
    expect(await within(1)).toMatchObject({ sample: null, folds: 5, seeds: 6 });
  });
});
