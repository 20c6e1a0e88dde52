import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { disposeTree, refTree, type Tree } from "../../engine/tree.ts";
import * as kappa from "../kappa/index.ts";
import type { Kappa } from "../kappa/kappa.ts";
import { dot, kappas, matrix } from "../kappa/kappas.fixture.ts";
import { matricesOnly } from "../scale.ts";
import { applyUpdates } from "../transformation.ts";
import {
  continuousLyapunov,
  decayPenalty,
  discreteLyapunov,
  fenchelGap,
  frankWolfeGap,
  lionAsOde,
  lionK,
  lionLookahead,
  lionMomentum,
  lionOde,
} from "./index.ts";

const target = [1.5, -0.7, 0.4, -2, 0.1, 0.9];
const curvature = [0.5, 1, 2, 1.5, 0.7, 1.2];
/** `sum a (x - t)^2 / 2`, whose gradient is 2-Lipschitz. */
const loss = (x: np.Array): np.Array =>
  np
    .square(x.sub(matrix(target)))
    .mul(matrix(curvature))
    .sum()
    .mul(0.5);
const gradient = (x: np.Array): np.Array => x.sub(matrix(target)).mul(matrix(curvature));
const inside = (k: Kappa, lambda: number): np.Array =>
  k
    .grad(matrix([0.4, -0.2, 0.7, 0.1, -0.5, 0.3]))
    .mul(0.9 / lambda)
    .add(
      // Sets without a centre at 0 are kept by the gradient itself.
      k.even ? 0 : k.grad(matrix([0.4, -0.2, 0.7, 0.1, -0.5, 0.3])).mul(0.1 / lambda),
    );

describe("the discrete Lyapunov function", () => {
  it.each(kappas.map((k) => [k.name, k] as const))(
    "%s: falls at every step as the theorem promises",
    (_, k) => {
      // One scheme is the other with another learning rate.
      for (const scheme of [k.even ? "implicit" : "explicit"] as const) {
        const options = { kappa: k, weightDecay: 0.7, learningRate: 0.05, b1: 0.8, b2: 0.95, scheme };
        const lyapunov = discreteLyapunov(options);
        const optimizer = lionK(options.learningRate, options);
        let x = inside(k, options.weightDecay);
        let state = optimizer.init(x);
        const energy = (m: Tree) => lyapunov.energy(loss(x.ref), x.ref, m).energy.item();
        let before = energy(lionMomentum(state));
        for (let t = 0; t < 2; t++) {
          const g = gradient(x.ref);
          const lookahead = lionLookahead(lionMomentum(state), g.ref, options.b1);
          const [updates, next] = optimizer.update(g, state, x.ref);
          x = applyUpdates(x, updates);
          state = next;
          const m = lionMomentum(state);
          const after = energy(refTree(m));
          const { bound, delta1, delta2 } = lyapunov.bound(x.ref, m, lookahead, 2);
          expect(after - before - bound.item()).toBeLessThan(1e-12);
          expect(delta1.item()).toBeGreaterThan(-1e-9);
          expect(delta2.item()).toBeGreaterThan(-1e-9);
          before = after;
        }
      }
    },
  );

  it("has the constants of the sheet, and no turning term for equal betas", () => {
    const lyapunov = discreteLyapunov({
      kappa: kappa.l1(),
      weightDecay: 0.7,
      learningRate: 0.05,
      b1: 0.9,
      b2: 0.95,
      scheme: "implicit",
    });
    expect(lyapunov.c).toBeCloseTo((0.05 * 0.9) / (0.05 + 0.05 * 0.7 * 0.1), 12);
    expect(lyapunov.a).toBeCloseTo(1 + 0.7 * lyapunov.c, 12);
    expect(lyapunov.b).toBeCloseTo((lyapunov.c * 0.05) / 0.05, 12);
    const equal = { kappa: kappa.l1(), weightDecay: 1, learningRate: 0.1, b1: 0.9, b2: 0.9 };
    expect(discreteLyapunov(equal).b).toBe(0);
    expect(discreteLyapunov(equal).implicitLearningRate).toBeCloseTo(0.1 / 0.9, 12);
  });

  it("counts arrays that the mask leaves out as free ones", () => {
    const common = { kappa: kappa.logcosh(0.5), learningRate: 0.05, b1: 0.8, b2: 0.95 };
    const masked = discreteLyapunov({ ...common, weightDecay: 2, mask: matricesOnly });
    const free = discreteLyapunov({ ...common, weightDecay: 0 });
    const vector = np.array([3, -4]).astype(np.float64);
    const m = np.array([0.3, 0.1]).astype(np.float64);
    const zero = np.array(0).astype(np.float64);
    const a = masked.energy(zero.ref, [vector.ref], [m.ref]);
    const b = free.energy(zero, [vector], [m]);
    expect(a.energy.item()).toBeCloseTo(b.energy.item(), 12);
    expect(a.violation.item()).toBe(0);
  });

  it("refuses what it is not proven for", () => {
    const options = { kappa: kappa.l1(), weightDecay: 1, learningRate: 0.1, b1: 0.9, b2: 0.99 };
    const make = (changes: Partial<typeof options>) => () => discreteLyapunov({ ...options, ...changes });
    expect(make({ b1: 0.995 })).toThrow("b1: expected a finite number >= 0 and <= 0.99, got 0.995");
    expect(make({ learningRate: 1 })).toThrow("below 1 in the explicit scheme, got 1");
    expect(make({ weightDecay: -1 })).toThrow("weightDecay: expected a finite number >= 0, got -1");
    expect(make({ kappa: {} as never })).toThrow("kappa: expected a kappa");
    expect(() => decayPenalty({ kappa: kappa.softplus(), weightDecay: 0 }, matrix(target))).toThrow(
      "weightDecay: expected a number > 0 for softplus, which isn't even, got 0",
    );
    expect(() =>
      decayPenalty(
        { kappa: kappa.l1(), weightDecay: 1, mask: (() => np.ones([2])) as never },
        matrix(target),
      ),
    ).toThrow("mask: expected yes or no for each array");
  });
});

describe("the gaps", () => {
  it("vanish exactly at stationary points, and bound how far a feasible point is from the best", () => {
    const constraint = { kappa: kappa.l1(), weightDecay: 1 };
    // The nearest point of the box of half-width 1, since the loss is separable.
    const best = matrix(target.map((t) => Math.max(-1, Math.min(1, t))));
    expect(frankWolfeGap(constraint, best.ref, gradient(best.ref)).item()).toBeCloseTo(0, 12);
    const x = matrix([0.2, -0.1, 0.3, -0.6, 0, 0.5]);
    const gap = frankWolfeGap(constraint, x.ref, gradient(x.ref)).item();
    expect(loss(x).item() - loss(best).item()).toBeLessThanOrEqual(gap);
    expect(gap).toBeGreaterThan(0);
  });

  it("are infinite outside of the set, and 0 for a momentum that holds x where it is", () => {
    const constraint = { kappa: kappa.huber(0.5), weightDecay: 1 };
    expect(frankWolfeGap(constraint, matrix([2, 0, 0, 0, 0, 0]), matrix(target)).item()).toBe(Infinity);
    const m = matrix(target);
    expect(fenchelGap(constraint, kappa.huber(0.5).grad(m.ref), m).item()).toBeCloseTo(0, 12);
  });
});

const smooth = [
  kappa.logcosh(0.5),
  kappa.relativistic(0.5),
  kappa.l2squared(),
  kappa.lpPower(3),
  kappa.lpSquared(3),
  kappa.softplus(),
  kappa.logsumexp(),
  kappa.exp(),
  kappa.hypentropy(0.3),
];

describe("the continuous Lyapunov function", () => {
  it.each(smooth.map((k) => [k.name, k] as const))("%s: changes at the rate of its formula", (_, k) => {
    for (const epsilon of [0.4, 0]) {
      const constants = { kappa: k, weightDecay: 0.7, alpha: 1.3, gamma: 0.9, epsilon };
      const lyapunov = continuousLyapunov(constants);
      const x = inside(k, 0.7);
      const m = matrix([0.8, -0.5, 0.3, 0.9, -0.1, 0.2]);
      const { xDot, mDot, energyRate, delta1, delta2 } = lyapunov.field(gradient(x.ref), x.ref, m.ref);
      const energy = (h: number) => {
        const [a, b] = [x.ref.add((xDot as np.Array).ref.mul(h)), m.ref.add((mDot as np.Array).ref.mul(h))];
        return lyapunov.energy(loss(a.ref), a, b).energy.item();
      };
      const h = 1e-5;
      const rate = energyRate.item();
      expect((energy(h) - energy(-h)) / (2 * h)).toBeCloseTo(rate, 7);
      expect(rate).toBeLessThan(0);
      expect(delta1.item()).toBeGreaterThan(0);
      expect(delta2.item()).toBeGreaterThanOrEqual(0);
    }
  });

  it("refuses constants outside of their ranges", () => {
    const options = { kappa: kappa.l1(), weightDecay: 1, alpha: 1, gamma: 2, epsilon: 0.1 };
    const make = (changes: Partial<typeof options>) => () => continuousLyapunov({ ...options, ...changes });
    expect(make({ alpha: 0 })).toThrow("alpha: expected a finite number > 0, got 0");
    expect(make({ gamma: -1 })).toThrow("gamma: expected a finite number > 0, got -1");
    expect(make({ epsilon: 0.6 })).toThrow("epsilon: expected a finite number >= 0 and <= 0.5, got 0.6");
  });
});

describe("the differential equation", () => {
  const constants = { kappa: kappa.logcosh(0.2), weightDecay: 1, alpha: 1, gamma: 1, epsilon: 0.5 };
  const ode = lionOde({ loss: (x) => loss(x as np.Array), ...constants });

  it("comes in from outside as e^(-lambda t), then its energy falls, down to the box's best point", async () => {
    const x0 = matrix([3, -3, 3, -3, 3, -3]);
    const path = await ode.solve(x0, matrix(Array(6).fill(0)), { h: 0.1, steps: 300, every: 10 });
    const { time, violation, energy, energyRate, end } = path;
    violation.forEach((v, i) => {
      expect(v).toBeLessThanOrEqual(2 * Math.exp(-time[i]) * (1 + 1e-4) + 1e-12);
    });
    const entered = violation.indexOf(0);
    expect(entered).toBeGreaterThan(0);
    for (let i = entered + 1; i < energy.length; i++) {
      expect(energy[i]).toBeLessThanOrEqual(energy[i - 1] + 1e-9);
      expect(energyRate[i]).toBeLessThanOrEqual(1e-9);
    }
    const [x, m] = [end.params as np.Array, end.momentum as np.Array];
    const residual = frankWolfeGap(constants, x.ref, gradient(x.ref)).item();
    expect(residual).toBeLessThan(1e-3);
    disposeTree([x, m]);
  });

  it("is followed to fourth order by rk4, to first by euler", async () => {
    const at = async (h: number, method: "rk4" | "euler") => {
      const { end } = await ode.solve(matrix([0.1, 0.2, -0.3, 0.4, 0, 0.5]), matrix(Array(6).fill(0.1)), {
        h,
        steps: Math.round(0.8 / h),
        every: 1000,
        method,
      });
      return end.params as np.Array;
    };
    const exact = await at(0.0125, "rk4");
    const error = async (h: number, method: "rk4" | "euler") => {
      const d = (await at(h, method)).sub(exact.ref);
      return Math.sqrt(dot(d.ref, d));
    };
    const [e1, e2] = [await error(0.1, "euler"), await error(0.05, "euler")];
    expect(e1 / e2).toBeGreaterThan(1.6);
    expect(e1 / e2).toBeLessThan(2.6);
    const [r1, r2] = [await error(0.2, "rk4"), await error(0.1, "rk4")];
    expect(r1 / r2).toBeGreaterThan(8);
  });

  it("has Lion-K's steps as its Euler steps", async () => {
    const [learningRate, b1, b2] = [0.02, 0.9, 0.98];
    const { h, ...own } = lionAsOde({ learningRate, b1, b2 });
    expect(own).toEqual({
      alpha: expect.closeTo(1, 9),
      gamma: expect.closeTo(1, 9),
      epsilon: expect.closeTo(0.1, 9),
    });
    const k = kappa.logcosh(0.3);
    const euler = lionOde({ loss: (x) => loss(x as np.Array), kappa: k, weightDecay: 1, ...own });
    const start = matrix([0.1, 0.2, -0.3, 0.4, 0, 0.5]);
    const { end } = await euler.solve(start.ref, matrix(Array(6).fill(0)), { h, steps: 20, method: "euler" });
    const optimizer = lionK(learningRate, { kappa: k, b1, b2, weightDecay: 1 });
    let x = start;
    let state = optimizer.init(x);
    for (let t = 0; t < 20; t++) {
      const [updates, next] = optimizer.update(gradient(x.ref), state, x.ref);
      x = applyUpdates(x, updates);
      state = next;
    }
    const difference = x.sub(end.params as np.Array);
    // The constants of a compiled program have 32 bits.
    expect(Math.sqrt(dot(difference.ref, difference))).toBeLessThan(1e-6);
    euler.dispose();
  });

  it("refuses steps that make no sense, and says where a path leaves the finite numbers", async () => {
    const start = () => [matrix(target), matrix(target)] as const;
    await expect(ode.solve(...start(), { h: 0, steps: 1 })).rejects.toThrow(
      "h: expected a finite number > 0",
    );
    await expect(ode.solve(...start(), { h: 0.1, steps: 1.5 })).rejects.toThrow("steps: expected an integer");
    const wild = lionOde({
      loss: (x) => loss(x as np.Array),
      ...constants,
      kappa: kappa.l2squared(),
    });
    await expect(wild.solve(...start(), { h: 1e30, steps: 40, every: 40 })).rejects.toThrow(
      "h: expected a step small enough for the path to stay finite",
    );
    expect(() => lionAsOde({ learningRate: 0, b1: 0.9, b2: 0.99 })).toThrow(RangeError);
  });
});
