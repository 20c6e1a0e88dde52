import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import type { Tree } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { darts } from "./darts.ts";
import { implicitHypergradient } from "./implicit-hypergradient.ts";
import { descent, item, quadratics, scalar, trajectory } from "./problems.fixture.ts";
import { rarts, rartsObjective } from "./rarts.ts";
import { singleLevel } from "./single-level.ts";
import { solvableDarts, solvableModel, solvableRarts, solvableSingleLevel } from "./solvable-model.ts";

const start = { weights: -2, architecture: 2 };
const quiet = { warn: () => {} };
const close = (
  found: { [name: string]: number },
  expected: { [name: string]: number },
  digits = 10,
): void => {
  for (const [name, value] of Object.entries(expected))
    expect(Math.abs(found[name] - value), `${name}: ${found[name]} for ${value}`).toBeLessThan(10 ** -digits);
};

describe("the solvable model", () => {
  it.each([
    [2, 5],
    [10, 10],
  ])("ends where RARTS must, lambda %d and beta %d, and its objective never rises", (lambda, beta) => {
    // Below the bounds 2 / (2 lambda + beta) of w, 2 / beta of y and 2 / (2 lambda) of the architecture.
    const rate = 1.5 / (2 * lambda + beta);
    let before = Infinity;
    let step = 0;
    const hyper = { lambda, beta, learningRate: rate, architectureRate: rate };
    const found = trajectory(rarts(solvableModel, descent), start, hyper, 450, (point, { loss }) => {
      if (step++ > 40) return;
      const value = rartsObjective(
        solvableModel,
        {
          weights: scalar(point.weights),
          twin: scalar(point.twin),
          architecture: scalar(point.architecture),
        },
        { lambda, beta },
        {},
        {},
      ).item();
      expect(loss).toBeLessThanOrEqual(before + 1e-12);
      expect(value).toBeLessThanOrEqual(loss + 1e-12);
      before = value;
    });
    const { architecture, weights, twin } = solvableRarts({ lambda, beta });
    close(found, { architecture, weights, twin });
  });

  it.each([0, 0.25, 0.5, 1])("ends where DARTS with xi %d must", (xi) => {
    const hyper = { xi, learningRate: 0.3, architectureRate: 0.3 };
    const found = trajectory(darts(solvableModel, { ...descent, order: 2 }), start, hyper, 200);
    close(found, { ...solvableDarts(xi) });
  });

  it("ends where a single level must, by both orders", () => {
    for (const order of ["gauss-seidel", "jacobi"] as const) {
      const search = singleLevel(solvableModel, { ...descent, order });
      const found = trajectory(search, start, { learningRate: 0.25, architectureRate: 0.25 }, 200);
      close(found, { ...solvableSingleLevel() });
    }
  });

  it("has no minimum below 4 lambda beta = 2 lambda + beta, and says so", () => {
    expect(() => solvableRarts({ lambda: 0.4, beta: 0.5 })).toThrow(
      /^lambda and beta: expected 4 lambda beta > 2 lambda \+ beta.*got "0.4 and 0.5"$/,
    );
    expect(() => solvableSingleLevel(0.25)).toThrow(RangeError);
    expect(() => solvableDarts(-1)).toThrow(RangeError);
  });
});

describe("RARTS", () => {
  const convex = fc.record({
    p: fc.double({ min: 0.2, max: 3, noNaN: true }),
    q: fc.double({ min: -1.5, max: 1.5, noNaN: true }),
    r: fc.double({ min: 0.2, max: 3, noNaN: true }),
    s: fc.double({ min: -2, max: 2, noNaN: true }),
  });

  it("never raises its objective below the bounds on the step sizes", () => {
    const positive = fc.double({ min: 0.1, max: 5, noNaN: true });
    fc.assert(
      fc.property(convex, convex, positive, positive, (train, val, lambda, beta) => {
        const inWeights = Math.max(train.p, val.p);
        const inAlpha = Math.max(train.p * train.q ** 2 + train.r, val.p * val.q ** 2 + val.r);
        const hyper = {
          lambda,
          beta,
          learningRate: Math.min(1.9 / (lambda * inWeights + beta), 1.9 / (inWeights + beta)),
          architectureRate: 1.9 / ((1 + lambda) * inAlpha),
        };
        const problem = quadratics({ train, val });
        let before = Infinity;
        trajectory(rarts(problem, { ...descent, ...quiet }), start, hyper, 12, (point) => {
          const { weights, twin, architecture } = point;
          const at = { weights: scalar(weights), twin: scalar(twin), architecture: scalar(architecture) };
          const value = rartsObjective(problem, at, { lambda, beta }, {}, {}).item();
          expect(value).toBeLessThanOrEqual(before + 1e-9 * Math.max(1, Math.abs(before)));
          before = value;
        });
      }),
      { numRuns: 12 },
    );
  });

  const problem = quadratics({
    train: { p: 1, q: 0.5, r: 0.5, s: 1 },
    val: { p: 2, q: -0.5, r: 1, s: -1 },
  });
  const hyper = { learningRate: 0.1, architectureRate: 0.1, lambda: 1.5, beta: 0.5 };
  const after = (options: Partial<Parameters<typeof rarts>[1]>, changes = {}, steps = 1) =>
    trajectory(rarts(problem, { ...descent, ...quiet, ...options }), start, { ...hyper, ...changes }, steps);

  it("makes other steps by another order", () => {
    const [a, b] = [after({}), after({ order: "jacobi" })];
    // The first block is the same, what follows sees it moved.
    expect(b.weights).toBe(a.weights);
    expect(Math.abs(b.twin - a.twin)).toBeGreaterThan(1e-3);
    expect(Math.abs(b.architecture - a.architecture)).toBeGreaterThan(1e-3);
  });

  it("decouples without beta: each network minimises its own loss", () => {
    const { weights, twin, architecture } = after(
      {},
      { beta: 0, learningRate: 0.3, architectureRate: 0.3 },
      120,
    );
    close({ weights, twin }, { weights: 0.5 * architecture, twin: -0.5 * architecture });
  });

  it("is a single level for a large beta, coupled implicitly", () => {
    const rates = { ...hyper, learningRate: 0.25, architectureRate: 0.25 };
    const { beta: _, ...alone } = rates;
    const single = trajectory(singleLevel(problem, descent), start, alone, 200);
    const found = after({ coupling: "implicit", order: "jacobi" }, { ...rates, beta: 1e6 }, 200);
    close(found, { weights: found.twin }, 5);
    close(found, { ...single }, 5);
    // For a moderate beta all end at the same point, however they are coupled.
    const moderate = { ...rates, beta: 2 };
    const end = after({}, moderate, 250);
    close(after({ coupling: "implicit" }, moderate, 250), end, 8);
    close(after({ coupling: "implicit", order: "jacobi" }, moderate, 250), end, 8);
  });

  it("lets weights follow and the architecture see the validation loss alone where lambda is 0", () => {
    const found = after({}, { lambda: 0 });
    close(found, {
      weights: start.weights,
      // beta (y - w) is 0 at the start.
      twin: start.weights - 0.1 * 2 * (start.weights + 0.5 * start.architecture),
    });
    const { twin } = found;
    const slope = 2 * 0.5 * (twin + 0.5 * start.architecture) + (start.architecture + 1);
    close(found, { architecture: start.architecture - 0.1 * slope });
    close(after({ architectureLosses: "validation" }, { lambda: 0 }), found);
  });

  it("keeps both networks equal for equal losses in the order of Jacobi", () => {
    const same = quadratics({ train: { p: 1, q: 0.5, r: 1, s: 1 }, val: { p: 1, q: 0.5, r: 1, s: 1 } });
    const search = rarts(same, { ...descent, order: "jacobi" });
    trajectory(search, start, { ...hyper, lambda: 1 }, 20, ({ weights, twin }) => expect(twin).toBe(weights));
  });

  it("drops the training loss from the architecture as an ablation", () => {
    const quick = { learningRate: 0.3, architectureRate: 0.3 };
    const both = after({}, quick, 200);
    const alone = after({ architectureLosses: "validation" }, quick, 200);
    // d/da L_val(y, a) = 0
    expect(Math.abs(2 * 0.5 * (alone.twin + 0.5 * alone.architecture) + alone.architecture + 1)).toBeLessThan(
      1e-9,
    );
    expect(Math.abs(both.architecture - alone.architecture)).toBeGreaterThan(0.1);
    expect(after({ architectureLosses: "validation", order: "jacobi" }, quick, 200).architecture).toBeCloseTo(
      alone.architecture,
      9,
    );
  });

  it("loses the pull towards a small training loss with a value function", () => {
    // min_w L_train = (a - 3)^2 / 2 pulls a to 3; the solution is that of L_val(w*(a), a), a = 1.
    const pulled = {
      trainLoss: (w: Tree, a: Tree) =>
        np.square((w as np.Array).sub((a as np.Array).ref)).add(np.square((a as np.Array).sub(3)).mul(0.5)),
      valLoss: solvableModel.valLoss,
    };
    const large = { lambda: 20, beta: 40, learningRate: 0.015, architectureRate: 0.015 };
    const end = (options: object) =>
      trajectory(rarts(pulled, { ...descent, ...options }), start, large, 500).architecture;
    expect(end({})).toBeGreaterThan(2);
    expect(end({ valueFunction: true })).toBeCloseTo(1, 1);
    expect(end({ valueFunction: true, order: "jacobi" })).toBeCloseTo(1, 1);
  });

  it("multiplies beta by a schedule of the steps made", () => {
    const scheduled = after({ betaSchedule: (count) => count.mul(2) }, {}, 2);
    // No coupling in the first step, twice beta in the second.
    const first = after({}, { beta: 0 });
    const w =
      first.weights - 0.1 * (1.5 * (first.weights - 0.5 * first.architecture) + (first.weights - first.twin));
    close(scheduled, { weights: w });
  });

  it("applies proximal steps to networks and architecture", () => {
    const found = after(
      {
        architectureProx: (a, { shrink }) => (a as np.Array).mul(shrink.ref),
        weightProx: (w) => (w as np.Array).add(1),
        // The name is known to the program because it is given to init.
      },
      { shrink: 0.25 },
    );
    const plain = after({});
    close(found, { weights: plain.weights + 1 });
    expect(Math.abs(found.architecture)).toBeLessThan(0.5);
  });

  it("warns of a coupling that can't be stable explicitly", () => {
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    const init = (coupling: "explicit" | "implicit", beta: number) =>
      rarts(problem, { ...descent, coupling, warn }).init(scalar(0), scalar(0), {
        hyper: { ...hyper, beta },
      });
    init("explicit", 9);
    init("implicit", 90);
    expect(warnings).toEqual([]);
    init("explicit", 11);
    expect(warnings[0]).toMatch(/learningRate \* beta is 1\.1.*use coupling: "implicit"/);
  });
});

describe("DARTS", () => {
  /** Two scalars a network, so that directions matter; not quadratic. */
  const problem = {
    trainLoss(w: Tree, a: Tree) {
      const [u, v] = w as np.Array[];
      const alpha = a as np.Array;
      return np
        .square(np.tanh(u.ref.mul(alpha.ref)).sub(v.ref))
        .add(np.square(u.add(v)).mul(0.5))
        .add(np.square(alpha));
    },
    valLoss(w: Tree, a: Tree) {
      const [u, v] = w as np.Array[];
      return np.square(
        np
          .sin(u)
          .add(v.mul(a as np.Array))
          .sub(1),
      );
    },
  };
  const from = (alpha: number, options: Parameters<typeof darts>[1], hyper = {}) => {
    const search = darts(problem, options);
    const all = { xi: 0.3, learningRate: 0.1, architectureRate: 1, ...hyper };
    const state = search.init([scalar(0.7), scalar(-0.4)], scalar(alpha), { hyper: all });
    const [next] = search.update(state, {}, {});
    return alpha - item(next.architecture);
  };
  const valAfterStep = (alpha: number, xi = 0.3): number => {
    const [u, v] = [0.7, -0.4];
    const t = Math.tanh(u * alpha);
    const gu = 2 * (t - v) * (1 - t * t) * alpha + (u + v);
    const gv = -2 * (t - v) + (u + v);
    return (Math.sin(u - xi * gu) + (v - xi * gv) * alpha - 1) ** 2;
  };

  it("of second order is the derivative of the validation loss after a step, exactly and by differences", () => {
    for (const alpha of [-0.8, 0.3, 1.2]) {
      const h = 1e-5;
      const slope = (valAfterStep(alpha + h) - valAfterStep(alpha - h)) / (2 * h);
      expect(from(alpha, { ...descent, order: 2 })).toBeCloseTo(slope, 6);
      const differences = from(alpha, { ...descent, order: 2, hypergradient: "finite-difference" });
      expect(Math.abs(differences - slope)).toBeLessThan(1e-4 * Math.abs(slope));
    }
  });

  it("is of first order where the inner step is 0; the inner step is the learning rate where not given", () => {
    const first = from(0.6, { ...descent, order: 1 });
    expect(from(0.6, { ...descent, order: 2 }, { xi: 0 })).toBeCloseTo(first, 12);
    const search = darts(problem, { ...descent, order: 2 });
    const state = search.init([scalar(0.7), scalar(-0.4)], scalar(0.6), {
      hyper: { learningRate: 0.3, architectureRate: 1 },
    });
    expect(0.6 - item(search.update(state, {}, {})[0].architecture)).toBeCloseTo(
      from(0.6, { ...descent, order: 2 }, { xi: 0.3 }),
      12,
    );
  });

  it("unrolls with momentum and weight decay as the authors' code does", () => {
    const unrolled = { momentum: 0.5, weightDecay: 0.25 };
    const run = darts(solvableModel, { ...descent, order: 2, unrolled });
    const hyper = { xi: 0.25, learningRate: 0.125, architectureRate: 0.0625 };
    const found = trajectory(run, start, hyper, 3);
    let [a, w, v] = [2, -2, 0];
    for (let i = 0; i < 3; i++) {
      const inner = w - 0.25 * (0.5 * v + 2 * (w - a) + 0.25 * w);
      // dL_val/da = w' - 2 + a dw'/da
      a -= 0.0625 * (inner - 2 + a * 0.5);
      const g = 2 * (w - a);
      v = 0.5 * v + g + 0.25 * w;
      w -= 0.125 * g;
    }
    close(found, { architecture: a, weights: w, velocity: v }, 12);
  });
});

describe("the implicit hypergradient", () => {
  it("is that of the bilevel problem of the solvable model: 2 (a - 1)", () => {
    const { compute } = implicitHypergradient(solvableModel);
    for (const a of [-1, 0.5, 2]) {
      const { gradient, valLoss, residual } = compute(scalar(a), scalar(a), {}, {});
      expect(item(gradient)).toBeCloseTo(2 * (a - 1), 12);
      expect(item(valLoss)).toBeCloseTo((a - 1) ** 2, 12);
      expect(residual).toBeLessThan(1e-6);
    }
  });

  it("is the derivative of ridge regression's validation error in the logarithms of its penalties", () => {
    // Two uncorrelated features: w_j = c_j / (1 + e^a_j), c the least-squares weights.
    const c = [1.5, -0.7];
    const target = [1, -0.2];
    const vector = (values: number[]) => np.array(Float64Array.from(values));
    const problem = {
      trainLoss: (w: Tree, a: Tree) =>
        np
          .square((w as np.Array).ref.sub(vector(c)))
          .add(np.exp(a as np.Array).mul(np.square(w as np.Array)))
          .sum()
          .mul(0.5),
      valLoss(w: Tree, a: Tree) {
        (a as np.Array).dispose();
        return np
          .square((w as np.Array).sub(vector(target)))
          .sum()
          .mul(0.5);
      },
    };
    const a = [0.3, -1];
    const w = c.map((v, j) => v / (1 + Math.exp(a[j])));
    const { compute } = implicitHypergradient(problem, { tolerance: 1e-12 });
    const found = compute(vector(w), vector(a), {}, {});
    const expected = w.map(
      (v, j) => ((v - target[j]) * (-c[j] * Math.exp(a[j]))) / (1 + Math.exp(a[j])) ** 2,
    );
    ((found.gradient as np.Array).js() as number[]).forEach((g, j) => {
      expect(g).toBeCloseTo(expected[j], 9);
    });
    expect(found.iterations).toBe(2);
  });

  it("refuses a training loss that isn't convex in the weights", () => {
    const saddle = {
      trainLoss: (w: Tree, a: Tree) =>
        np
          .square(w as np.Array)
          .neg()
          .mul(a as np.Array),
      valLoss: (w: Tree, a: Tree) => np.square((w as np.Array).sub(a as np.Array)),
    };
    expect(() => implicitHypergradient(saddle).compute(scalar(1), scalar(2), {}, {})).toThrow(
      /^curvature of the training loss: expected a finite number > 0, got -/,
    );
    expect(() => implicitHypergradient(saddle, { damping: Number.NaN })).toThrow(RangeError);
  });
});
