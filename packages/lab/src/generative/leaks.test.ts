import { numpy as np, random } from "@jax-js/jax";
import { compiledValueAndGrad } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import {
  daleLangevinStep,
  flowStep,
  geometricBrownianMotion,
  hyvarinenScore,
  logNormalPrior,
  multiplicativeScoreMatching,
  multiplicativeTweedie,
  nonnegativeScoreMatching,
  unconstrainedStep,
} from "./index.ts";

const motion = geometricBrownianMotion();
const ones = (): np.Array =>
  np.array([
    [1, 2],
    [3, 0.5],
  ]);

describe("what generates", () => {
  it.each<[string, () => np.Array]>([
    ["sample", () => motion.sample(ones(), np.array([0.1, 0.4]), ones())],
    ["conditionalScore", () => motion.conditionalScore(ones(), ones(), 0.3)],
    ["multiplicativeScoreMatching", () => multiplicativeScoreMatching(ones(), ones(), ones(), 0.3)],
    [
      "multiplicativeScoreMatching, weighted",
      () => multiplicativeScoreMatching(ones(), ones(), ones(), 0.3, { weights: np.array([1, 0]) }),
    ],
    ["nonnegativeScoreMatching", () => nonnegativeScoreMatching((x) => np.square(x).neg(), ones())],
    [
      "nonnegativeScoreMatching, estimated",
      () => nonnegativeScoreMatching((x) => np.square(x).neg(), ones(), { directions: ones() }),
    ],
    ["daleLangevinStep", () => daleLangevinStep(ones(), ones(), { motion, delta: 0.1, noise: ones() })],
    ["unconstrainedStep", () => unconstrainedStep(ones(), ones(), { motion, delta: 0.1, noise: ones() })],
    ["flowStep", () => flowStep(ones(), ones(), { motion, delta: 0.1, noise: ones() })],
    ["multiplicativeTweedie", () => multiplicativeTweedie(ones(), ones(), 0.3, { motion })],
    ["logNormalPrior", () => logNormalPrior(ones(), { motion, mode: "perPixel" }).sample(random.key(0), 3)],
    [
      "hyvarinenScore",
      () =>
        hyvarinenScore(
          (x, t) => {
            t.dispose();
            return x;
          },
          { motion },
        )(ones(), 0.3),
    ],
  ])("%s leaves nothing alive", (_, make) => {
    const once = (): void => {
      make().dataSync();
    };
    once();
    expect(leakOf(once)).toBe(0);
  });

  it("trains without leaks, with finite gradients", () => {
    const run = compiledValueAndGrad((scores: np.Array, xt: np.Array, x0: np.Array, t: np.Array) =>
      multiplicativeScoreMatching(scores, xt, x0, t).mean(),
    );
    const step = (): void => {
      const [value, gradient] = run(ones(), ones(), ones(), np.array([0.2, 0.9]));
      for (const number of [value.item(), ...gradient.dataSync()]) expect(Number.isFinite(number)).toBe(true);
    };
    step();
    expect(leakOf(step)).toBe(0);
    run.dispose();
  });
});
