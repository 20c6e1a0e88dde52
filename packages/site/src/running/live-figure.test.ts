import { describe, expect, it } from "vitest";
import { firstNumber, saidNumber } from "./first-number.ts";
import { liveFigure, withoutSeed } from "./live-figure.ts";

describe("the number by which a trial is shown while others run", () => {
  it("is one that was measured, of a list the last, and never a time or a size", () => {
    expect(firstNumber({ part: "bandit", seconds: 3, regret: [2, 5, 9] })).toEqual({
      name: "regret",
      value: 9,
    });
    expect(firstNumber({ classes: 10, checkpoints: [{ mrr: 0.1 }, { seconds: 1, mrr: 0.2 }] })).toEqual({
      name: "checkpoints mrr",
      value: 0.2,
    });
    expect(firstNumber({ bytes: 4, fitted: { size: 3, accuracy: 0.5 } })?.name).toBe("fitted accuracy");
    expect(firstNumber({ milliseconds: 3, name: "x", none: null, curve: [] })).toBeNull();
  });

  it("is the one that the paper's own words have, where they have one", () => {
    expect(saidNumber("words alone, seed 0: aesthetic score 0.590 after 22 s", {})).toEqual({
      name: "aesthetic score",
      value: 0.59,
    });
    expect(saidNumber("paper, seed 0: 12.0 iterations", {})).toEqual({ name: "iterations", value: 12 });
    const result = { size: 3, fitted: { accuracy: 0.8308 } };
    expect(saidNumber("lion, seed 0: 0.831", result)).toEqual({ name: "fitted accuracy", value: 0.831 });
    expect(saidNumber("none, seed 0: 83.1 %", result)).toEqual({ name: "fitted accuracy, %", value: 83.1 });
    expect(saidNumber("spectral, seed 0: F - F* Infinity", result)).toBeNull();
    expect(saidNumber("letter, uniform 0.3: aldr-kl 0.210", result)).toBeNull();
  });

  it("stands in one row for trials that differ by their seeds alone", () => {
    expect(withoutSeed("letter: softmax, seed 3")).toBe("letter: softmax");
    expect(withoutSeed("digits, fast, seed 0: 90")).toBe("digits, fast");
    expect(withoutSeed("letter, uniform 0.3: aldr-kl 0.210")).toBe("letter, uniform 0.3: aldr-kl");
    const live = liveFigure();
    expect(live.draw(600)).toBeNull();
    live.add("a, seed 0", { accuracy: 0.25 });
    live.add("b, seed 0", { accuracy: 0.625 });
    live.add("a, seed 1", { accuracy: 0.75 });
    const drawn = live.draw(600)!;
    expect(drawn).toContain("accuracy, b: 0.625 [0.625, 0.625]; accuracy, a: 0.500 [0.250, 0.750].");
    expect(drawn).not.toContain("<style");
  });
});
