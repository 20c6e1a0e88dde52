import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import type { Tree } from "../engine/tree.ts";
import { adaBelief } from "./adabelief.ts";
import { adagrad } from "./adagrad.ts";
import { adam } from "./adam.ts";
import { lamb } from "./lamb.ts";
import { nadam } from "./nadam.ts";
import { radam } from "./radam.ts";
import { rmsprop } from "./rmsprop.ts";
import { matricesOnly } from "./scale.ts";
import { applyUpdates, type GradientTransformation } from "./transformation.ts";

/*
 * Each optimizer beside its published algorithm, written out entry by entry in JavaScript's float64, for some steps along gradients
 * that have nothing in common with its own.
 */
const size = 4;
const start = [1, -2, 3, 0.5];
const steps = 12;
const gradientAt = (t: number): number[] =>
  start.map((_, i) => Math.sin(3 * t + 2 * i) * 10 ** (i - 2) + (i === 3 ? 20 : 0));

type Algorithm = (t: number, g: number[], p: number[]) => number[];

/** Parameters after every step of an algorithm, whose `t` counts from 1. */
function byHand(algorithm: Algorithm): number[][] {
  let p = [...start];
  return Array.from({ length: steps }, (_, t) => {
    const step = algorithm(t + 1, gradientAt(t + 1), p);
    p = p.map((x, i) => x - step[i]);
    return p;
  });
}

function follow(optimizer: GradientTransformation): number[][] {
  const array = (values: number[]) => np.array(Float64Array.from(values), { shape: [2, 2] });
  let params: Tree = array(start);
  let state = optimizer.init(params);
  return Array.from({ length: steps }, (_, t) => {
    const [updates, next] = optimizer.update(array(gradientAt(t + 1)), state, (params as np.Array).ref);
    params = applyUpdates(params, updates);
    state = next;
    return [...((params as np.Array).ref.dataSync() as Float64Array)];
  });
}

function expectSame(optimizer: GradientTransformation, algorithm: Algorithm, tolerance = 1e-12): void {
  const expected = byHand(algorithm);
  follow(optimizer).forEach((p, t) => {
    p.forEach((x, i) => {
      expect(Math.abs(x - expected[t][i]), `entry ${i} after step ${t + 1}`).toBeLessThan(
        tolerance * (1 + Math.abs(expected[t][i])),
      );
    });
  });
}

const zeros = (): number[] => new Array<number>(size).fill(0);
const { sqrt } = Math;

describe("rmsprop", () => {
  it.each([
    { decay: 0.9, centered: false, momentum: 0 },
    { decay: 0.99, centered: false, momentum: 0.8 },
    { decay: 0.7, centered: true, momentum: 0.5 },
  ])("follows Hinton's and Graves' formulas, %o", ({ decay, centered, momentum }) => {
    const [v, a, b] = [zeros(), zeros(), zeros()];
    expectSame(rmsprop(0.03, { decay, centered, momentum, eps: 1e-4 }), (_, g) =>
      g.map((x, i) => {
        v[i] = decay * v[i] + (1 - decay) * x * x;
        a[i] = decay * a[i] + (1 - decay) * x;
        b[i] = momentum * b[i] + x / (sqrt(v[i] - (centered ? a[i] ** 2 : 0)) + 1e-4);
        return 0.03 * b[i];
      }),
    );
  });
});

describe("adagrad", () => {
  it.each([0, 0.1])("divides by the root of all squares so far, from %d on", (initialAccumulator) => {
    const sum = zeros().fill(initialAccumulator);
    expectSame(adagrad(0.1, { initialAccumulator, eps: 1e-7 }), (_, g) =>
      g.map((x, i) => {
        sum[i] += x * x;
        return (0.1 * x) / (sqrt(sum[i]) + 1e-7);
      }),
    );
  });
});

describe("nadam", () => {
  it("follows Dozat's algorithm 2 with a constant momentum", () => {
    const [b1, b2] = [0.8, 0.95];
    const [m, n] = [zeros(), zeros()];
    expectSame(nadam(0.1, { b1, b2, eps: 1e-6 }), (t, g) =>
      g.map((x, i) => {
        m[i] = b1 * m[i] + (1 - b1) * x;
        n[i] = b2 * n[i] + (1 - b2) * x * x;
        const ahead = (b1 * m[i]) / (1 - b1 ** (t + 1)) + ((1 - b1) * x) / (1 - b1 ** t);
        return (0.1 * ahead) / (sqrt(n[i] / (1 - b2 ** t)) + 1e-6);
      }),
    );
  });
});

describe("radam", () => {
  /** Algorithm 2 of Liu et al., and how long the average was at each step. */
  const algorithm = (b1: number, b2: number, threshold: number, lengths: number[] = []): Algorithm => {
    const [m, v] = [zeros(), zeros()];
    const longest = 2 / (1 - b2) - 1;
    return (t, g) => {
      const length = longest - (2 * t * b2 ** t) / (1 - b2 ** t);
      lengths.push(length);
      return g.map((x, i) => {
        m[i] = b1 * m[i] + (1 - b1) * x;
        v[i] = b2 * v[i] + (1 - b2) * x * x;
        const mean = m[i] / (1 - b1 ** t);
        if (length <= threshold) return 0.1 * mean;
        const r = sqrt(((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length));
        return (0.1 * r * mean) / (sqrt(v[i] / (1 - b2 ** t)) + 1e-8);
      });
    };
  };

  it("follows algorithm 2, with momentum for the first five steps and the second moment from then on", () => {
    const lengths: number[] = [];
    expectSame(radam(0.1), algorithm(0.9, 0.999, 5, lengths), 1e-9);
    expect(lengths.map((length) => length > 5)).toEqual(lengths.map((_, i) => i >= 5));
    expectSame(radam(0.1, { b1: 0.5, b2: 0.9, threshold: 4 }), algorithm(0.5, 0.9, 4), 1e-9);
  });

  it("is momentum for ever where the second moment forgets too fast", () => {
    expectSame(radam(0.1, { b2: 0.6 }), algorithm(0.9, 0.6, 5), 1e-12);
    expectSame(radam(0.1, { b2: 0.5 }), algorithm(0.9, 0.5, 5), 1e-12);
  });

  it("rectifies less and less: after many steps it is adam, to the digits of the rectification", () => {
    const b2 = 0.8;
    const optimizer = radam(0.1, { b2 });
    let state = optimizer.init(np.zeros([1], { dtype: np.float64 }));
    let step = 0;
    for (let t = 0; t < 300; t++) {
      const [updates, next] = optimizer.update(
        np.array(Float64Array.of(t % 2 ? 3 : 2)),
        state,
        np.zeros([1], { dtype: np.float64 }),
      );
      step = (updates as np.Array).item();
      state = next;
    }
    let [m, v] = [0, 0];
    for (let t = 0; t < 300; t++) {
      m = 0.9 * m + 0.1 * (t % 2 ? 3 : 2);
      v = b2 * v + (1 - b2) * (t % 2 ? 9 : 4);
    }
    expect(step).toBeCloseTo(-0.1 * (m / sqrt(v)), 7);
  });
});

describe("adaBelief", () => {
  it("follows algorithm 2 of Zhuang et al.", () => {
    const [b1, b2, eps] = [0.9, 0.99, 1e-6];
    const [m, s] = [zeros(), zeros()];
    expectSame(adaBelief(0.1, { b1, b2, eps }), (t, g) =>
      g.map((x, i) => {
        m[i] = b1 * m[i] + (1 - b1) * x;
        s[i] = b2 * s[i] + (1 - b2) * (x - m[i]) ** 2 + eps;
        return (0.1 * m[i]) / (1 - b1 ** t) / (sqrt(s[i] / (1 - b2 ** t)) + eps);
      }),
    );
  });
});

describe("lamb", () => {
  const norm = (x: number[]): number => Math.hypot(...x);

  it("follows algorithm 2 of You et al.", () => {
    const [b1, b2, decay] = [0.9, 0.98, 0.2];
    const [m, v] = [zeros(), zeros()];
    // The powers of b1 and b2 are kept in float32, as those of adam.
    expectSame(
      lamb(0.1, { b1, b2, eps: 1e-6, weightDecay: decay }),
      (t, g, p) => {
        const u = g.map((x, i) => {
          m[i] = b1 * m[i] + (1 - b1) * x;
          v[i] = b2 * v[i] + (1 - b2) * x * x;
          return m[i] / (1 - b1 ** t) / (sqrt(v[i] / (1 - b2 ** t)) + 1e-6) + decay * p[i];
        });
        return u.map((x) => (0.1 * norm(p) * x) / norm(u));
      },
      1e-6,
    );
  });

  it("moves every array by the learning rate times its own length, and one of zeros by that of adam", () => {
    const optimizer = lamb(0.02, { weightDecay: 0.1, mask: matricesOnly });
    const float64 = (values: number[], shape: number[]) => np.array(Float64Array.from(values), { shape });
    const params = () => ({ w: float64([3, -4, 12, 84], [2, 2]), b: float64([0, 0, 0], [3]) });
    const gradient = { w: float64([1e3, -2, 0.5, 7], [2, 2]), b: float64([5, -1e-3, 2e4], [3]) };
    const [updates] = optimizer.update(gradient, optimizer.init(params()), params());
    const { w, b } = updates as { w: np.Array; b: np.Array };
    expect(norm([...w.dataSync()])).toBeCloseTo(0.02 * 85, 9);
    [...b.dataSync()].forEach((x, i) => {
      expect(x).toBeCloseTo([-0.02, 0.02, -0.02][i], 4);
    });
  });
});

describe("lamb without layer adaptation", () => {
  it("is adam, array by array", () => {
    const float64 = (values: number[], shape: number[]) => np.array(Float64Array.from(values), { shape });
    const params = () => ({ w: float64([3, -4, 12, 84], [2, 2]), b: float64([1, 2, 3], [3]) });
    const gradient = () => ({ w: float64([1e3, -2, 0.5, 7], [2, 2]), b: float64([5, -1e-3, 2e4], [3]) });
    const once = (optimizer: GradientTransformation) => {
      const [updates] = optimizer.update(gradient(), optimizer.init(params()), params());
      const { w, b } = updates as { w: np.Array; b: np.Array };
      return [[...w.dataSync()], [...b.dataSync()]];
    };
    const [w, b] = once(lamb(0.02, { layerAdaptation: matricesOnly }));
    expect(w).toEqual(once(lamb(0.02))[0]);
    expect(b).toEqual(once(adam(0.02, { eps: 1e-6 }))[1]);
  });
});

describe("options of optimizers", () => {
  it.each([
    ["rmsprop", () => rmsprop(0.1, { decay: 1 }), "decay: expected a finite number >= 0 and < 1, got 1"],
    ["rmsprop", () => rmsprop(0.1, { eps: 0 }), "eps: expected a finite number > 0, got 0"],
    [
      "adagrad",
      () => adagrad(0.1, { initialAccumulator: -1 }),
      "initialAccumulator: expected a finite number >= 0, got -1",
    ],
    ["nadam", () => nadam(0.1, { b1: 1 }), "b1: expected a finite number >= 0 and < 1, got 1"],
    ["radam", () => radam(0.1, { b2: 0 }), "b2: expected a finite number > 0, got 0"],
    ["radam", () => radam(0.1, { threshold: 3 }), "threshold: expected a finite number >= 4, got 3"],
    ["adaBelief", () => adaBelief(-0.1), "learningRate: expected a finite number >= 0, got -0.1"],
    ["lamb", () => lamb(0.1, { weightDecay: -1 }), "weightDecay: expected a finite number >= 0, got -1"],
  ])("outside of their ranges are refused: %s", (_, make, message) => {
    expect(make).toThrow(new RangeError(message));
  });

  it("that are none are refused with the name that was meant", () => {
    const typo = { momentun: 0.9 } as object;
    expect(() => rmsprop(0.1, typo)).toThrow(
      /^rmsprop: expected only .*got "momentun": did you mean 'momentum'\?$/,
    );
    for (const make of [adagrad, nadam, radam, adaBelief, lamb])
      expect(() => make(0.1, { beta: 1 } as object)).toThrow(/: expected only the options .*, got "beta"/);
  });
});
