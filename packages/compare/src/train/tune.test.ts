import { numpy as np } from "@jax-js/jax";
import { metricById } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import { liveBuffers } from "../../../../test/support/leaks.ts";
import { type Grid, gridOf } from "../plan/grid.ts";
import type { Configuration } from "../results.ts";
import type { PreparedFold } from "./fold.ts";
import { discard } from "./network.ts";
import { tune } from "./tune.ts";

const grid = gridOf({ settings: [{ a: 1 }, { a: 2 }, { a: 3 }] }, 4);
const [slowest, slow, fast, fastest] = grid.rates;
const metric = metricById("accuracy");

/** Tunes what is as good as it is said to be; null diverges. */
async function tuned(
  validationOf: (configuration: Configuration) => number | null,
  { tries = grid, higherIsBetter = true }: { tries?: Grid; higherIsBetter?: boolean } = {},
) {
  const before = liveBuffers();
  const learner = {
    trainAll: async (_: PreparedFold, configurations: readonly Configuration[]) =>
      configurations.map((configuration) => {
        const validation = validationOf(configuration);
        const params = np.array([configuration.learningRate, 1]);
        if (validation === null) params.dispose();
        const trained = validation === null ? null : { params, state: {} };
        return { trained, validation, epochs: 1, curve: validation === null ? [] : [validation] };
      }),
  };
  const { best, tuning } = await tune(learner, {} as PreparedFold, tries, {
    seed: 0,
    metric,
    selection: { higherIsBetter, score: () => 0 },
  });
  if (best !== null) discard(best.run.trained);
  expect(liveBuffers()).toBe(before);
  return {
    tried: tuning.map(({ configuration: { learningRate, parameters } }) => [learningRate, parameters.a]),
    chosen: best?.configuration ?? null,
    validations: tuning.map(({ validation }) => validation),
  };
}

const usual = grid.rates.map((rate) => [rate, 1]);
/** Best near a rate, and the better the larger `a` is. */
const near =
  (rate: number) =>
  ({ learningRate, parameters: { a = 1 } }: Configuration): number =>
    -Math.abs(Math.log(learningRate / rate)) + a;

describe("tune", () => {
  it("tries all rates with the usual setting, then the other settings at the best rate", async () => {
    const { tried, chosen } = await tuned(near(slow));
    expect(tried).toEqual([...usual, [slow, 2], [slow, 3]]);
    expect(chosen).toEqual({ learningRate: slow, parameters: { a: 3 } });
  });

  it("tries one rate more where an end of the grid is best, and keeps it only if it is better", async () => {
    const further = await tuned(near(1));
    expect(further.tried).toEqual([...usual, [0.089, 1], [0.089, 2], [0.089, 3]]);
    expect((await tuned(near(1e-9))).tried[4]).toEqual([0.00028, 1]);
    const back = await tuned(near(fastest));
    expect(back.tried).toEqual([...usual, [0.089, 1], [fastest, 2], [fastest, 3]]);
    expect(back.chosen).toEqual({ learningRate: fastest, parameters: { a: 3 } });
  });

  it("keeps the first of equally good ones, and the lowest where lower is better", async () => {
    expect((await tuned(() => 0.5)).chosen).toEqual({ learningRate: slowest, parameters: { a: 1 } });
    const lowest = await tuned((c) => -near(fast)(c), { higherIsBetter: false });
    expect(lowest.chosen).toEqual({ learningRate: fast, parameters: { a: 3 } });
  });

  it("doesn't look beyond a rate that diverged, and not beyond a single one", async () => {
    const { tried, validations } = await tuned((c) => (c.learningRate > fast ? null : near(1)(c)));
    expect(tried).toEqual([...usual, [fast, 2], [fast, 3]]);
    expect(validations[3]).toBeNull();
    const single = gridOf({ settings: [] }, 1);
    expect((await tuned(near(1), { tries: single })).tried).toEqual([[0.005, undefined]]);
  });

  it("tries the other settings at the slowest rate where the usual one diverges at all", async () => {
    const { tried, chosen } = await tuned(({ parameters }) => (parameters.a === 3 ? 1 : null));
    expect(tried).toEqual([...usual, [slowest, 2], [slowest, 3]]);
    expect(chosen).toEqual({ learningRate: slowest, parameters: { a: 3 } });
    expect((await tuned(() => null)).chosen).toBeNull();
  });

  it("takes a validation that is no number for worse than any", async () => {
    const { chosen, validations } = await tuned((c) => (c.learningRate === fast ? 0 : Number.NaN));
    expect(chosen).toEqual({ learningRate: fast, parameters: { a: 1 } });
    expect(validations).toEqual([null, null, 0, null, 0, 0]);
  });
});
