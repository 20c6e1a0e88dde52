import { normal, randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { type Contender, decide, finalistsOf } from "./decide.ts";
import type { PairedFits } from "./paired-fits.ts";

const rows = 300;

/** Differences of the rows, the same on every seed up to some noise. */
function fitsOf(gain: number, spread: number, seeds: number, seed: number): PairedFits {
  const random = randomSource(seed);
  const own = Float64Array.from({ length: rows }, () => spread * normal(random));
  const all = Array.from({ length: seeds }, () => own.map((v) => gain + v + 0.2 * spread * normal(random)));
  const theta = all.map((values) => values.reduce((a, b) => a + b, 0) / rows);
  return {
    theta,
    psi: all.map((values, s) => values.map((v) => v - theta[s])),
    fold: all.map((_, s) => Int32Array.from({ length: rows }, (_, i) => (i + s) % 5)),
    folds: 5,
    groups: null,
  };
}

const finalist = (id: string, fits: PairedFits | null): Contender => ({ id, finalist: true, fits });
const other = (id: string, fits: PairedFits | null): Contender => ({ id, finalist: false, fits });
const options = { rope: 0.01, alpha: 0.05 };
const findings = (contenders: Contender[]): Record<string, string> =>
  Object.fromEntries(decide(contenders, options).map(({ id, finding }) => [id, finding]));

describe("a decision about all candidates", () => {
  it("calls only finalists better, and anyone worse or the same", () => {
    expect(
      findings([
        finalist("good", fitsOf(0.1, 0.3, 6, 1)),
        other("as good, not pursued", fitsOf(0.1, 0.3, 1, 2)),
        finalist("bad", fitsOf(-0.1, 0.3, 6, 3)),
        other("bad, too", fitsOf(-0.1, 0.3, 1, 4)),
        finalist("equal", fitsOf(0, 0.02, 6, 5)),
        other("equal, too", fitsOf(0, 0.02, 1, 6)),
        finalist("unclear", fitsOf(0.01, 0.5, 6, 7)),
        finalist("broken", null),
      ]),
    ).toEqual({
      good: "better",
      "as good, not pursued": "not pursued",
      bad: "worse",
      "bad, too": "worse",
      equal: "same",
      "equal, too": "same",
      unclear: "undecided",
      broken: "diverged",
    });
  });

  it("asks for more where there are more candidates, unless they are alike", () => {
    const good = finalist("good", fitsOf(0.045, 0.3, 6, 11));
    const crowd = Array.from({ length: 28 }, (_, i) => other(`other ${i}`, fitsOf(0, 0.3, 1, 100 + i)));
    const alike = Array.from({ length: 28 }, (_, i) => other(`other ${i}`, good.fits));
    const [alone, among, likewise] = [[good], [good, ...crowd], [good, ...alike]].map(
      (all) => decide(all, options)[0].better,
    );
    expect(among).toBeGreaterThan(5 * alone);
    expect(likewise).toBeLessThan(2 * alone + 0.001);
  });

  it("has the adjusted p-value of both directions", () => {
    const [{ better, worse, pAdjusted }] = decide([finalist("a", fitsOf(0.02, 0.3, 6, 12))], options);
    expect(pAdjusted).toBe(Math.min(1, 2 * Math.min(better, worse)));
  });

  it("refuses an alpha or a rope outside of its range", () => {
    expect(() => decide([], { rope: 0.01, alpha: 1 })).toThrow(
      /^alpha: expected a finite number > 0 and < 1, got 1$/,
    );
    expect(() => decide([], { rope: -1, alpha: 0.05 })).toThrow(
      /^rope: expected a finite number >= 0, got -1$/,
    );
    expect(decide([], options)).toEqual([]);
  });
});

describe("the finalists", () => {
  it("are those with the largest sums, without diverged ones", () => {
    const candidates = [
      { id: "a", outer: 0.01, inner: 0.01 },
      { id: "b", outer: 0.05, inner: -0.01 },
      { id: "c", outer: Number.NaN, inner: 1 },
      { id: "d", outer: 0, inner: 0.03 },
    ];
    expect(finalistsOf(candidates, 2)).toEqual(["b", "d"]);
    expect(finalistsOf(candidates)).toEqual(["b", "d", "a"]);
  });
});
