import { numpy as np, random } from "@jax-js/jax";
import { crossEntropy } from "minimand/losses";
import { sgd } from "minimand/optimizers";
import type { TracedHyper } from "minimand/training";
import { describe, expect, it } from "vitest";
import { bilevelOf, darts, rarts, searchStep, singleLevel, solvableModel } from "./index.ts";

const key = () => random.key(0);

describe("declared hyperparameters of architecture searches", () => {
  const problem = bilevelOf(solvableModel as never, crossEntropy);
  const parts = {
    optimizer: sgd(0.1),
    architectureOptimizer: ({ alphaRate }: TracedHyper<{ alphaRate: number }>) => sgd(alphaRate),
    hyper: { alphaRate: 0.03 },
  };
  const [weights, architecture] = [() => np.array([1, 2]), () => np.array([0.5, 0.25])];

  it("are the defaults of init, beside those of the search", () => {
    const state = rarts(problem, parts).init(weights(), architecture(), { hyper: { beta: 0.5 } });
    expect(state.hyper).toEqual({ alphaRate: 0.03, beta: 0.5, lambda: 1 });
    const first = darts(problem, { ...parts, order: 1 }).init(weights(), architecture(), {
      hyper: { alphaRate: 0.1, xi: undefined },
    });
    expect(first.hyper).toEqual({ alphaRate: 0.1, radius: 0.01 });
    const both = singleLevel(problem, { ...parts, hyper: { alphaRate: 0.03, lambda: 2 } });
    expect(both.init(weights(), architecture()).hyper).toEqual({ alphaRate: 0.03, lambda: 2 });
  });

  it("let no other name compile, nor run", () => {
    const searches = [
      // @ts-expect-error: no such hyperparameter
      () => darts(problem, { ...parts, order: 1 }).init(weights(), architecture(), { hyper: { ix: 1 } }),
      // @ts-expect-error: no such hyperparameter
      () => rarts(problem, parts).init(weights(), architecture(), { hyper: { betta: 1 } }),
      // @ts-expect-error: no such hyperparameter
      () => singleLevel(problem, parts).init(weights(), architecture(), { hyper: { beta: 1 } }),
    ];
    expect(
      searches.map((begin) => /^TypeError: hyper: expected only the names .*, got/.test(`${thrown(begin)}`)),
    ).toEqual([true, true, true]);
    // @ts-expect-error: no such hyperparameter
    rarts(problem, { ...parts, optimizer: ({ learningRat }) => sgd(learningRat) });
    const step = searchStep({
      model: solvableModel as never,
      loss: crossEntropy,
      search: (of) => rarts(of, parts),
    });
    // @ts-expect-error: no such hyperparameter
    const begin = () => step.init(key(), { hyper: { betta: 1 } });
    expect(begin).toBeTypeOf("function");
  });

  it("are free where none are declared: any name compiles", () => {
    const { hyper: _, ...free } = parts;
    const search = rarts(problem, { ...free, architectureOptimizer: ({ alphaRate }) => sgd(alphaRate) });
    expect(search.init(weights(), architecture(), { hyper: { alphaRate: 1, more: 2 } }).hyper).toMatchObject({
      more: 2,
    });
  });

  it("are refused at the first update where nobody reads them", () => {
    const search = rarts(solvableModel, { optimizer: sgd(0.1), architectureOptimizer: sgd(0.1) });
    const state = search.init(np.array(-2), np.array(2), { hyper: { betta: 1 } });
    expect(() => search.update(state, {}, {})).toThrow(
      `hyper: expected only the names lambda, beta, got "betta": did you mean 'beta'?`,
    );
  });
});

function thrown(f: () => unknown): unknown {
  try {
    return f();
  } catch (error) {
    return error;
  }
}
