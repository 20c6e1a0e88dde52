import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { compiledValueAndGrad } from "../../engine/differentiate.ts";
import { keyOf } from "../../engine/random.ts";
import { disposeTree, leavesOf, refTree, type Tree } from "../../engine/tree.ts";
import type { Variables } from "../model.ts";
import { type ConformingLayer, floats, inputOf, startOf, titleOf, trained } from "./conformance.ts";

const numbers = (t: Tree): number[] => leavesOf(t).flatMap((x) => [...(x.ref.dataSync() as Float32Array)]);
const weightsOf = (rows: number) => np.array(Float32Array.from({ length: rows }, (_, i) => 1 + 0.1 * i));

/** Output and next state of a layer at its start. */
function applied(conforming: ConformingLayer, training: boolean, key = keyOf(9)): [np.Array, Tree] {
  const { layer, input } = conforming;
  return layer.apply(startOf(conforming), inputOf(conforming), {
    training,
    key,
    weights: weightsOf(input[0]),
  });
}

/** The tests that every layer passes. */
export function layersConform(layers: readonly ConformingLayer[]): void {
  describe.each(layers.map((each) => [titleOf(each), each] as const))("%s", (_, conforming) => {
    const { layer, input, output, ids, refused, draws = false } = conforming;

    it("starts the same from the same key", () => {
      const [a, b] = [layer.init(keyOf(3)), layer.init(keyOf(3))];
      expect(numbers([b.params, b.state])).toEqual(numbers([a.params, a.state]));
      disposeTree([a.params, a.state, b.params, b.state]);
    });

    it.each([true, false])(
      "gives outputs of its shape, and a state of the same shapes (training: %s)",
      (training) => {
        const start = startOf(conforming);
        const [y, state] = applied(conforming, training);
        expect(y.shape).toEqual(output);
        expect(y.dtype).toBe(np.float32);
        expect(numbers(y).every(Number.isFinite)).toBe(true);
        const shapes = (t: Tree) => leavesOf(t).map((x) => `${x.dtype}[${x.shape}]`);
        expect(shapes(state)).toEqual(shapes(start.state));
        disposeTree([y, state, start.params, start.state]);
      },
    );

    it(`${draws ? "draws" : "draws nothing"} while training, and nothing otherwise`, () => {
      const of = (training: boolean, seed: number) => {
        const [y, state] = applied(conforming, training, keyOf(seed));
        disposeTree(state);
        const values = numbers(y);
        y.dispose();
        return values;
      };
      expect(of(true, 1)).toEqual(of(true, 1));
      expect(JSON.stringify(of(true, 1)) === JSON.stringify(of(true, 2))).toBe(!draws);
      expect(of(false, 1)).toEqual(of(false, 2));
    });

    it("needs neither key nor weights outside training", () => {
      const run = () => layer.apply(startOf(conforming), inputOf(conforming), { training: false });
      const [with_, without] = [applied(conforming, false), run()];
      expect(numbers(without)).toEqual(numbers(with_));
      disposeTree([with_, without]);
    });

    it("computes the same compiled and eagerly", () => {
      const run = jit(((variables: Variables, x: np.Array, key: np.Array, weights: np.Array) =>
        layer.apply(variables, x, { training: true, key, weights })) as never) as unknown as ((
        ...args: unknown[]
      ) => [np.Array, Tree]) & { dispose(): void };
      const compiled = run(startOf(conforming), inputOf(conforming), keyOf(9), weightsOf(input[0]));
      const eager = applied(conforming, true);
      const expected = numbers(eager);
      numbers(compiled).forEach((v, i) => {
        expect(Math.abs(v - expected[i])).toBeLessThan(2e-5);
      });
      disposeTree([compiled, eager]);
      run.dispose();
    });

    it("consumes what it is given, and leaves nothing else alive", () => {
      const leak = leakOf(() => {
        const result = applied(conforming, true);
        numbers(result);
        disposeTree(result);
      });
      expect(leak).toBe(0);
      const given = [inputOf(conforming), keyOf(9), weightsOf(input[0])];
      const { params, state } = startOf(conforming);
      const [x, key, weights] = refTree(given);
      const result = layer.apply({ params: refTree(params), state: refTree(state) }, x, {
        training: true,
        key,
        weights,
      });
      numbers(result);
      disposeTree(result);
      const uses = [...given, ...leavesOf([params, state])].map(({ refCount }) => refCount);
      expect(new Set(uses)).toEqual(new Set([1]));
      disposeTree([given, params, state]);
    });

    it("has a compiled gradient without a leak", () => {
      const run = compiledValueAndGrad((variables: Tree, x: np.Array, key: np.Array, weights: np.Array) => {
        const [y, state] = layer.apply(variables as unknown as Variables, x, {
          training: true,
          key,
          weights,
        });
        disposeTree(state);
        return np.square(y).mul(floats(output)).sum();
      });
      const leak = leakOf(() => {
        const result = run(startOf(conforming) as never, inputOf(conforming), keyOf(9), weightsOf(input[0]));
        expect(numbers(result as Tree).every(Number.isFinite)).toBe(true);
        disposeTree(result as Tree);
      });
      expect(leak).toBe(0);
      run.dispose();
    });

    it("trains in a compiled step, whose loss falls", () => {
      const { losses, params } = trained(conforming);
      expect(losses.every(Number.isFinite)).toBe(true);
      if (params.length > 0) expect(losses[19]).toBeLessThan(losses[0]);
    });

    if (refused !== undefined) {
      it("refuses another shape by its name", () => {
        const { params, state } = startOf(conforming);
        const x = floats(refused);
        const run = () => layer.apply({ params, state }, x, { training: false });
        const first = layer.name.replace(/^(?:sequential|residual)\(/, "").split(/\(|\)/)[0];
        expect(run).toThrow(RangeError);
        expect(run).toThrow(/^x of \w+\(.*: expected shape \[.*\], got float32\[.*\]$/);
        expect(run).toThrow(`x of ${first}(`);
        expect(run).toThrow(`got float32[${refused.join(", ")}]`);
        disposeTree([params, state]);
      });
    }

    it(`refuses ${ids === undefined ? "integers" : "numbers that are no ids"}`, () => {
      const { params, state } = startOf(conforming);
      const wrong = ids === undefined ? np.zeros([...input], { dtype: np.int32 }) : floats(input);
      const run = () => layer.apply({ params, state }, wrong, { training: false });
      expect(run).toThrow(TypeError);
      expect(run).toThrow(
        ids === undefined ? /: expected a float array \[/ : /: expected an int32 array of ids/,
      );
      disposeTree([params, state]);
    });
  });
}
