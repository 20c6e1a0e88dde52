import { numpy as np } from "@jax-js/jax";
import { checkNumber, rangeError } from "../../engine/checks.ts";
import type { Kappa, KappaChoice } from "./kappa.ts";

/** `s K`, whose conjugate is `s K*(y / s)`: the same constraint set, s times as wide. @throws RangeError for s not above 0 */
export function scaled(kappa: Kappa, s: number): Kappa {
  checkNumber("s", s, { above: 0 });
  return {
    name: `${s} ${kappa.name}`,
    even: kappa.even,
    value: (z) => kappa.value(z).mul(s),
    grad: (z) => kappa.grad(z).mul(s),
    conj: (y) => kappa.conj(y.div(s)).mul(s),
    conjGrad: (y) => kappa.conjGrad(y.div(s)),
    violation: (y) => kappa.violation(y.div(s)),
  };
}

/** `K(s z)`, whose conjugate is `K*(y / s)`. @throws RangeError for s not above 0 */
export function stretched(kappa: Kappa, s: number): Kappa {
  checkNumber("s", s, { above: 0 });
  return {
    name: `${kappa.name} of ${s} z`,
    even: kappa.even,
    value: (z) => kappa.value(z.mul(s)),
    grad: (z) => kappa.grad(z.mul(s)).mul(s),
    conj: (y) => kappa.conj(y.div(s)),
    conjGrad: (y) => kappa.conjGrad(y.div(s)).div(s),
    violation: (y) => kappa.violation(y.div(s)),
  };
}

/**
 * A sum of kappas, each for some arrays of the parameters: `K(z) = sum K_l(z_l)`.
 *
 * @param parts kappas by path of the array (`0.weight`: keys and positions, joined by dots)
 * @param rest for all others; without it they are an error
 * @returns for the option `kappa` of `lionK`
 * @throws RangeError for an array that has no kappa
 * @example
 * kappa.sum({ "0.weight": kappa.nuclear(), "1.weight": kappa.linf() }, kappa.l1())
 */
export function sum(parts: Readonly<Record<string, Kappa>>, rest?: Kappa): KappaChoice {
  return (_, path) => {
    const found = Object.hasOwn(parts, path) ? parts[path] : rest;
    if (found === undefined) throw rangeError("kappa", `a kappa for ${JSON.stringify(path)}`, undefined);
    return found;
  };
}

/** A block of a vector: its shape, and the kappa that sees it in that shape. */
export interface Block {
  shape: readonly number[];
  kappa: Kappa;
}

/**
 * A kappa of a vector that consists of blocks, one after another: `K(z) = sum K_b(z_b)`. For parameters in one vector.
 *
 * @throws RangeError for an array whose size is not that of all blocks together
 */
export function blocks(parts: readonly Block[]): Kappa {
  const sizes = parts.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  const total = sizes.reduce((a, b) => a + b, 0);
  const cut = (x: np.Array): np.Array[] => {
    if (x.size !== total) throw rangeError("z", `${total} entries`, x);
    const vector = x.reshape([-1]);
    let start = 0;
    const pieces = parts.map(({ shape }, i) => {
      const piece = vector.ref.slice([start, start + sizes[i]]).reshape([...shape]);
      start += sizes[i];
      return piece;
    });
    vector.dispose();
    return pieces;
  };
  const gather =
    (name: "value" | "conj" | "violation", join: (a: np.Array, b: np.Array) => np.Array) =>
    (x: np.Array): np.Array =>
      cut(x)
        .map((piece, i) => parts[i].kappa[name](piece))
        .reduce(join, np.zeros([], { dtype: x.dtype }));
  const piecewise =
    (name: "grad" | "conjGrad") =>
    (x: np.Array): np.Array => {
      const { shape } = x;
      return np
        .concatenate(cut(x).map((piece, i) => parts[i].kappa[name](piece).reshape([-1])))
        .reshape(shape);
    };
  return {
    name: [...new Set(parts.map(({ kappa }) => kappa.name))].join(" + "),
    even: parts.every(({ kappa }) => kappa.even),
    value: gather("value", (a, b) => a.add(b)),
    grad: piecewise("grad"),
    conj: gather("conj", (a, b) => a.add(b)),
    conjGrad: piecewise("conjGrad"),
    violation: gather("violation", (a, b) => np.maximum(a, b)),
  };
}
