import { numpy as np } from "@jax-js/jax";
import { NonFiniteError } from "minimand/training";
import { describe, expect, it } from "vitest";
import { asyncLeakOf } from "../../../../../test/support/leaks.ts";
import {
  fista,
  type Iteration,
  iht,
  ista,
  lipschitzConstant,
  lista,
  type Matrix,
  runIteration,
  sparseObjective,
  tista,
  unfold,
} from "./index.ts";
import { measure, peers, randomMatrix } from "./peers.fixture.ts";

const A = randomMatrix(12, 24, 1);
const { y, signals } = measure(A, 6, 2);
const single: Matrix = { shape: [1, 1], data: Float32Array.of(1) };

async function estimate(iteration: Iteration, iterations: number, given = y()): Promise<number[][]> {
  return (await runIteration(iteration, given, { iterations })).x.js() as number[][];
}
function expectClose(found: number[][], expected: number[][], digits = 5): void {
  expect(found.length).toBe(expected.length);
  found.forEach((row, i) => {
    row.forEach((value, j) => {
      expect(value).toBeCloseTo(expected[i][j], digits);
    });
  });
}
const meanOf = (values: Float64Array): number => values.reduce((a, b) => a + b) / values.length;
const errorOf = (found: number[][]): number => {
  const known = signals().js() as number[][];
  return found.flat().reduce((sum, v, i) => sum + (v - known.flat()[i]) ** 2, 0) / found.flat().length;
};

describe.each(peers)("%s", (_, make) => {
  it("starts at 0, and gives each example what it gives it alone", async () => {
    expect((await estimate(make(A), 0)).flat().every((v) => v === 0)).toBe(true);
    const all = await estimate(make(A), 7);
    const rows = y().js() as number[][];
    for (const i of [0, 4]) expectClose([all[i]], await estimate(make(A), 7, np.array([rows[i]])), 5);
    const { x } = await runIteration(make(A), np.array(rows[2]), { iterations: 7 });
    expect(x.shape).toEqual([24]);
    expectClose([x.js() as number[]], [all[2]], 5);
  });

  it("permutes signals as the columns of the matrix are permuted", async () => {
    const order = Array.from({ length: 24 }, (_, j) => (j * 7 + 3) % 24);
    const data = A.data.map((_, at) => A.data[24 * Math.floor(at / 24) + order[at % 24]]);
    const found = await estimate(make({ shape: A.shape, data } as Matrix), 5);
    const plain = await estimate(make(A), 5);
    expectClose(
      found,
      plain.map((row) => order.map((j) => row[j])),
      4,
    );
  });

  it("refuses measurements of another length or dtype", async () => {
    const run = (given: np.Array) => runIteration(make(A), given, { iterations: 1 });
    await expect(run(np.array([[1, 2, 3]]))).rejects.toThrow(
      "y: expected a float array [batch, 12], got float32[1, 3]",
    );
    await expect(run(np.zeros([2, 12], { dtype: np.float64 }))).rejects.toThrow(
      "y: expected an array of the dtype of A, float32, got float64[2, 12]",
    );
    await expect(run(np.zeros([2, 12], { dtype: np.int32 }))).rejects.toThrow(
      "y: expected a float array [batch, 12], got int32[2, 12]",
    );
  });

  it("leaves nothing behind", async () => {
    expect(
      await asyncLeakOf(async () => {
        (await runIteration(make(A), y(), { iterations: 3 })).x.dispose();
      }),
    ).toBe(0);
    const refused = () => runIteration(make(A), np.array([[1, 2, 3]]), { iterations: 3 });
    expect(await asyncLeakOf(() => refused().catch(() => null))).toBe(0);
  });
});

describe("ista", () => {
  it("never raises its objective with the step 1 / L, and tells it as sparseObjective does", async () => {
    const { x, objectives } = await runIteration(ista(A, { lambda: 0.1 }), y(), { iterations: 60 });
    expect(objectives).toHaveLength(61);
    for (let t = 0; t < 60; t++)
      for (let i = 0; i < 6; i++) expect(objectives![t + 1][i]).toBeLessThan(objectives![t][i] + 1e-6);
    const again = sparseObjective(x, np.array(A.data.slice(), { shape: [12, 24] }), y(), {
      lambda: 0.1,
      penalty: "l1",
    });
    (again.js() as number[]).forEach((value, i) => {
      expect(value).toBeCloseTo(objectives![60][i], 5);
    });
    const rows = y().js() as number[][];
    expect(objectives![0][0]).toBeCloseTo(rows[0].reduce((sum, v) => sum + v * v, 0) / 2, 5);
  });

  it("ends where the conditions of optimality hold, whatever the step", async () => {
    const lambda = 0.1;
    const found = await estimate(ista(A, { lambda }), 3000);
    const rows = y().js() as number[][];
    found.forEach((x, i) => {
      const residual = rows[i].map(
        (v, r) => v - x.reduce((sum, own, j) => sum + A.data[24 * r + j] * own, 0),
      );
      x.forEach((own, j) => {
        const slope = residual.reduce((sum, v, r) => sum + A.data[24 * r + j] * v, 0);
        if (own === 0) expect(Math.abs(slope)).toBeLessThan(lambda + 1e-3);
        else expect(slope).toBeCloseTo(lambda * Math.sign(own), 3);
      });
    });
    const slower = await estimate(ista(A, { lambda, stepSize: 0.6 / lipschitzConstant(A) }), 5000);
    expectClose(slower, found, 3);
  });

  it("stays at 0 for a lambda beyond every slope", async () => {
    const rows = y().js() as number[][];
    const slopes = rows.flatMap((row) =>
      Array.from({ length: 24 }, (_, j) =>
        Math.abs(row.reduce((sum, v, r) => sum + A.data[24 * r + j] * v, 0)),
      ),
    );
    const beyond = await estimate(ista(A, { lambda: Math.max(...slopes) * 1.001 }), 20);
    expect(beyond.flat().every((v) => v === 0)).toBe(true);
    const below = await estimate(ista(A, { lambda: Math.max(...slopes) * 0.9 }), 20);
    expect(below.flat().some((v) => v !== 0)).toBe(true);
  });

  it("scales with measurements and lambda together", async () => {
    const plain = await estimate(ista(A, { lambda: 0.1 }), 9);
    const scaled = await estimate(ista(A, { lambda: 0.3 }), 9, y().mul(3));
    expectClose(
      scaled,
      plain.map((row) => row.map((v) => 3 * v)),
      4,
    );
  });

  it("of one number with a step of 1 is exact after one iteration", async () => {
    const { x, objectives } = await runIteration(ista(single, { lambda: 0.5 }), np.array([[2]]), {
      iterations: 1,
    });
    expect(x.js()).toEqual([[1.5]]);
    expect(objectives![1][0]).toBeCloseTo(0.875, 6);
  });
});

describe("fista", () => {
  it("comes to the same minimum in fewer iterations", async () => {
    const slow = await runIteration(ista(A, { lambda: 0.1 }), y(), { iterations: 2000 });
    const fast = await runIteration(fista(A, { lambda: 0.1 }), y(), { iterations: 400 });
    const least = meanOf(slow.objectives!.at(-1)!);
    expect(meanOf(fast.objectives!.at(-1)!)).toBeCloseTo(least, 4);
    const needed = ({ objectives }: typeof slow) =>
      objectives!.findIndex((values) => meanOf(values) < 1.01 * least);
    expect(needed(fast)).toBeLessThan(0.7 * needed(slow));
    slow.x.dispose();
    fast.x.dispose();
  });
});

describe("iht", () => {
  it("never raises its objective with a step below 1 / L", async () => {
    const iteration = iht(A, { lambda: 0.05, stepSize: 0.99 / lipschitzConstant(A) });
    const { objectives } = await runIteration(iteration, y(), { iterations: 60 });
    for (let t = 0; t < 60; t++)
      for (let i = 0; i < 6; i++) expect(objectives![t + 1][i]).toBeLessThan(objectives![t][i] + 1e-6);
  });

  it("scales with measurements, and lambda by the square", async () => {
    const plain = await estimate(iht(A, { lambda: 0.05 }), 9);
    const scaled = await estimate(iht(A, { lambda: 0.2 }), 9, y().mul(2));
    expectClose(
      scaled,
      plain.map((row) => row.map((v) => 2 * v)),
      4,
    );
  });

  it("of one number keeps or drops it by the exact cost", async () => {
    const { x, objectives } = await runIteration(iht(single, { lambda: 0.5 }), np.array([[2], [0.9]]), {
      iterations: 1,
    });
    expect((x.js() as number[][]).flat()).toEqual([2, 0]);
    expect(objectives![1][0]).toBeCloseTo(0.5, 6);
    expect(objectives![1][1]).toBeCloseTo(0.405, 6);
  });

  it("with a fixed number of entries has no more of them, and lowers the error among such signals", async () => {
    const { x, objectives } = await runIteration(
      iht(A, { sparsity: 5, stepSize: 0.99 / lipschitzConstant(A) }),
      y(),
      { iterations: 80 },
    );
    for (const row of x.js() as number[][]) expect(row.filter((v) => v !== 0).length).toBe(5);
    for (let t = 1; t < 80; t++)
      expect(meanOf(objectives![t + 1])).toBeLessThan(meanOf(objectives![t]) + 1e-6);
  });

  it("takes one of lambda and sparsity", () => {
    expect(() => iht(A, {} as never)).toThrow('iht: expected one of lambda and sparsity, got "none"');
    expect(() => iht(A, { lambda: 1, sparsity: 2 } as never)).toThrow(
      'iht: expected one of lambda and sparsity, got "both"',
    );
    expect(() => iht(A, { sparsity: 25 })).toThrow("sparsity: expected an integer >= 1 and <= 24, got 25");
  });
});

describe("lista", () => {
  it("is ista before it is trained", async () => {
    const [before, plain] = [lista(A, { lambda: 0.1 }), ista(A, { lambda: 0.1 })];
    expectClose(await estimate(before, 8), await estimate(plain, 8), 4);
  });
});

describe("tista", () => {
  it("comes closer to the signals than ista does in as many iterations, untrained", async () => {
    const iteration = tista(A, { probability: 0.2, noiseVariance: 0.0025 });
    const own = errorOf(await estimate(iteration, 15));
    expect(own).toBeLessThan(0.5 * errorOf(await estimate(ista(A, { lambda: 0.1 }), 15)));
  });

  it("without noise sees through a square matrix at once", async () => {
    const square = randomMatrix(10, 10, 5);
    const own = measure(square, 4, 6, { noise: 0 });
    const found = await estimate(tista(square, { probability: 0.2, noiseVariance: 0 }), 2, own.y());
    expectClose(found, own.signals().js() as number[][], 3);
  });
});

describe("running an iteration", () => {
  it("says after which one a value isn't finite", async () => {
    const exploding: Iteration<np.Array> = {
      layer(x, { y, system }, { factor }) {
        y.dispose();
        for (const array of Object.values(system)) array.dispose();
        return x.mul(factor);
      },
      parameters: (t) => ({ factor: t < 2 ? 2 : 1e30 }),
    };
    const run = runIteration(exploding, np.array([[1, 2]]), { iterations: 9 });
    const error = await run.catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NonFiniteError);
    expect((error as NonFiniteError).step).toBe(2);
  });

  it("has no objectives where the iteration has none", async () => {
    const { objectives, x } = await runIteration(tista(A, { probability: 0.2, noiseVariance: 0.01 }), y(), {
      iterations: 2,
    });
    expect(objectives).toBeNull();
    x.dispose();
  });

  it("stops where it is told to", async () => {
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await expect(runIteration(ista(A, { lambda: 0.1 }), y(), { iterations: 2, signal })).rejects.toBe(reason);
  });

  it("refuses what is no iteration, and counts that are none", async () => {
    const run = (iteration: unknown, iterations: number) =>
      runIteration(iteration as Iteration, y(), { iterations });
    await expect(run({}, 1)).rejects.toThrow("iteration.layer: expected a function, got undefined");
    await expect(run(ista(A, { lambda: 0 }), -1)).rejects.toThrow(
      "iterations: expected an integer >= 0, got -1",
    );
    expect(() => ista(A, { lambda: -1 })).toThrow("lambda: expected a finite number >= 0, got -1");
    expect(() => ista(A, { lambda: 1, stepSize: 0 })).toThrow(
      "stepSize: expected a finite number > 0, got 0",
    );
    expect(() => unfold({ ...ista(A, { lambda: 1 }), layers: 0 })).toThrow(
      "layers: expected an integer >= 1, got 0",
    );
  });
});

describe("the objective of sparse recovery", () => {
  it("refuses arrays that don't fit together, and other penalties", () => {
    const of =
      (x: np.Array, y: np.Array, penalty = "l1") =>
      () =>
        sparseObjective(x, np.zeros([2, 3]), y, { lambda: 1, penalty: penalty as "l1" });
    expect(of(np.zeros([1, 2]), np.zeros([1, 2]))).toThrow("x: expected shape [1, 3], got float32[1, 2]");
    expect(of(np.zeros([1, 3]), np.zeros([2, 2]))).toThrow("y: expected shape [1, 2], got float32[2, 2]");
    expect(of(np.zeros([1, 3]), np.zeros([1, 2]), "l2")).toThrow(
      'penalty: expected one of "l1", "l0", got "l2"',
    );
  });
});
