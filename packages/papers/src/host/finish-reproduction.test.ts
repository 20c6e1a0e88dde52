import { expect, it } from "vitest";
import type { ReproductionReport } from "../reproduction.ts";
import { finishReproduction } from "./finish-reproduction.ts";

type Taken = Parameters<typeof finishReproduction>;

it("a report that trials of somebody else have made very long is refused, and no other one", async () => {
  const finished = (points: number, kept: number) => {
    const host = {
      signal: new AbortController().signal,
      trialsSoFar: { total: 1, kept, seconds: 1 },
      doubts: () => null,
      close: async () => {},
    };
    // biome-ignore lint/correctness/useYield: it is at its end at once
    const run = async function* (): AsyncGenerator<never, ReproductionReport> {
      const curve = { name: "a", xLabel: "x", yLabel: "y", x: [], y: Array(points).fill(1.5) };
      return { rows: [], series: [curve], verdict: "reproduced", because: "" };
    };
    const prepared = { request: { scale: "quick", seeds: null, tune: false }, reproduction: { run } };
    return finishReproduction(prepared as unknown as Taken[0], host as unknown as Taken[1], {
      show: () => {},
      clear: () => {},
    });
  };
  const long = 3_000_000;
  await expect(finished(long, 1)).rejects.toThrow(
    /^kept trials: expected results of this version, got some that can't be used \(they give a report of \d{8} characters\)/,
  );
  for (const [points, kept] of [
    [long, 0],
    [1000, 1],
  ])
    expect(await finished(points, kept)).toHaveProperty("kind", "measured");
});
