import { grad, numpy as np, vmap } from "@jax-js/jax";
import { crossEntropy } from "minimand";
import { log } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { trace } from "./trace.ts";

const primitives = (f: (...args: never[]) => np.Array): string[] => {
  const { program, consts } = trace(f, [np.array([[1, 2, 3]])]);
  for (const constant of consts) constant.dispose();
  return program.eqns.map(({ primitive }) => primitive);
};
const ids = () => np.array(new Int32Array([1]));

describe("a compiled logarithm", () => {
  it.each<[string, (x: np.Array) => np.Array, string[]]>([
    ["of an array", log, ["log"]],
    ["of float64", (x) => log(x.astype(np.float64)), ["cast", "log"]],
    ["of numbers that become one", (x) => log(x.sum()), ["reduce", "log"]],
    ["that is mapped", vmap(log), ["log"]],
    ["of a logarithm", (x) => log(log(x)), ["log", "log"]],
    ["that is one of two", (x) => log(x.ref).add(log(x.add(1))), ["log", "add", "log", "add"]],
    ["that is differentiated", grad((x: np.Array) => log(x).sum()), ["reciprocal", "broadcast", "mul"]],
  ])("%s has none of the engine's correction", (_, f, expected) => {
    expect(primitives(f)).toEqual(expected);
  });

  it("of a softmax keeps the softmax's own exponential alone, in the gradient, too", () => {
    const loss = (f: np.Array) => crossEntropy(f, ids()).sum();
    const exponentials = (f: (x: np.Array) => np.Array) => primitives(f).filter((name) => name === "exp");
    expect(exponentials(loss)).toHaveLength(1);
    expect(exponentials(grad(loss))).toHaveLength(1);
  });

  it("keeps what else is added to it", () => {
    const shifted = (x: np.Array) => {
      const y = np.log(x.ref);
      return y.add(np.where(x.greater(1), np.exp(y.ref), 0));
    };
    expect(primitives(shifted)).toContain("exp");
  });
});
