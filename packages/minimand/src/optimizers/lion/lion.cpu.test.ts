import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tree } from "../../engine/tree.ts";
import * as kappa from "../kappa/index.ts";
import { kappas, matrix } from "../kappa/kappas.fixture.ts";
import { matricesOnly } from "../scale.ts";
import { constantSchedule } from "../schedules.ts";
import { sgdw } from "../sgd.ts";
import { applyUpdates, type GradientTransformation } from "../transformation.ts";
import {
  constraintViolation,
  dualAveraging,
  frankWolfeSchedule,
  lion,
  lionK,
  lionMomentum,
  scaleByLionK,
  signSgd,
  signum,
} from "./index.ts";

const vector = (values: readonly number[]) => np.array(Float64Array.from(values));
const numbers = (a: Tree): number[] => (a as np.Array).reshape([-1]).js() as number[];

/** Points after every gradient. */
function follow(
  optimizer: GradientTransformation,
  start: np.Array,
  gradients: readonly (readonly number[])[],
): number[][] {
  let x = start;
  let state = optimizer.init(x);
  return gradients.map((g) => {
    const [updates, next] = optimizer.update(vector(g).reshape(x.shape), state, x.ref);
    x = applyUpdates(x, updates);
    state = next;
    return numbers(x.ref);
  });
}

function expectClose(a: readonly number[][], b: readonly number[][], digits = 10): void {
  expect(a.length).toBe(b.length);
  a.forEach((row, t) => {
    row.forEach((x, i) => {
      expect(x).toBeCloseTo(b[t][i], digits);
    });
  });
}

const entry = fc.double({ min: -2, max: 2, noNaN: true });
const gradients = fc.array(fc.array(entry, { minLength: 3, maxLength: 3 }), { minLength: 4, maxLength: 4 });
const start = [0.7, -1.2, 0.05];
const runs = { numRuns: 10 };

describe("lion", () => {
  it("makes the two steps that can be checked by hand", () => {
    const optimizer = lion(0.1, { weightDecay: 0.5 });
    expectClose(follow(optimizer, vector([1]), [[2], [-1]]), [[0.85], [0.9075]], 12);
    const [, state] = optimizer.update(vector([2]), optimizer.init(vector([1])), vector([1]));
    expect(numbers(lionMomentum(state))[0]).toBeCloseTo(-0.02, 12);
  });

  it("moves every coordinate by the learning rate or not at all, beside the decay", () =>
    fc.assert(
      fc.property(gradients, (gs) => {
        const [lr, weightDecay] = [0.01, 3];
        let before = start;
        for (const after of follow(lion(lr, { weightDecay }), vector(start), gs)) {
          after.forEach((x, i) => {
            const moved = Math.abs(x - (1 - lr * weightDecay) * before[i]);
            expect(Math.min(moved, Math.abs(moved - lr))).toBeLessThan(1e-12);
          });
          before = after;
        }
      }),
      runs,
    ));

  it("doesn't depend on the scale of gradients, and turns round with their sign", () =>
    fc.assert(
      fc.property(gradients, fc.double({ min: 0.01, max: 100, noNaN: true }), (gs, s) => {
        const path = (factor: number, from: number[]) =>
          follow(
            lion(0.01, { weightDecay: 1 }),
            vector(from),
            // Sums of rounded numbers next to 0 have no sign that could be relied on.
            gs.map((g) => g.map((v) => factor * (Math.abs(v) < 1e-3 ? 0 : v))),
          );
        const one = path(1, start);
        expectClose(path(2 ** Math.round(Math.log2(s)), start), one);
        expectClose(
          path(
            -1,
            start.map((x) => -x),
          ),
          one.map((row) => row.map((x) => -x)),
        );
      }),
      runs,
    ));

  it("doesn't move without a gradient", () =>
    expectClose(follow(lion(0.1), vector(start), [[0, 0, 0]]), [start]));

  it("leaves out of the decay what the mask leaves out", () => {
    const params = { weight: np.ones([2, 1]), bias: np.ones([2]) };
    const zeros = { weight: np.zeros([2, 1]), bias: np.zeros([2]) };
    for (const scheme of ["explicit", "implicit"] as const) {
      const optimizer = lionK(0.1, { weightDecay: 5, mask: matricesOnly, scheme });
      const p = { weight: params.weight.ref, bias: params.bias.ref };
      const [updates] = optimizer.update(
        { weight: zeros.weight.ref, bias: zeros.bias.ref },
        optimizer.init(p),
        p,
      ) as [typeof params, Tree];
      const moved = scheme === "explicit" ? -0.5 : 1 / 1.5 - 1;
      expectClose(
        [numbers(updates.weight), numbers(updates.bias)],
        [
          [moved, moved],
          [0, 0],
        ],
        6,
      );
    }
  });
});

describe("special cases of lionK", () => {
  const gs = [
    [0.5, -1, 2],
    [-0.3, 0.2, 1],
    [1, 1, -1],
    [0.1, -0.7, 0.4],
  ];
  const same = (a: GradientTransformation, b: GradientTransformation) =>
    expectClose(follow(a, vector(start), gs), follow(b, vector(start), gs));

  it("is gradient descent with damped momentum for the square, decay decoupled", () => {
    const [b, weightDecay] = [0.8, 0.3];
    // v accumulates g where m averages it: m = (1 - b) v.
    let m = [0, 0, 0];
    let x = [...start];
    const expected = gs.map((g) => {
      m = m.map((v, i) => b * v + (1 - b) * g[i]);
      x = x.map((p, i) => p - 0.1 * (m[i] + weightDecay * p));
      return x;
    });
    const square = lionK(0.1, { kappa: kappa.l2squared(), b1: b, b2: b, weightDecay });
    expectClose(follow(square, vector(start), gs), expected);
    expectClose(
      follow(sgdw(0.1 * (1 - b), { momentum: b, weightDecay: weightDecay / (1 - b) }), vector(start), gs),
      expected,
      6,
    );
  });

  it("is gradient descent without averages and decay", () =>
    same(lionK(0.1, { kappa: kappa.l2squared(), b1: 0, b2: 0 }), sgdw(0.1, { weightDecay: 0 })));

  it("is signSGD and Signum for signs", () => {
    same(signSgd(0.1, { weightDecay: 0.2 }), lion(0.1, { b1: 0, b2: 0.5, weightDecay: 0.2 }));
    same(signum(0.1, { momentum: 0.7 }), lionK(0.1, { b1: 0.7, b2: 0.7 }));
  });

  it("is its own implicit scheme with another learning rate, and takes a schedule as it takes a number", () => {
    const options = { kappa: kappa.logcosh(0.3), weightDecay: 2 };
    same(lionK(0.1 / (1 + 0.1 * 2), options), lionK(0.1, { ...options, scheme: "implicit" }));
    for (const scheme of ["explicit", "implicit"] as const)
      expectClose(
        follow(lionK(constantSchedule(0.1), { ...options, scheme }), vector(start), gs),
        follow(lionK(0.1, { ...options, scheme }), vector(start), gs),
        6,
      );
  });

  it("is the method of Frank and Wolfe with its schedule: from a corner of the simplex to the nearest point", () => {
    const target = [0.5, 0.3, 0.2];
    const optimizer = lionK(frankWolfeSchedule(1), { kappa: kappa.max(), b1: 0, b2: 0, weightDecay: 1 });
    let x = vector([0, 0, 1]);
    let state = optimizer.init(x);
    for (let t = 0; t < 200; t++) {
      const [updates, next] = optimizer.update(x.ref.sub(vector(target)), state, x.ref);
      x = applyUpdates(x, updates);
      state = next;
    }
    numbers(x).forEach((v, i) => {
      expect(v).toBeCloseTo(target[i], 1);
    });
  });

  it("is dual averaging with a momentum that forgets nothing", () => {
    const optimizer = dualAveraging(0.1, { kappa: kappa.logsumexp(), weightDecay: 2 });
    const sums = [0, 0, 0];
    const expected = gs.map((g) => {
      g.forEach((v, i) => {
        sums[i] -= 0.1 * v;
      });
      const e = sums.map(Math.exp);
      const total = e.reduce((a, b) => a + b);
      return e.map((v) => v / total / 2);
    });
    expectClose(follow(optimizer, vector(start), gs), expected, 7);
  });
});

describe("phase 1", () => {
  const noise = (t: number) => Array.from({ length: 6 }, (_, i) => 2 * Math.sin(5 * t * t + 3 * i + 1));

  it.each(kappas.map((k) => [k.name, k] as const))(
    "%s: the way to the set shrinks by 1 - e lambda at least, and inside is for ever",
    (_, k) => {
      const [lr, weightDecay] = [0.2, 2];
      const distance = (x: readonly number[]) =>
        constraintViolation({ kappa: k, weightDecay }, matrix(x)).item();
      for (const scheme of ["explicit", "implicit"] as const) {
        const factor = scheme === "explicit" ? 1 - lr * weightDecay : 1 / (1 + lr * weightDecay);
        let before = [2.1, -1.4, 0.9, 3, -0.2, 1];
        const optimizer = lionK(lr, { kappa: k, weightDecay, scheme });
        for (const after of follow(optimizer, matrix(before), [0, 1, 2, 3].map(noise))) {
          expect(distance(after)).toBeLessThanOrEqual(factor * distance(before) + 1e-9);
          before = after;
        }
        // A point of the set stays there, whatever the gradients.
        const inside = k.grad(matrix(noise(9))).div(weightDecay);
        for (const after of follow(optimizer, inside, [4, 5, 6].map(noise)))
          expect(distance(after)).toBeLessThan(1e-7);
      }
    },
  );

  it("is exactly that slow for Lion in the worst case", () => {
    const optimizer = lion(0.02, { b1: 0, b2: 0, weightDecay: 10 });
    let x = vector([0.4, 1.7, -1.2]);
    let expected = 16;
    for (let t = 0; t < 5; t++) {
      const [updates] = optimizer.update(x.ref.neg(), optimizer.init(x), x.ref);
      x = applyUpdates(x, updates);
      expected *= 0.8;
      const constraint = { kappa: kappa.l1(), weightDecay: 10 };
      expect(constraintViolation(constraint, x.ref).item()).toBeCloseTo(expected, 9);
    }
  });
});

describe("what lionK refuses", () => {
  it.each<[() => unknown, string]>([
    [() => lion(-1), "learningRate: expected a finite number >= 0, got -1"],
    [() => lion(1e-3, { b1: 1 }), "b1: expected a finite number >= 0 and < 1, got 1"],
    [() => lion(1e-3, { b2: -0.1 }), "b2: expected a finite number >= 0 and < 1, got -0.1"],
    [() => lion(1e-3, { weightDecay: Number.NaN }), "weightDecay: expected a finite number >= 0, got NaN"],
    [() => lion(0.5, { weightDecay: 3 }), "learningRate * weightDecay: expected at most 1 in the explicit"],
    [() => lionK(0.1, { scheme: "both" as never }), 'scheme: expected one of "explicit", "implicit"'],
    [() => lionK(0.1, { kappa: "l1" as never }), "kappa: expected a kappa such as kappa.l1()"],
    [
      () => dualAveraging(0.1, { kappa: kappa.l1(), weightDecay: 0 }),
      "weightDecay: expected a finite number > 0",
    ],
    [() => lionMomentum({ count: 1 }), "state: expected the state of lionK"],
    [() => lionMomentum(signSgd(1).init(vector([1]))), "state: expected the state of lionK"],
    [
      () => {
        const optimizer = lionK(0.1, { kappa: kappa.sum({ weight: kappa.l1() }) });
        const params = { weight: vector([1]), bias: vector([1]) };
        optimizer.update(params, optimizer.init(params), params);
      },
      'kappa: expected a kappa for "bias"',
    ],
    [
      () => {
        const optimizer = lion(0.1);
        optimizer.update(vector([Number.NaN]), optimizer.init(vector([1])), vector([1]));
      },
      "z: expected numbers, got NaN",
    ],
  ])("%s", (f, message) => expect(f).toThrow(message));

  it("warns where b1 is above b2, for which nothing is proven", () => {
    const warnings: string[] = [];
    scaleByLionK({ b1: 0.99, b2: 0.9, warn: (message) => warnings.push(message) });
    scaleByLionK({ b1: 0.9, b2: 0.9, warn: (message) => warnings.push(message) });
    expect(warnings).toEqual([
      "b1: expected at most b2 = 0.9, got 0.99; the Lyapunov function need not fall",
    ]);
  });
});
