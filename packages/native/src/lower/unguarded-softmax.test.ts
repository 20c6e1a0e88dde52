import { lax, numpy as np } from "@jax-js/jax";
import { crossEntropy } from "minimand";
import { compileWithJit, differentiate, logSumExp, softmax } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { compile } from "../runtime/compile.ts";
import { trace } from "./trace.ts";

type Function = (x: np.Array, one: np.Array) => np.Array;

const ids = () => np.array(Int32Array.of(1, 0, 2, 1, 0, 2));
const loss = (f: np.Array): np.Array => crossEntropy(f, ids());
const gradientOf =
  (f: (x: np.Array) => np.Array): Function =>
  (x, one) => {
    const [[value], [gradient]] = differentiate(([y]: np.Array[]) => [f(y).sum(), []])(one, [x]);
    return np.concatenate([value.reshape([1]), gradient.reshape([-1])]);
  };
const { NaN: none, POSITIVE_INFINITY: most, NEGATIVE_INFINITY: least } = Number;
/** Rows of all kinds. */
const logits = () =>
  np.array([
    [1, 2, 3],
    [none, 1, -40],
    [least, 1, 2],
    [most, 1, 2],
    [least, least, least],
    [none, none, none],
  ]);

/** How many maxima of a function's program mind NaN, and how many don't. */
function maxima(f: Function): [number, number] {
  const { program, consts } = trace(f, [np.zeros([6, 3]), 1]);
  for (const constant of consts) constant.dispose();
  const all = program.eqns.filter(({ primitive, params }) => primitive === "reduce" && params.op === "Max");
  const unguarded = all.filter(({ params }) => params.passesOverNaN);
  return [all.length - unguarded.length, unguarded.length];
}

describe("the maximum in a softmax", () => {
  it.each<[string, Function]>([
    ["a cross-entropy", loss],
    ["its sum and gradient", gradientOf(loss)],
    ["probabilities", (x) => softmax(x)],
    ["the sum of their squares and its gradient", gradientOf((x) => np.square(softmax(x)))],
  ])("needs no guard where every entry of a row is NaN if one is: %s", async (_, f) => {
    expect(maxima(f)).toEqual([0, 1]);
    const compiled = await compile(f, [logits(), 1 as never]);
    const given = [...compiled(logits(), 1 as never).dataSync()];
    const expected = [...compileWithJit(f)(logits(), 1 as never).dataSync()];
    const rounded = (values: number[]) => values.map((v) => (Number.isFinite(v) ? v.toFixed(4) : String(v)));
    expect(rounded(given)).toEqual(rounded(expected));
    compiled.dispose();
  });

  it.each<[string, Function]>([
    ["a maximum", (x) => np.max(x, -1)],
    ["the logarithm of a sum", (x) => logSumExp(x)],
    [
      "exponentials that are looked at",
      (x) => {
        const largest = np.max(lax.stopGradient(x.ref), -1, { keepdims: true });
        const shifted = x.sub(np.where(largest.ref.greater(least), largest, 0));
        const e = np.exp(shifted.ref);
        return shifted.sub(np.log(e.ref.sum(-1, { keepdims: true }))).add(e);
      },
    ],
  ])("keeps it elsewhere: %s", (_, f) => {
    expect(maxima(f)).toEqual([1, 0]);
  });
});
