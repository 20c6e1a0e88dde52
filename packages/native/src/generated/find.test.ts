import { numpy as np } from "@jax-js/jax";
import { adam, chain, type GradientTransformation, lion, sgd } from "minimand";
import { differentiate, type Tree } from "minimand/engine";
import { applyIfFinite, applyUpdates, clipByGlobalNorm } from "minimand/optimizers";
import { describe, expect, it } from "vitest";
import { trace } from "../lower/trace.ts";
import { splitProgram } from "./find.ts";
import { isNumber } from "./kernels.ts";

const vector = (size: number, dtype: typeof np.float32 | typeof np.float64 = np.float32): np.Array =>
  np.linspace(0, 1, size).astype(dtype);

/** The parts of a step of an optimizer on the squares of a network's outputs. */
function partsOf(
  transformation: GradientTransformation,
  dtype: typeof np.float32 | typeof np.float64 = np.float32,
) {
  const params = vector(12, dtype);
  const gradient = differentiate(([p, x]: np.Array[]): [np.Array, []] => [
    np
      .matmul(x, p.reshape([3, 4]))
      .mul(0.5)
      .sum(),
    [],
  ]);
  const step = (p: np.Array, x: np.Array, state: Tree, one: np.Array): Tree => {
    const [[loss], [g, gx]] = gradient(one, [p.ref, x]);
    gx.dispose();
    const [updates, next] = transformation.update(g, state, p.ref);
    return [loss, applyUpdates(p, updates), next];
  };
  const state = transformation.init(params);
  const { program } = trace(step as never, [params, vector(6, dtype).reshape([2, 3]), state, 1 as never]);
  return splitProgram(program);
}
const primitives = (eqns: readonly { primitive: string }[] = []): Set<string> =>
  new Set(eqns.map(({ primitive }) => primitive));

describe("the end of a step", () => {
  it.each([
    ["adam", adam(0.1)],
    ["lion", lion(0.1)],
    ["sgd with momentum", sgd(0.1, { momentum: 0.9 })],
    ["clipped adam, whose norm is a sum", chain(clipByGlobalNorm(1), adam(0.1))],
    ["adam where gradients are finite", applyIfFinite(adam(0.1))],
  ])("is all of the optimizer, which is handed the gradient: %s", (_, transformation) => {
    const split = partsOf(transformation);
    const handed = split?.generated.inputs.filter(({ variable, of }) => of === "head" && !isNumber(variable));
    expect(handed).toHaveLength(1);
    const inHead = primitives(split?.head.eqns);
    expect(inHead).toContain("dot");
    expect(inHead).not.toContain("sqrt");
    // The loss stays where it is computed.
    expect(split?.kept).toEqual([0]);
  });

  it("is none where numbers have 64 bits, one operation alone, or nothing is computed by elements", () => {
    expect(partsOf(adam(0.1), np.float64)).toBeNull();
    const ends: ((x: np.Array) => Tree)[] = [
      (x) => np.sin(x).mul(2),
      (x) => np.cumsum(x),
      (x) => np.sin(x).add(1).mul(2).sum(),
      (x) => x,
    ];
    for (const f of ends) expect(splitProgram(trace(f as never, [vector(5)]).program)).toBeNull();
  });

  it("may be the whole program", () => {
    const f = (p: np.Array, g: np.Array, rate: np.Array): Tree => p.sub(g.mul(rate));
    const split = splitProgram(trace(f as never, [vector(5), vector(5), 0.1]).program);
    expect(split?.head.eqns).toEqual([]);
    expect(split?.head.outs).toEqual([]);
  });

  it("leaves what a later part reads to that part", () => {
    const f = (x: np.Array): Tree => {
      const y = x.ref.mul(2).add(1);
      return [y.ref.sum(), y.mul(3).sub(x)];
    };
    const split = splitProgram(trace(f as never, [vector(5)]).program);
    expect(primitives(split?.head.eqns)).toContain("reduce");
    expect(split?.generated.equations.length).toBeLessThan(4);
  });
});
