import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../../engine/differentiate.ts";
import { keyOf } from "../../engine/random.ts";
import { leavesOf, type Tree } from "../../engine/tree.ts";
import { crossEntropy } from "../../losses/index.ts";
import { adamw } from "../../optimizers/index.ts";
import { minibatches } from "../../training/batches.ts";
import { fit } from "../../training/fit.ts";
import { objectiveOf } from "../../training/objective.ts";
import { supervised } from "../../training/supervised.ts";
import { dense } from "./dense.ts";
import { embedding } from "./embedding.ts";
import { sequential } from "./sequential.ts";

const ids = (...values: number[]) => np.array(Int32Array.from(values));
const table = () =>
  np.array(
    Float32Array.from({ length: 8 }, (_, i) => 0.5 + i),
    { shape: [4, 2] },
  );
const layer = embedding({ vocabulary: 4, size: 2 });
const rowsOf = (table: np.Array, x: np.Array) =>
  layer.apply({ params: { table }, state: {} }, x, { training: false })[0];

describe("embedding", () => {
  it("has the sums of what arrives at each id as its gradient", () => {
    // Three consumers: weights of its own for each row, a constant (as of a plain sum), and a shape between.
    const arriving = [
      (rows: np.Array, c: np.Array) => rows.mul(c).sum(),
      (rows: np.Array, c: np.Array) => rows.sum().add(c.sum().mul(0)),
      (rows: np.Array, c: np.Array) => np.square(rows.reshape([2, -1]).mean(0).add(c.sum())).sum(),
    ];
    const chosen = [3, 0, 3, 3, 1, 0];
    const c = () =>
      np.array(
        Float32Array.from({ length: 12 }, (_, i) => 1 + 0.1 * i),
        { shape: [6, 2] },
      );
    for (const loss of arriving) {
      const run = compiledValueAndGrad((table: np.Array, x: np.Array, c: np.Array) =>
        loss(rowsOf(table, x), c),
      );
      const [, gradient] = run(table(), ids(...chosen), c());
      // The same loss of the rows themselves tells what arrives.
      const ofRows = compiledValueAndGrad((rows: np.Array, c: np.Array) => loss(rows, c));
      const [, cotangents] = ofRows(rowsOf(table(), ids(...chosen)), c());
      const sums = Array.from({ length: 4 }, () => [0, 0]);
      (cotangents.js() as number[][]).forEach((row, i) => {
        row.forEach((v, j) => {
          sums[chosen[i]][j] += v;
        });
      });
      (gradient.js() as number[][]).flat().forEach((v, i) => {
        expect(v).toBeCloseTo(sums.flat()[i], 4);
      });
    }
  });

  it("refuses ids outside its table where it sees them", () => {
    expect(() => rowsOf(table(), ids(0, 4))).toThrow("x of embedding(4, 2): expected ids from 0 to 3, got 4");
    expect(() => rowsOf(table(), ids(-1))).toThrow("x of embedding(4, 2): expected ids from 0 to 3, got -1");
    expect(() => rowsOf(table(), np.array([1, 2]))).toThrow(
      "x of embedding(4, 2): expected an int32 array of ids, got float32[2]",
    );
  });

  it("gives zeros and no gradient for them in a compiled program", () => {
    expect(jit(rowsOf)(table(), ids(-1, 1, 4, 9)).js()).toEqual([
      [0, 0],
      [2.5, 3.5],
      [0, 0],
      [0, 0],
    ]);
    const run = compiledValueAndGrad((table: np.Array, x: np.Array) => np.square(rowsOf(table, x)).sum());
    expect(run(table(), ids(-1, 4, 1))[1].js()).toEqual([
      [0, 0],
      [5, 7],
      [0, 0],
      [0, 0],
    ]);
  });

  it("of many ids learns in a compiled step which of them come with which class", async () => {
    const [vocabulary, rows, time] = [20_000, 96, 6];
    const model = sequential([
      embedding({ vocabulary, size: 8 }),
      (x) => x.mean(1),
      dense({ inputs: 8, outputs: 2 }),
    ]);
    const step = supervised({
      model,
      objective: objectiveOf(model, (f, y, { weights }) => crossEntropy(f, y, { weights })),
      optimizer: adamw(0.05),
    });
    // Ids of the lower half belong to class 0; few are met.
    const y = Int32Array.from({ length: rows }, (_, i) => i % 2);
    const x = Int32Array.from({ length: rows * time }, (_, i) => {
      const low = (i * 7919) % 50;
      return y[Math.floor(i / time)] === 0 ? low : vocabulary - 1 - low;
    });
    const batches = minibatches({ x, shape: [time], y, classes: 2, vocabulary }, { size: 40, seed: 1 });
    const losses: number[] = [];
    let state = step.init(keyOf(1));
    const start = (state.params as { table: np.Array }[])[0].table.ref.dataSync() as Float32Array;
    for (let epoch = 0; epoch < 8; epoch++)
      state = await fit({
        step,
        state,
        batches: batches.epoch(epoch),
        onMetrics: ({ loss }) => void losses.push(loss),
      });
    expect(losses.at(-1)).toBeLessThan(0.1);
    const [{ table }] = state.params as { table: np.Array }[];
    const after = table.ref.dataSync() as Float32Array;
    // What is never met is moved by nothing but weight decay.
    const moved = (id: number) => Math.abs(after[8 * id] - start[8 * id]);
    expect(moved(0)).toBeGreaterThan(0.1);
    expect(moved(10_000)).toBeLessThan(0.02);
    expect(leavesOf(state.params as Tree).every(({ dtype }) => dtype === np.float32)).toBe(true);
    step.dispose();
  });
});
