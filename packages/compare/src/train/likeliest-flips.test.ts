import { estimateFlipRate } from "@minimand/lab/solvers";
import { expit, normal, randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { likeliestFlips } from "./likeliest-flips.ts";

/** Margins towards labels that a reward with margins of this size draws, of which a share is flipped. */
function margins(count: number, size: number, flips: number): Float64Array {
  const next = randomSource(5);
  return Float64Array.from({ length: count }, () => {
    const z = size * normal(next);
    const agrees = next() < expit(z) !== next() < flips;
    return agrees ? z : -z;
  });
}

const agreement = (of: Float64Array): number => of.filter((margin) => margin > 0).length / of.length;

describe("likeliestFlips", () => {
  it("tells the rate that was planted, whatever the unit of the margins", () => {
    const planted = margins(2000, 3, 0.1);
    const rate = likeliestFlips(planted)!;
    expect(rate.epsilon).toBeCloseTo(0.1, 1);
    expect(rate.lower).toBeLessThan(0.1);
    expect(rate.upper).toBeGreaterThan(0.1);
    expect(likeliestFlips(planted.map((margin) => 7 * margin))!.epsilon).toBeCloseTo(rate.epsilon, 3);
  });

  it("tells none where its interval is wide, though the reward agrees with most labels", () => {
    const few = margins(200, 1.5, 0);
    expect(agreement(few)).toBeGreaterThan(0.7);
    const { lower, upper } = estimateFlipRate.fromLikelihood(few, { scale: "fitted", level: 0.99 });
    expect(upper - lower).toBeGreaterThan(0.2);
    expect(likeliestFlips(few)).toBeNull();
  });

  it("tells none where the reward agrees with few labels, though its interval is narrow", () => {
    const poor = margins(4000, 3, 0.3);
    expect(agreement(poor)).toBeLessThan(0.65);
    const { lower, upper } = estimateFlipRate.fromLikelihood(poor, { scale: "fitted", level: 0.99 });
    expect(upper - lower).toBeLessThan(0.2);
    expect(likeliestFlips(poor)).toBeNull();
    expect(likeliestFlips(new Float64Array(0))).toBeNull();
  });
});
