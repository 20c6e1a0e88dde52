import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { disposeTree, leavesOf, type Tree } from "../engine/tree.ts";
import { flat } from "../models/flat.ts";
import { mlp } from "../models/mlp.ts";
import { adamw } from "./adam.ts";
import { flatTransformation } from "./flat.ts";
import { muon, scaleByMuon } from "./muon.ts";
import { constantSchedule } from "./schedules.ts";
import type { GradientTransformation } from "./transformation.ts";

type Matrix = number[][];
const array = (rows: Matrix) =>
  np.array(Float64Array.from(rows.flat()), { shape: [rows.length, rows[0].length] });
const matrixOf = (x: np.Array): Matrix => x.ref.js() as Matrix;
const some = (rows: number, columns: number, phase: number): Matrix =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => Math.sin(3 * i + 5 * j * (i + 1) + phase) * (1 + i)),
  );
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0].map((_, j) => row.reduce((s, x, k) => s + x * b[k][j], 0)));
const transposed = (a: Matrix): Matrix => a[0].map((_, j) => a.map((row) => row[j]));
const combined = (a: number, x: Matrix, b: number, y: Matrix): Matrix =>
  x.map((row, i) => row.map((v, j) => a * v + b * y[i][j]));

/** Newton and Schulz by Jordan's coefficients, on the wide side. */
function orthogonal(g: Matrix, steps: number): Matrix {
  if (g.length > g[0].length) return transposed(orthogonal(transposed(g), steps));
  const norm = Math.hypot(...g.flat());
  let x = g.map((row) => row.map((v) => v / norm));
  for (let i = 0; i < steps; i++) {
    const gram = product(x, transposed(x));
    const inner = combined(-4.775, gram, 2.0315, product(gram, gram));
    x = combined(3.4445, x, 1, product(inner, x));
  }
  return x;
}

/** The updates of some steps. */
function follow(optimizer: GradientTransformation, params: () => Tree, gradients: (() => Tree)[]): Tree[] {
  let state = optimizer.init(params());
  return gradients.map((gradient) => {
    const [updates, next] = optimizer.update(gradient(), state, params());
    state = next;
    return updates;
  });
}

const close = (actual: Matrix, expected: Matrix, digits = 9) =>
  actual.flat().forEach((x, i) => {
    expect(x).toBeCloseTo(expected.flat()[i], digits);
  });

describe("muon", () => {
  const gradients = [1, 2, 3].map((phase) => some(2, 5, phase));

  it.each([
    { nesterov: true, momentum: 0.95, steps: 5, adjust: "original", length: Math.sqrt(5 / 2) },
    { nesterov: false, momentum: 0.8, steps: 3, adjust: "match-rms", length: 0.2 * Math.sqrt(5) },
  ] as const)("moves matrices along their orthogonal momentum, %o", ({ length, ...options }) => {
    const weights = some(2, 5, 9);
    const found = follow(
      muon(0.02, { ...options, weightDecay: 0.1 }),
      () => ({ w: array(weights) }),
      gradients.map((g) => () => ({ w: array(g) })),
    );
    let v = gradients[0].map((row) => row.map(() => 0));
    found.forEach((updates, t) => {
      v = combined(options.momentum, v, 1, gradients[t]);
      const looked = options.nesterov ? combined(options.momentum, v, 1, gradients[t]) : v;
      const step = combined(-0.02 * length, orthogonal(looked, options.steps), -0.02 * 0.1, weights);
      close(matrixOf((updates as { w: np.Array }).w), step);
    });
  });

  it.each([
    [4, 4],
    [3, 12],
    [12, 3],
  ])("makes steps whose singular values are near 1, for matrices %d x %d", (rows, columns) => {
    const params = () => array(some(rows, columns, 2));
    const [updates] = follow(muon(1), params, [() => array(some(rows, columns, 0.3))]);
    const scale = Math.sqrt(Math.max(1, columns / rows));
    const x = matrixOf(updates as np.Array).map((row) => row.map((v) => v / scale));
    const gram = rows <= columns ? product(x, transposed(x)) : product(transposed(x), x);
    const [values, vectors] = np.linalg.eigh(array(gram));
    vectors.dispose();
    for (const value of values.dataSync()) {
      expect(Math.sqrt(value)).toBeGreaterThan(0.65);
      expect(Math.sqrt(value)).toBeLessThan(1.25);
    }
  });

  it("gives all that is no matrix, and matrices left out, to adamw with its own learning rate", () => {
    const params = () => ({
      body: array(some(2, 3, 1)),
      head: array(some(3, 2, 2)),
      bias: np.array(Float64Array.of(1, 2)),
    });
    const gradient = () => ({
      body: array(some(2, 3, 4)),
      head: array(some(3, 2, 5)),
      bias: np.array(Float64Array.of(0.3, -4)),
    });
    const own = muon(constantSchedule(0.02), {
      matrices: (_, path) => path !== "head",
      adam: { learningRate: 1e-3, b2: 0.95 },
    });
    type Parts = { body: np.Array; head: np.Array; bias: np.Array };
    const mixed = follow(own, params, [gradient, gradient])[1] as Parts;
    const adam = follow(adamw(1e-3, { b2: 0.95, weightDecay: 0 }), params, [gradient, gradient])[1] as Parts;
    expect(matrixOf(mixed.head)).toEqual(matrixOf(adam.head));
    expect(matrixOf(mixed.bias)).toEqual(matrixOf(adam.bias));
    expect(matrixOf(mixed.body)).not.toEqual(matrixOf(adam.body));
    const plain = follow(muon(1e-3, { weightDecay: 0.1 }), params, [gradient])[0] as Parts;
    const decayed = follow(adamw(1e-3, { weightDecay: 0.1 }), params, [gradient])[0] as Parts;
    expect(matrixOf(plain.bias)).toEqual(matrixOf(decayed.bias));
  });

  it("sees the layers of a flat model's vector through flatTransformation", () => {
    const vector = flat(mlp({ inputs: 3, hidden: [4], outputs: 2 }));
    const { params, state } = vector.init(np.array(new Uint32Array([0, 7])));
    disposeTree(state);
    const start = params as np.Array;
    const gradient = () => start.ref.mul(start.ref).add(start.ref.mul(0.1));
    const optimizer = muon(0.1, { adjust: "match-rms" });
    const whole = follow(flatTransformation(vector, optimizer), () => start.ref, [gradient, gradient]);
    const parts = follow(optimizer, () => vector.unflatten(start.ref), [
      () => vector.unflatten(gradient()),
      () => vector.unflatten(gradient()),
    ]);
    whole.forEach((updates, i) => {
      const expected = leavesOf(parts[i]).flatMap((leaf) => [...leaf.dataSync()]);
      [...(updates as np.Array).dataSync()].forEach((x, j) => {
        expect(x).toBeCloseTo(expected[j], 12);
      });
    });
  });

  it("refuses other arrays as its own, unknown options, and numbers outside of their ranges", () => {
    expect(() => scaleByMuon().init({ b: np.zeros([3]) })).toThrow(
      "params: expected matrices alone, got float32[3]",
    );
    expect(() => muon(0.1).init(np.zeros([30]))).toThrow(
      "params: expected at least one matrix (a flat model's vector: flatTransformation), got float32[30]",
    );
    expect(() => muon(0.1, { steps: 0 })).toThrow("steps: expected an integer >= 1, got 0");
    expect(() => muon(0.1, { momentum: 1 })).toThrow(/^momentum: /);
    expect(() => muon(0.1, { adjust: "rms" as never })).toThrow(
      'adjust: expected one of "original", "match-rms"',
    );
    expect(() => muon(0.1, { ns_steps: 3 } as object)).toThrow(/^muon: expected only the options/);
  });
});
