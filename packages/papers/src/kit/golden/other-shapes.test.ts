import { describe, expect, it } from "vitest";
import { adapters as ensloss } from "../../ensloss/golden/adapters.ts";
import { adapters as eqNet } from "../../eq-net/golden/adapters.ts";
import { adapters as piHcMoe } from "../../pi-hc-moe/golden/adapters.ts";
import { adapters as rdpo } from "../../rdpo/golden/adapters.ts";
import { adapters as ufFgtg } from "../../uf-fgtg/golden/adapters.ts";
import { compare } from "./compare.fixture.ts";

/*
 * Vectors of the same format have other shapes and parameters than those in this folder. Here some are made, with what is expected of
 * them computed in plain JavaScript.
 */

type Matrix = number[][];
const wave = (n: number, seed: number): number[] =>
  Array.from({ length: n }, (_, i) => Math.sin(1.7 * i * (1 + 0.13 * seed) + seed));
const rowsOf = (flat: number[], width: number): Matrix =>
  Array.from({ length: flat.length / width }, (_, i) => flat.slice(i * width, (i + 1) * width));
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, v, i) => sum + v * b[i], 0);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** x of `A x = b`, by elimination with pivots. */
function solve(A: Matrix, b: readonly number[]): number[] {
  const rows = A.map((row, i) => [...row, b[i]]);
  for (let k = 0; k < rows.length; k++) {
    const pivot = rows
      .slice(k)
      .reduce((best, row, i) => (Math.abs(row[k]) > Math.abs(rows[best][k]) ? k + i : best), k);
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (const [i, row] of rows.entries()) {
      if (i === k) continue;
      const factor = row[k] / rows[k][k];
      for (let j = k; j < row.length; j++) row[j] -= factor * rows[k][j];
    }
  }
  return rows.map((row, i) => row[rows.length] / row[i]);
}

interface Problem {
  B: Matrix;
  y: number[];
  kappa: number;
  ridge: number;
}

/** The objective `|u + kappa u^3 - y|^2 / 2 + |ridge w|^2 / 2` with `u = B w`: value, gradient, Hessian and what Gauss and Newton take for it. */
function inner({ B, y, kappa, ridge }: Problem, w: readonly number[]) {
  const u = B.map((row) => dot(row, w));
  const r = u.map((v, i) => v + kappa * v ** 3 - y[i]);
  const slope = u.map((v) => 1 + 3 * kappa * v ** 2);
  const matrix = (weights: number[]): Matrix =>
    w.map((_, j) =>
      w.map((_, k) => sum(B.map((row, i) => weights[i] * row[j] * row[k])) + (j === k ? ridge ** 2 : 0)),
    );
  return {
    value: (dot(r, r) + ridge ** 2 * dot(w, w)) / 2,
    gradient: w.map((v, j) => sum(B.map((row, i) => slope[i] * r[i] * row[j])) + ridge ** 2 * v),
    hessian: matrix(u.map((v, i) => slope[i] ** 2 + 6 * kappa * v * r[i])),
    gaussNewton: matrix(slope.map((s) => s ** 2)),
  };
}

/** The minimum, by steps of Gauss and Newton that lower the objective, and at last by Newton's, which see what rounding hides. */
function minimum(problem: Problem): number[] {
  let w = problem.B[0].map(() => 0);
  const moved = (step: number[], share: number): number[] => w.map((v, j) => v - share * step[j]);
  for (let i = 0; i < 60; i++) {
    const { value, gradient, gaussNewton } = inner(problem, w);
    const step = solve(gaussNewton, gradient);
    let share = 1;
    while (share > 1e-6 && inner(problem, moved(step, share)).value > value) share /= 2;
    w = moved(step, share);
  }
  for (let i = 0; i < 8; i++) {
    const { gradient, hessian } = inner(problem, w);
    w = moved(solve(hessian, gradient), 1);
  }
  return w;
}

/** Central differences of a number in every entry of a matrix. */
function differences(of: (B: Matrix) => number, B: Matrix, h = 1e-5): Matrix {
  const moved = (i: number, j: number, by: number): Matrix =>
    B.map((row, k) => (k === i ? row.map((v, l) => (l === j ? v + by : v)) : row));
  return B.map((row, i) => row.map((_, j) => (of(moved(i, j, h)) - of(moved(i, j, -h))) / (2 * h)));
}

const half = (u: readonly number[], target: readonly number[]): number =>
  sum(u.map((v, i) => (v - target[i]) ** 2)) / 2;

describe.each([
  [12, 4],
  [7, 2],
])("implicit layers of %d rows and %d unknowns", (rows, unknowns) => {
  const B = rowsOf(wave(rows * unknowns, 1), unknowns);
  const [y, target] = [wave(rows, 2), wave(rows, 3)];
  const options = { kappa: 0.4, ridge: 0.1 };

  it("have the minimum, the Hessians and the gradients of plain JavaScript", () => {
    const w = minimum({ B, y, ...options });
    const { value, hessian, gaussNewton } = inner({ B, y, ...options }, w);
    const outer = (b: Matrix, at: readonly number[]): number =>
      half(
        b.map((row) => dot(row, at)),
        target,
      );
    // What Gauss and Newton take for the Hessian H: dl/dB - d/dB (lambda . G) with H lambda = dl/dw.
    const byWeights = w.map((_, j) => sum(B.map((row, i) => (dot(row, w) - target[i]) * row[j])));
    const lambda = solve(gaussNewton, byWeights);
    const approximate = differences(
      (b) => outer(b, w) - dot(lambda, inner({ B: b, y, ...options }, w).gradient),
      B,
    );
    const expected = {
      w,
      innerObjective: value,
      hessian,
      gaussNewtonHessian: gaussNewton,
      outerLoss: outer(B, w),
      grad_B_exactImplicit: differences((b) => outer(b, minimum({ B: b, y, ...options })), B),
      grad_B_gaussNewtonImplicit: approximate,
    };
    const given = { ...options, w0: "zeros", residual: "as in the other vectors" };
    compare(piHcMoe.implicitLayer_generic({ B, y, target }, given, {}), expected, 1e-6, 1e-8, "expected");
    const elsewhere = { ...given, w0: w.map((v) => v + 0.01) };
    compare(piHcMoe.implicitLayer_generic({ B, y, target }, elsewhere, {}), expected, 1e-6, 1e-8, "expected");
  });

  it("of experts have those of each block", () => {
    const cut = Math.ceil(rows / 3);
    const rowBlocks = [
      [0, cut],
      [cut, 2 * cut],
      [2 * cut, rows],
    ] as const;
    const of = (b: Matrix) => {
      const weights = rowBlocks.map(([from, to]) =>
        minimum({ B: b.slice(from, to), y: y.slice(from, to), ...options }),
      );
      const u = rowBlocks.flatMap(([from, to], k) => b.slice(from, to).map((row) => dot(row, weights[k])));
      return { weights, u };
    };
    const { weights, u } = of(B);
    const expected = {
      weights,
      u,
      outerLoss: half(u, target),
      grad_B_exactImplicit: differences((b) => half(of(b).u, target), B),
    };
    const actual = piHcMoe.mixtureOfTwoExperts_generic({ B, y, target }, { ...options, rowBlocks }, {});
    compare(actual, expected, 1e-5, 1e-7, "expected");
  });
});

it("the medium of an equation is that of the options", () => {
  const medium = { D: 2e-3, porosity: 0.4, bulkDensity: 1500, freundlichK: 1e-3, freundlichN: 0.7 };
  const { porosity, bulkDensity, freundlichK, freundlichN } = medium;
  const C = ((1 - porosity) / porosity) * bulkDensity * freundlichK * freundlichN;
  const [u, u_t, u_xx] = [
    [0.2, 0.9],
    [0.01, -0.02],
    [3, -1],
  ];
  const value = u.map((v, i) => u_t[i] - (medium.D / (1 + C * (v + 1e-6) ** (freundlichN - 1))) * u_xx[i]);
  compare(
    piHcMoe.diffusionSorptionResidual({ u, u_t, u_xx }, medium, {}),
    { value },
    1e-9,
    1e-12,
    "expected",
  );
});

it("the pairs of words are those that the vectors ask for", () => {
  const inputs = {
    class_probs: [[0.2, 0.8]],
    text_embeddings: [[1, 0]],
    image_embeddings: [[1, 1]],
    rgb: [[[0, 0.5, 1]]],
    embeddings: [
      [1, 0],
      [0, 1],
    ],
    token_lists: [["a", "b", "a", "b", "a", "b"]],
  };
  // Three words of six in a row are a b a, b a b, a b a, b a b.
  compare(
    ufFgtg.metrics(inputs, { splits: 1 }, { distinct_3: 0 }),
    { distinct_3: 0.5 },
    1e-12,
    0,
    "expected",
  );
});

it("a rate of agreement may have many digits", () => {
  const agreement_rate = 0.612345678901;
  // Both of two judges err alike: 1 - 2 e (1 - e) of the pairs.
  const epsilon = (1 - Math.sqrt(2 * agreement_rate - 1)) / 2;
  compare(rdpo.epsilon_from_agreement({ agreement_rate }, {}, {}), { epsilon }, 1e-12, 1e-14, "expected");
});

it("every network between the most and the fewest bits has its term", () => {
  const [high, first, second, low] = [1, 2, 3, 4].map((seed) => rowsOf(wave(6, seed), 3));
  const labels = [0, 2];
  const inputs = { logitsHigh: high, logitsRandom: [first, second], logitsLow: low, labels };
  const found = eqNet.gpg_loss(inputs, { lambda_: 0, temperature: 1 }, {}) as { random: number };
  const entropy = (logits: Matrix): number =>
    sum(logits.map((row, i) => Math.log(sum(row.map(Math.exp))) - row[labels[i]])) / logits.length;
  expect(found.random).toBeCloseTo(entropy(first) + entropy(second), 12);
});

it("steps of an ensemble clip where the vectors say", () => {
  const inputs = {
    X: [[1], [-2]],
    labels: [1, 0],
    noise_per_step: [
      [-0.5, -1.5],
      [-0.1, -0.2],
      [-2, -0.4],
    ],
  };
  const steps = { lr: 0.5, momentum: 0.5, boxCoxLambda: 0, init: "zeros", tieBreak: "stable" };
  const trace = (options: object) => JSON.stringify(ensloss.ensLossSgd(inputs, { ...steps, ...options }, {}));
  expect(trace({ clip: 0.01 })).not.toBe(trace({ clip: 1 }));
});
