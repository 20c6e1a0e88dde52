import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import type { Tree } from "../../engine/tree.ts";
import { asamPerturbation, ema, esamPerturbation, samPerturbation, sharpestExamples } from "./index.ts";
import { dotTrees, orthogonalTo } from "./perturbations.ts";

const vector = (values: readonly number[]) => np.array(Float32Array.from(values));
const numbers = (x: np.Array): number[] => [...(x.dataSync() as Float32Array)];
const flat = (t: np.Array[]): number[] => t.flatMap(numbers);
const close = (a: readonly number[], b: readonly number[], digits = 4) => {
  expect(a.length).toBe(b.length);
  a.forEach((v, i) => {
    expect(v).toBeCloseTo(b[i], digits);
  });
};

const entry = fc.double({ min: -3, max: 3, noNaN: true }).map((v) => (Math.abs(v) < 0.01 ? 0.5 : v));
const pair = fc.tuple(
  fc.array(entry, { minLength: 3, maxLength: 3 }),
  fc.array(entry, { minLength: 2, maxLength: 2 }),
);
const radius = fc.double({ min: 0.01, max: 2, noNaN: true });

describe("samPerturbation", () => {
  it("is as long as the radius over all parameters together, along the gradient", () => {
    fc.assert(
      fc.property(pair, radius, ([a, b], rho) => {
        const epsilon = flat(samPerturbation([vector(a), vector(b)], { rho }) as np.Array[]);
        const g = [...a, ...b];
        const norm = Math.hypot(...g);
        expect(Math.hypot(...epsilon)).toBeCloseTo(rho, 4);
        close(
          epsilon,
          g.map((v) => (rho * v) / norm),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("is nothing without a gradient, and with radius 0", () => {
    expect(numbers(samPerturbation(vector([0, 0])))).toEqual([0, 0]);
    expect(numbers(samPerturbation(vector([1, 2]), { rho: 0 }))).toEqual([0, 0]);
  });
});

describe("asamPerturbation", () => {
  it("is that of SAM where nothing is scaled", () => {
    fc.assert(
      fc.property(pair, radius, ([a, b], rho) => {
        const epsilon = asamPerturbation([vector(b), vector(a)], [vector(b), vector(a)], {
          rho,
          scaled: () => false,
        });
        close(
          flat(epsilon as np.Array[]),
          flat(samPerturbation([vector(b), vector(a)], { rho }) as np.Array[]),
        );
      }),
      { numRuns: 20 },
    );
  });

  it("follows its formula, with the mask for biases", () => {
    const [w, b] = [
      [0.5, -2, 0],
      [0.1, -0.3],
    ];
    const [gw, gb] = [
      [1, 0.4, -2],
      [0.7, 0.2],
    ];
    const [rho, eta] = [0.8, 0.05];
    const t = [...w.map((v) => Math.abs(v) + eta), 1, 1];
    const g = [...gw, ...gb];
    const norm = Math.hypot(...g.map((v, i) => v * t[i]));
    const epsilon = asamPerturbation(
      [np.array([w]), vector(b)] as Tree[],
      [np.array([gw]), vector(gb)] as Tree[],
      { rho, eta, scaled: (p) => p.ndim > 1 },
    );
    close(
      flat(epsilon as np.Array[]),
      g.map((v, i) => (rho * t[i] ** 2 * v) / norm),
    );
  });

  it("leaves the perturbed loss as it is where two layers are rescaled against each other, for eta = 0", () => {
    fc.assert(
      fc.property(pair, fc.double({ min: 0.2, max: 5, noNaN: true }), ([a, b], c) => {
        // f = sum(a) b0 + (a . (1, 2, 3)) b1: invariant under (c a, b / c), whose gradients are (g_a / c, c g_b).
        const [u, v] = [a[0] + a[1] + a[2], a[0] + 2 * a[1] + 3 * a[2]];
        const ga = [1, 2, 3].map((k) => b[0] + k * b[1]);
        const gb = [u, v];
        const after = (scale: number): number => {
          const p = [a.map((x) => x * scale), b.map((x) => x / scale)];
          const g = [ga.map((x) => x / scale), gb.map((x) => x * scale)];
          const e = flat(asamPerturbation(p.map(vector), g.map(vector), { rho: 0.3, eta: 0 }) as np.Array[]);
          const q = [...p[0], ...p[1]].map((x, i) => x + e[i]);
          return (q[0] + q[1] + q[2]) * q[3] + (q[0] + 2 * q[1] + 3 * q[2]) * q[4];
        };
        expect(Math.abs(after(c) - after(1))).toBeLessThan(1e-3 * (1 + Math.abs(after(1))));
      }),
      { numRuns: 30 },
    );
  });
});

describe("esamPerturbation", () => {
  it("is that of SAM with a full mask and beta = 1, and zero under an empty mask", () => {
    const g = () => [vector([1, -2, 3]), vector([0.5, 4])];
    const ones = [np.array(1), np.ones([2])];
    const full = esamPerturbation(g(), ones, { rho: 0.3, beta: 1 });
    close(flat(full as np.Array[]), flat(samPerturbation(g(), { rho: 0.3 }) as np.Array[]));
    expect(flat(esamPerturbation(g(), [np.array(0), np.zeros([2])]) as np.Array[])).toEqual([0, 0, 0, 0, 0]);
  });

  it("is rho / beta long", () => {
    const mask = [vector([1, 0, 1])];
    const epsilon = flat(esamPerturbation([vector([3, 9, 4])], mask, { rho: 0.5, beta: 0.5 }) as np.Array[]);
    close(epsilon, [0.6, 0, 0.8]);
  });
});

describe("sharpestExamples", () => {
  const of = (rise: number[], weights: number[], share: number) => {
    const { rows, counted } = sharpestExamples(vector(rise), vector(weights), share);
    return { rows: rows.js(), counted: counted.js() };
  };
  it("keeps the share of examples whose loss rises most", () => {
    expect(of([0.1, 0.5, -0.2, 0.4, 0.3], [1, 1, 1, 1, 1], 0.5)).toEqual({ rows: [1, 3], counted: [1, 1] });
    expect(of([0.1, 0.5], [1, 1], 1)).toEqual({ rows: [1, 0], counted: [1, 1] });
  });

  it("takes the share of what isn't padding, and at least one", () => {
    const { rows, counted } = of([0.1, 0.5, 9, 9], [1, 1, 0, 0], 0.5);
    expect((rows as number[])[0]).toBe(1);
    expect(counted).toEqual([1, 0]);
    expect(of([0.1, 0.5, 0.3], [1, 1, 1], 0.1)).toEqual({ rows: [1], counted: [1] });
  });

  it("counts floor(share n) for shares that aren't exact in binary", () => {
    expect(of(Array(10).fill(0).map(Math.cos), Array(10).fill(1), 0.7).counted).toEqual(Array(7).fill(1));
    expect(() => of([1], [1], 0)).toThrow("share: expected a finite number > 0 and <= 1, got 0");
  });
});

describe("ema", () => {
  it("stands still at decay 1 and follows at decay 0", () => {
    const start = { w: vector([1, 2]) };
    for (const [decay, expected] of [
      [1, [1, 2]],
      [0, [5, 7]],
      [0.25, [4, 5.75]],
    ] as const) {
      const average = ema(decay);
      const next = average.update(average.init(start), { w: vector([5, 7]) });
      close(numbers(next.w), expected);
    }
    expect(() => ema(1.1)).toThrow("decay: expected a finite number >= 0 and <= 1, got 1.1");
    expect(() => ema(Number.NaN)).toThrow(RangeError);
  });

  it("keeps the parameters and consumes the average", () => {
    const params = { w: vector([3, 4]) };
    const average = ema(0.9);
    const leak = leakOf(() => {
      const next = average.update(average.init(params), params);
      numbers(next.w);
    });
    expect(leak).toBe(0);
    expect(params.w.refCount).toBe(1);
  });
});

describe("what is orthogonal to a direction", () => {
  it("has no part along it", () => {
    fc.assert(
      fc.property(pair, pair, ([a, b], [c, d]) => {
        const across = orthogonalTo([vector(a), vector(b)], [vector(c), vector(d)]);
        expect(Math.abs(dotTrees(across, [vector(c), vector(d)]).item())).toBeLessThan(1e-4);
      }),
      { numRuns: 20 },
    );
  });
});

describe("bad sizes", () => {
  it("are refused by name", () => {
    const g = () => vector([1, 2]);
    expect(() => samPerturbation(g(), { rho: -1 })).toThrow("rho: expected a finite number >= 0, got -1");
    expect(() => samPerturbation(g(), { rho: Number.NaN })).toThrow(
      "rho: expected a finite number >= 0, got NaN",
    );
    expect(() => asamPerturbation(g(), g(), { eta: -0.1 })).toThrow(
      "eta: expected a finite number >= 0, got -0.1",
    );
    expect(() => esamPerturbation(g(), g(), { beta: 0 })).toThrow(
      "beta: expected a finite number > 0 and <= 1, got 0",
    );
  });
});
