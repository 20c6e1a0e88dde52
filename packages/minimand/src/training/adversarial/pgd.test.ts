import { numpy as np, random } from "@jax-js/jax";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { scoreDeviation, squaredScoreDeviation } from "../../losses/index.ts";
import { attackStart, fgsm, type PgdOptions, pgd, pgdStep } from "./index.ts";

const inputs = 4;
const classes = 3;
const weightValues = Float32Array.from({ length: inputs * classes }, (_, i) => Math.sin(5 * i + 2));
const weight = () => np.array(weightValues, { shape: [inputs, classes] });
const xValues = [0.1, 0.9, 0.5, 0.3, 0.8, 0.2, 0.6, 0.4];
const x = () => np.array(Float32Array.from(xValues), { shape: [2, inputs] });
const y = () => np.array(new Int32Array([0, 2]));
const values = (a: np.Array): number[] => [...(a.dataSync() as Float32Array)];
const rowsOf = (flat: number[]) => [flat.slice(0, inputs), flat.slice(inputs)];

/** Climbs the deviation of a linear model's scores. */
type Context = { weight: np.Array; x: np.Array; y: np.Array };
const context = (): Context => ({ weight: weight(), x: x(), y: y() });
const deviation = (at: np.Array, c: Context) =>
  squaredScoreDeviation(np.matmul(c.x, c.weight.ref), np.matmul(at, c.weight), c.y);
const deviations = (at: np.Array) =>
  values(scoreDeviation(np.matmul(x(), weight()), np.matmul(at, weight()), y()));

function attackOnce(options: PgdOptions, gamma: number, seed = 1, stepSize = gamma / 2): np.Array {
  const attack = pgd(deviation, { steps: 8, ...options });
  const result = attack(x(), context(), { gamma, stepSize, start: { key: random.key(seed) } });
  attack.dispose();
  return result;
}

describe("pgd", () => {
  it("stays below the exact supremum of a linear model over the box, and a restart reaches it at a vertex", () => {
    const gamma = 0.2;
    const exact = [0, 0];
    for (let i = 0; i < 2 ** inputs; i++) {
      const corner = Float32Array.from(xValues, (v, j) => v + ((i >> (j % inputs)) & 1 ? gamma : -gamma));
      deviations(np.array(corner, { shape: [2, inputs] })).forEach((v, row) => {
        exact[row] = Math.max(exact[row], v);
      });
    }
    const attack = pgd(deviation, { steps: 8 });
    const best = [0, 0];
    for (let seed = 0; seed < 6; seed++) {
      const size = { gamma, stepSize: 0.1, start: { key: random.key(seed) } };
      const attacked = attack(x(), context(), size);
      for (const v of values(attacked.ref.sub(x()))) expect(Math.abs(Math.abs(v) - gamma)).toBeLessThan(1e-6);
      deviations(attacked).forEach((v, row) => {
        expect(v).toBeLessThanOrEqual(exact[row] + 1e-5);
        best[row] = Math.max(best[row], v);
      });
    }
    best.forEach((v, row) => {
      expect(v).toBeCloseTo(exact[row], 5);
    });
    attack.dispose();
  });

  it("keeps l-infinity perturbations in the box and l2 ones in the ball, clipped to legal inputs", () => {
    const linf = pgd(deviation, { steps: 3, clip: [0, 1] });
    const l2 = pgd(deviation, { steps: 3, norm: "l2", clip: [0, 1] });
    fc.assert(
      fc.property(fc.double({ min: 0, max: 2, noNaN: true }), fc.integer(), (gamma, seed) => {
        for (const [attack, size] of [
          [linf, (d: number[]) => Math.max(...d.map(Math.abs))],
          [l2, (d: number[]) => Math.hypot(...d)],
        ] as const) {
          const attacked = values(
            attack(x(), context(), { gamma, stepSize: 0.7 * gamma, start: { key: random.key(seed) } }),
          );
          for (const v of attacked) expect(v >= 0 && v <= 1).toBe(true);
          for (const d of rowsOf(attacked.map((v, i) => v - xValues[i])))
            expect(size(d)).toBeLessThanOrEqual(gamma + 1e-6);
        }
      }),
      { numRuns: 30 },
    );
    linf.dispose();
    l2.dispose();
  });

  it("reaches the sphere along the leading direction in l2", () => {
    const attacked = values(attackOnce({ norm: "l2", steps: 40 }, 0.5));
    for (const d of rowsOf(attacked.map((v, i) => v - xValues[i])))
      expect(Math.hypot(...d)).toBeCloseTo(0.5, 4);
  });

  it("depends on its key alone", () => {
    expect(values(attackOnce({ steps: 1 }, 0.3, 5))).toEqual(values(attackOnce({ steps: 1 }, 0.3, 5)));
    expect(values(attackOnce({ steps: 1 }, 0.3, 5))).not.toEqual(values(attackOnce({ steps: 1 }, 0.3, 6)));
  });

  it("starts from given perturbations, and returns the inputs for gamma = 0", () => {
    const attack = pgd(deviation, { steps: 1 });
    const flat = np.zeros([2, inputs]);
    // The deviation is flat where nothing has moved: this start stays.
    const stuck = attack(x(), context(), { gamma: 0.3, start: { delta: flat } });
    expect(values(stuck)).toEqual(values(x()));
    expect(values(attack(x(), context(), { gamma: 0, start: { key: random.key(0) } }))).toEqual(values(x()));
    attack.dispose();
  });

  it("takes inputs of any rank", () => {
    const attack = pgd((images: np.Array) => np.square(images).sum([1, 2]), { norm: "l2", steps: 2 });
    const images = np.array(Float32Array.from({ length: 18 }, Math.cos), { shape: [2, 3, 3] });
    expect(attack(images, {}, { gamma: 1, start: { key: random.key(0) } }).shape).toEqual([2, 3, 3]);
    attack.dispose();
  });

  it("leaves no array alive", () => {
    const attack = pgd(deviation, { steps: 3 });
    const run = () => {
      values(attack(x(), context(), { gamma: 0.1, start: { key: random.key(0) } }));
    };
    expect(leakOf(run)).toBe(0);
    attack.dispose();
  });

  it("refuses impossible options and sizes", () => {
    // @ts-expect-error an unknown norm does not compile either
    expect(() => pgd(deviation, { norm: "l1" })).toThrow('norm: expected one of "linf", "l2", got "l1"');
    expect(() => pgd(deviation, { steps: 0 })).toThrow("steps: expected an integer >= 1, got 0");
    expect(() => pgd(deviation, { clip: [1, 0] })).toThrow("clip[1]: expected a number > clip[0] = 1, got 0");
    const attack = pgd(deviation, {});
    const start = () => ({ start: { key: random.key(0) } });
    expect(() => attack(x(), context(), { gamma: -1, ...start() })).toThrow(
      "gamma: expected a finite number >= 0, got -1",
    );
    expect(() => attack(x(), context(), { gamma: 1, stepSize: Number.NaN, ...start() })).toThrow(
      "stepSize: expected a finite number >= 0, got NaN",
    );
    expect(() => attack(x(), context(), { gamma: 1, start: { delta: np.zeros([2, 3]) } })).toThrow(
      "start.delta: expected shape [2, 4], got float32[2, 3]",
    );
  });
});

describe("pgdStep", () => {
  it("reports the objective before it moves", () => {
    const step = pgdStep(deviation);
    const delta = np.array(new Float32Array(8).fill(0).fill(0.1, 0, 3), { shape: [2, inputs] });
    const before = deviations(x().add(delta.ref));
    const [next, reported] = step(delta, x(), context(), { gamma: 0.2, stepSize: 0.05 });
    values(reported).forEach((v, row) => {
      expect(v).toBeCloseTo(before[row] ** 2, 5);
    });
    next.dispose();
    step.dispose();
  });
});

describe("attackStart", () => {
  it("is uniform in the l2 ball: half of the points are beyond gamma / 2^(1 / d)", () => {
    const start = attackStart({ norm: "l2" });
    const n = 2000;
    const points = values(start(random.key(3), np.zeros([n, 3]), 2));
    const lengths = Array.from({ length: n }, (_, i) => Math.hypot(...points.slice(3 * i, 3 * i + 3)));
    expect(Math.max(...lengths)).toBeLessThanOrEqual(2 + 1e-5);
    const share = lengths.filter((v) => v > 2 / 2 ** (1 / 3)).length / n;
    // Four standard deviations of a share of 2000.
    expect(Math.abs(share - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / n));
    start.dispose();
  });
});

describe("fgsm", () => {
  /** Squared errors of a linear model, an attack on a regression. */
  const errors = (at: np.Array, { weight, target }: { weight: np.Array; target: np.Array }) =>
    np.square(np.matmul(at, weight).sub(target)).sum(-1);
  const given = () => ({
    weight: np.array([[1], [-2], [0.5], [3]]),
    target: np.array([[100], [-100]]),
  });

  it("moves a linear model's inputs by gamma times the sign of error and weight, in one step", () => {
    const attack = fgsm(errors);
    const moved = values(attack(x(), given(), { gamma: 0.1 }));
    // The first prediction is too small, the second too large.
    const signs = [-1, 1, -1, -1, 1, -1, 1, 1];
    moved.forEach((v, i) => {
      expect(v).toBeCloseTo(xValues[i] + 0.1 * signs[i], 6);
    });
    attack.dispose();
  });

  it("leaves the inputs as they are for gamma = 0, and within the legal range", () => {
    const attack = fgsm(errors, { clip: [0, 0.85] });
    const low = xValues.map((v) => Math.min(v, 0.85));
    values(attack(x(), given(), { gamma: 0 })).forEach((v, i) => {
      expect(v).toBeCloseTo(low[i], 6);
    });
    for (const v of values(attack(x(), given(), { gamma: 0.4 })))
      expect(v >= 0 && v <= 0.85 + 1e-6).toBe(true);
    expect(() => attack(x(), given(), { gamma: -1 })).toThrow("gamma: expected a finite number >= 0, got -1");
    attack.dispose();
  });

  it("leaves no array alive", () => {
    const attack = fgsm(errors);
    expect(leakOf(() => attack(x(), given(), { gamma: 0.1 }).dataSync())).toBe(0);
    attack.dispose();
  });
});
