import { describe, expect, it } from "vitest";
import type { PlayedBandit } from "./bandit-files.ts";
import { noiseText, standardError, withinNoise } from "./bandit-rows.ts";

describe("the bandits of a simulation", () => {
  const played = (name: string, regrets: readonly number[]): PlayedBandit => ({
    name,
    propensities: "exact",
    plays: regrets.map((regret) => ({
      curve: [regret],
      rounds: [100],
      regret,
      right: 0,
      rightLater: 0,
      seconds: 1,
    })),
  });

  it("can't be told from the best where repeats differ more than they do", () => {
    const bandits = [
      played("wavering", [10, 40, 11, 41]),
      played("best", [10, 20, 30, 40]),
      played("a little worse, always", [12, 22, 32.5, 42]),
    ];
    expect(withinNoise({ bandits })).toEqual(["wavering"]);
    expect(noiseText({ bandits, seeds: 4 })).toMatch(
      /^best has the least regret, but does not differ significantly from wavering in 4/,
    );
    const clear = { bandits: bandits.slice(1), seeds: 4 };
    expect(noiseText(clear)).toBeNull();
  });

  it("can't be told apart by one repeat, which has no standard error", () => {
    const bandits = [played("best", [10]), played("worst", [1000])];
    expect(withinNoise({ bandits })).toEqual(["worst"]);
    expect(standardError([10])).toBeNull();
    expect(standardError([1, 3])).toBeCloseTo(1, 12);
  });
});
