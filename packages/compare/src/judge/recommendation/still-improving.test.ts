import { describe, expect, it } from "vitest";
import { stillImproving } from "./still-improving.ts";

/** A fit of a candidate whose best epoch and last one are given. */
const fit = (candidate: string, epochs: number, last: number, status: "ok" | "diverged" = "ok") => ({
  candidate,
  status,
  epochs,
  curve: Array.from({ length: last }, () => 0.5),
});
const limits = { maxEpochs: 50, patience: 10 };

describe("stillImproving", () => {
  it("counts the fits that the limit of epochs ended before their patience did", () => {
    const fits = [fit("a", 41, 50), fit("a", 50, 50), fit("a", 40, 50), fit("a", 30, 40)];
    expect(stillImproving([...fits, fit("b", 50, 50)], ["a"], limits)).toEqual([
      { candidate: "a", fits: 2, of: 4 },
    ]);
  });

  it("leaves out candidates with less than a quarter of such fits, and fits that diverged", () => {
    const others = Array.from({ length: 4 }, () => fit("a", 10, 20));
    expect(stillImproving([fit("a", 50, 50), ...others], ["a"], limits)).toEqual([]);
    expect(stillImproving([fit("b", 50, 50, "diverged")], ["b", "c"], limits)).toEqual([]);
  });
});
