import { numpy as np } from "@jax-js/jax";
import { compileWithJit, disposeTree, leavesOf, randomSource, refTree, type Tree } from "minimand/engine";
import { applyUpdates, type GradientTransformation } from "minimand/optimizers";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { asTransform } from "./as-transform.ts";
import { ballDomain } from "./domains/ball-domain.ts";
import type { Domain } from "./domains/domain.ts";
import { dynamicEnsemble } from "./learners/dynamic-ensemble.ts";
import { optimisticOmdExpConcave } from "./learners/exp-concave.ts";
import { oftrl } from "./learners/oftrl.ts";
import { optimisticOmd } from "./learners/optimistic-omd.ts";
import { G, gradients } from "./learners.fixture.ts";
import type { OnlineLearner } from "./online-learner.ts";
import { optimisticDescent } from "./optimistic-descent.ts";

const start = [0.1, -0.2, 0.3];
const tree = (values: ArrayLike<number>): Tree => ({
  a: np.array(Float32Array.from([values[0], values[1]]), { shape: [1, 2] }),
  b: np.array(Float32Array.from([values[2]])),
});
const numbers = (t: Tree): number[] => leavesOf(t).flatMap((leaf) => [...leaf.ref.dataSync()]);

const all = gradients(30, randomSource(7), 0);

/** Parameters before each gradient. */
function trained(optimizer: GradientTransformation, compiled: boolean): number[][] {
  const step = (params: Tree, state: Tree, gradient: Tree): Tree[] => {
    const [updates, next] = optimizer.update(gradient, state, refTree(params));
    return [applyUpdates(params, updates), next];
  };
  const program = compiled ? compileWithJit(step as never) : null;
  const run = (program ?? step) as typeof step;
  let params = tree(start);
  let state = optimizer.init(params);
  const seen = all.map((g) => {
    const now = numbers(params);
    [params, state] = run(params, state, tree(g));
    return now;
  });
  disposeTree([params, state]);
  program?.dispose();
  return seen;
}

function played(learner: OnlineLearner): number[][] {
  return all.map((g) => {
    const x = [...learner.predict()];
    learner.update(Float32Array.from(g));
    return x;
  });
}

function expectClose(a: number[][], b: number[][]): void {
  a.flat().forEach((v, i) => {
    expect(v).toBeCloseTo(b.flat()[i], 5);
  });
}

const around = (x0: Float64Array): Domain => ballDomain(3, 0.8, x0);
const first = Float64Array.from(Float32Array.from(start));

describe("a learner as an optimizer", () => {
  it.each([
    ["optimisticOmd", (x0: Float64Array) => optimisticOmd({ domain: around(x0), G: 2 * G, x0 })],
    [
      "optimisticOmdExpConcave",
      (x0: Float64Array) => optimisticOmdExpConcave({ domain: around(x0), G: 2 * G, alpha: 0.2, x0 }),
    ],
    [
      "dynamicEnsemble",
      (x0: Float64Array) => dynamicEnsemble({ domain: around(x0), G: 2 * G, L: 0.05, horizon: 30, x0 }),
    ],
    ["oftrl", (x0: Float64Array) => oftrl({ domain: around(x0), nu: 0.5, x0 })],
  ])("%s leads the parameters through its decisions", (_, make) => {
    expectClose(trained(asTransform(make), false), played(make(first)));
  });

  it("can have one for each array", () => {
    const make = (x0: Float64Array) =>
      optimisticOmd({ domain: ballDomain(x0.length, 0.5, x0), G: 2 * G, x0 });
    const parts = [first.slice(0, 2), first.slice(2)].map(make);
    const seen = all.map((g) => {
      const x = parts.flatMap((learner) => [...learner.predict()]);
      parts.forEach((learner, i) => {
        learner.update(Float32Array.from(g.slice(2 * i, i === 0 ? 2 : 3)));
      });
      return x;
    });
    expectClose(trained(asTransform(make, { per: "array" }), false), seen);
    expect(() => asTransform(make, { per: "leaf" as never })).toThrow('per: expected one of "all", "array"');
  });

  it("leaves nothing alive, and keeps an old state usable", () => {
    const optimizer = asTransform((x0) => optimisticOmd({ domain: around(x0), G: 2 * G, x0 }));
    expect(
      leakOf(() => {
        const params = tree(start);
        const [updates, state] = optimizer.update(tree(all[0]), optimizer.init(params), params);
        numbers(updates);
        disposeTree([updates, state]);
      }),
    ).toBe(0);
  });

  it("says that it can't be compiled", () => {
    const optimizer = asTransform((x0) => optimisticOmd({ domain: around(x0), G: 2 * G, x0 }));
    expect(() => trained(optimizer, true)).toThrow(/arrays that can be read now \(not inside jit/);
  });
});

describe("optimistic descent", () => {
  it.each([false, true])("makes the decisions of the learner, compiled: %s", (compiled) => {
    const limited = optimisticOmd({ domain: around(first), G, x0: first, onExcess: () => {} });
    expectClose(trained(optimisticDescent({ G, radius: 0.8 }), compiled), played(limited));
    const free = optimisticOmd({ domain: ballDomain(3, 1e6), D: 4, G, x0: first, onExcess: () => {} });
    expectClose(trained(optimisticDescent({ G, D: 4 }), compiled), played(free));
  });

  it("refuses options outside their ranges", () => {
    expect(() => optimisticDescent({ G: 1 })).toThrow("D: expected a number > 0, where no radius is given");
    expect(() => optimisticDescent({ G: 0, D: 1 })).toThrow("G: expected a finite number > 0, got 0");
    expect(() => optimisticDescent({ G: 1, radius: -1 })).toThrow(
      "radius: expected a finite number > 0, got -1",
    );
  });
});
