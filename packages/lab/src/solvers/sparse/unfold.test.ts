import { numpy as np } from "@jax-js/jax";
import { compileWithJit, disposeTree, keyOf, refTree, type Tree } from "minimand/engine";
import { predictor } from "minimand/training";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { ista, runIteration, supervisedLoss, type Unfolded, unfold, unsupervisedLoss } from "./index.ts";
import { measure, peers, randomMatrix } from "./peers.fixture.ts";

const A = randomMatrix(12, 24, 1);
const { y, signals } = measure(A, 6, 2);
const layers = 4;

function applied(network: Unfolded, depth?: number | np.Array): number[][] {
  const variables = network.init(keyOf(0));
  const [x, state] = network.apply(variables, y(), { training: false, depth });
  disposeTree(state);
  return x.js() as number[][];
}
function expectClose(found: number[][], expected: number[][]): void {
  expect(found.length).toBe(expected.length);
  for (const [i, row] of found.entries())
    for (const [j, value] of row.entries()) expect(value).toBeCloseTo(expected[i][j], 5);
}
const estimate = async (make: (typeof peers)[number][1], iterations: number) =>
  (await runIteration(make(A), y(), { iterations })).x.js() as number[][];

describe.each(peers)("%s, unfolded", (_, make) => {
  const network = unfold({ ...make(A), layers });

  it("is the algorithm before it is trained, at every depth, given or traced", async () => {
    expectClose(applied(network), await estimate(make, layers));
    const traced = compileWithJit(
      ({ params, state }: { params: Tree; state: Tree }, y: np.Array, depth: np.Array) => {
        const [x, after] = network.apply({ params, state }, y, { training: true, depth });
        disposeTree(after);
        return x;
      },
    );
    for (const depth of [0, 1, 3, layers]) {
      const expected = await estimate(make, depth);
      expectClose(applied(network, depth), expected);
      expectClose(applied(network, np.array(depth)), expected);
      expectClose(traced(network.init(keyOf(0)), y(), depth as never).js() as number[][], expected);
    }
    traced.dispose();
  });

  it("tells its estimates from the first to the last", async () => {
    const all = network.trajectory(network.init(keyOf(0)), y());
    expect(all).toHaveLength(layers + 1);
    for (const [t, x] of all.entries()) expectClose(x.js() as number[][], applied(network, t));
  });

  it("runs compiled as any model does, and leaves nothing behind", () => {
    const predict = predictor(network);
    const { params, state } = network.init(keyOf(0));
    expectClose(predict(params, state, y()).js() as number[][], applied(network));
    expect(leakOf(() => predict(params, state, y()).dispose())).toBe(0);
    predict.dispose();
    expect(
      leakOf(() => disposeTree(network.trajectory({ params: refTree(params), state: refTree(state) }, y()))),
    ).toBe(0);
    for (const depth of [2, undefined])
      expect(
        leakOf(() =>
          disposeTree(
            network.apply({ params: refTree(params), state: refTree(state) }, y(), {
              training: false,
              depth,
            }),
          ),
        ),
      ).toBe(0);
    const traced = () => np.array(2);
    expect(
      leakOf(() =>
        disposeTree(
          network.apply({ params: refTree(params), state: refTree(state) }, y(), {
            training: false,
            depth: traced(),
          }),
        ),
      ),
    ).toBe(0);
  });
});

describe("unfolding", () => {
  it("takes any iteration: heavy-ball descent, with a state of two arrays and parameters of its own", () => {
    const network = unfold({
      layer({ x, v }: { x: np.Array; v: np.Array }, { y, system: { scale } }, { step, friction }) {
        const next = v.mul(friction).add(y.sub(x.ref).mul(scale).mul(step));
        return { x: x.add(next.ref), v: next };
      },
      start({ y, system }) {
        disposeTree(system);
        return { x: np.zeros(y.shape), v: y.mul(0) };
      },
      output({ x, v }) {
        v.dispose();
        return x;
      },
      system: { scale: { shape: [2], data: Float32Array.of(1, 2) } },
      parameters: (t) => ({ step: 0.1 * (t + 1), friction: 0.5 }),
      layers: 2,
    });
    const { params, state } = network.init(keyOf(0));
    const [x] = network.apply({ params, state }, np.array([[1, 1]]), { training: false });
    // First 0.1 and 0.2; then half of that and a fifth of what is missing, once and twice.
    const found = (x.js() as number[][])[0];
    expect(found[0]).toBeCloseTo(0.1 + 0.05 + 0.2 * 0.9, 6);
    expect(found[1]).toBeCloseTo(0.2 + 0.1 + 0.4 * 0.8, 6);
  });

  it("refuses depths that it has not, and start parameters that differ in shape", () => {
    const network = unfold({ ...ista(A, { lambda: 0.1 }), layers });
    expect(() => applied(network, 5)).toThrow("depth: expected an integer >= 0 and <= 4, got 5");
    const uneven = unfold({
      layer: (x: np.Array) => x,
      parameters: (t) => ({ w: { shape: [t + 1], data: new Float32Array(t + 1) } }),
      layers: 2,
    });
    expect(() => uneven.init(keyOf(0))).toThrow("parameters(1).w: expected shape [1]");
    const missing = unfold({
      layer: (x: np.Array) => x,
      parameters: (t) => (t === 0 ? { w: 1 } : ({} as { w: number })),
      layers: 2,
    });
    expect(() => missing.init(keyOf(0))).toThrow(
      "parameters(1).w: expected a number or tensor, got undefined",
    );
    expect(() => unfold({ layer: null as never, parameters: {}, layers: 1 })).toThrow(
      "unfold.layer: expected a function, got null",
    );
  });

  it("refuses systems and parameters that are no tensors, with their names", () => {
    const identity = { layer: (x: np.Array) => x, parameters: { w: 1 }, layers: 1 };
    const nested = { S: [[1, 2]] as never };
    expect(() => unfold({ ...identity, system: nested })).toThrow(
      "unfold.system.S: expected { shape, data } with a typed array as data, got an array of length 1",
    );
    const short = { S: { shape: [2, 2], data: new Float32Array(3) } };
    expect(() => unfold({ ...identity, system: short })).toThrow(
      "unfold.system.S.data: expected 4 numbers, of shape [2, 2], got Float32Array(3)",
    );
    const listed = unfold({ ...identity, parameters: { w: [1, 2] as never } });
    expect(() => listed.init(keyOf(0))).toThrow("parameters(0).w: expected { shape, data }");
  });
});

describe("the losses", () => {
  const network = unfold({ ...ista(A, { lambda: 0.1 }), layers });
  const data = () => ({
    y: y(),
    signals: signals(),
    system: network.init(keyOf(0)).state as { [name: string]: np.Array },
  });

  it("are the error of the estimate, and the objective, which doesn't look at signals", async () => {
    const { x, objectives } = await runIteration(ista(A, { lambda: 0.1 }), y(), { iterations: layers });
    const known = signals().js() as number[][];
    const found = supervisedLoss(x.ref, data()).js() as number[];
    const rows = x.ref.js() as number[][];
    for (const [i, value] of found.entries())
      expect(value).toBeCloseTo(
        rows[i].reduce((sum, v, j) => sum + (v - known[i][j]) ** 2, 0),
        5,
      );
    const loss = unsupervisedLoss(network);
    const own = loss(x.ref, data()).js() as number[];
    for (const [i, value] of own.entries()) expect(value).toBeCloseTo(objectives![layers][i], 5);
    expect(loss(x, { ...data(), signals: np.zeros([6, 24]) }).js()).toEqual(own);
  });

  it("refuse signals of another shape than the estimate, which would be broadcast", () => {
    for (const wrong of [np.zeros([24]), np.zeros([6, 1])])
      expect(() => supervisedLoss(np.zeros([6, 24]), { ...data(), signals: wrong })).toThrow(
        "signals: expected shape [6, 24], got float32",
      );
  });

  it("without signals needs an objective", () => {
    const without = unfold({ layer: (x: np.Array) => x, parameters: {}, name: "identity", layers: 1 });
    expect(() => unsupervisedLoss(without)).toThrow(
      'network: expected an unfolded iteration with an objective, got "identity"',
    );
  });
});
