import { describe, expect, it } from "vitest";
import { type LatticeArm, neighboursOf, tuneOnLattice } from "./tune-lattice.ts";

type Spec = { rate: number; size: number };
const host = {
  async *trials(specs: readonly Spec[]) {
    for (const [index, { rate, size }] of specs.entries())
      yield { index, result: -Math.abs(Math.log(rate / 10)) - Math.abs(size - 2) };
  },
};
const arm: LatticeArm<Spec, "rate" | "size"> = {
  choice: "a",
  label: { arm: "a" },
  axes: { rate: [0.1, 1, 10, 100, 1000], size: [1, 2, 3, 4] },
  start: { rate: 1, size: 4 },
  specsOf: (configuration) => [configuration],
};
const scoring = { describe: () => "tried", score: "score", scoreOf: (result: number) => result };

async function driven(arms: readonly LatticeArm<Spec, "rate" | "size">[], rounds?: number) {
  const progress: [number, number][] = [];
  const generator = tuneOnLattice(host, arms, { ...scoring, rounds });
  let step = await generator.next();
  for (; !step.done; step = await generator.next()) progress.push([step.value.done, step.value.total]);
  return { progress, ...step.value };
}

describe("tuning on a lattice", () => {
  it("ends where every neighbour of the choice was tried and none is better", async () => {
    const { choices, rows } = await driven([arm]);
    expect(choices.a).toMatchObject({ rate: 10, size: 2 });
    const scoreAt = ({ rate, size }: Spec) => rows.find((r) => r.rate === rate && r.size === size)?.score;
    for (const place of neighboursOf(arm, { rate: 10, size: 2 }))
      expect(Number(scoreAt(place))).toBeLessThan(Number(choices.a.score));
    // The far corner is not tried.
    expect(scoreAt({ rate: 0.1, size: 1 })).toBeUndefined();
    expect(new Set(rows.map(({ rate, size }) => `${rate} ${size}`)).size).toBe(rows.length);
  });

  it("stays at its start among equals, and tries each configuration once a choice", async () => {
    const flat = { ...arm, specsOf: () => [{ rate: 10, size: 2 }] };
    const { choices, rows } = await driven([flat, { ...flat, choice: "b" }]);
    expect([choices.a, choices.b]).toMatchObject([arm.start, arm.start]);
    expect(rows).toHaveLength(2 * (1 + neighboursOf(arm, arm.start).length));
  });

  it("tries what it is to try first, then the neighbours of the best of them", async () => {
    const first = [
      { rate: 1, size: 1 },
      { rate: 10, size: 1 },
    ];
    const { choices, rows } = await driven([{ ...arm, first }]);
    expect(rows.slice(0, 2)).toMatchObject(first);
    expect(choices.a).toMatchObject({ rate: 10, size: 2 });
    expect(rows.some(({ rate, size }) => rate === arm.start.rate && size === arm.start.size)).toBe(false);
  });

  it("leaves out what isn't allowed, and stops after so many rounds", async () => {
    const few = { ...arm, allowed: ({ rate }: Spec) => rate < 10 };
    expect((await driven([few])).choices.a).toMatchObject({ rate: 1, size: 2 });
    expect((await driven([arm], 1)).rows).toHaveLength(4);
  });

  it("counts its progress over all rounds", async () => {
    const { progress, rows } = await driven([arm]);
    expect(progress.map(([done]) => done)).toEqual(rows.map((_, i) => i + 1));
    expect(progress.at(-1)).toEqual([rows.length, rows.length]);
  });

  it("refuses a start that is on no list", () => {
    expect(() => neighboursOf(arm, { rate: 2, size: 1 })).toThrow(
      "rate: expected one of 0.1, 1, 10, 100, 1000, got 2",
    );
  });
});
