import { numpy as np } from "@jax-js/jax";
import type { MarginSoftmaxOptions } from "./margin-softmax.ts";

export const batch = 6;
export const features = 5;
export const classes = 4;

/** Draws of the elastic margins, one a row. */
const draws = [0.45, 0.55, 0.38, 0.52, 0.47, 0.6];

type Make = (dtype: "float32" | "float64") => MarginSoftmaxOptions;
const drawn = (dtype: "float32" | "float64") =>
  np.array(dtype === "float64" ? Float64Array.from(draws) : Float32Array.from(draws));

/** Every margin, as the tests of all of them call it; made anew for each call, since arrays are consumed. */
export const everyMargin: { name: string; make: Make; plus?: true; needsNorms?: true }[] = [
  { name: "none", make: () => ({}) },
  { name: "none, unit centres kept", make: () => ({ normalizeCenters: false }) },
  { name: "sphereface, m 4", make: () => ({ margin: { kind: "sphereface", m: 4 } }) },
  {
    name: "sphereface, m 3, scaled by the norm",
    make: () => ({ margin: { kind: "sphereface", m: 3 }, scale: "norm" }),
    needsNorms: true,
  },
  { name: "cosface", make: () => ({ margin: { kind: "cosface", m: 0.35 } }) },
  { name: "arcface", make: () => ({ margin: { kind: "arcface", m: 0.5 } }) },
  { name: "arcface, monotone", make: () => ({ margin: { kind: "arcface", m: 1.4 }, monotone: true }) },
  { name: "combined", make: () => ({ margin: { kind: "combined", m1: 1, m2: 0.3, m3: 0.2 } }) },
  { name: "combined, m1 2", make: () => ({ margin: { kind: "combined", m1: 2, m2: 0.3, m3: 0.1 } }) },
  { name: "combined, m1 1.35", make: () => ({ margin: { kind: "combined", m1: 1.35, m2: 0.2 } }) },
  { name: "elastic-arc", make: (dtype) => ({ margin: { kind: "elastic-arc", draws: drawn(dtype) } }) },
  { name: "elastic-cos", make: (dtype) => ({ margin: { kind: "elastic-cos", draws: drawn(dtype) } }) },
  {
    name: "elastic-arc, paper's plus",
    make: (dtype) => ({ margin: { kind: "elastic-arc", plus: "paper", draws: drawn(dtype) } }),
    plus: true,
  },
  {
    name: "elastic-cos, official plus",
    make: (dtype) => ({ margin: { kind: "elastic-cos", plus: "official-code", draws: drawn(dtype) } }),
    plus: true,
  },
  {
    name: "magface",
    make: () => ({ margin: { kind: "magface", lowerNorm: 0.5, upperNorm: 5 } }),
    needsNorms: true,
  },
];

export const ids = () => np.array(new Int32Array([0, 3, 1, 2, 2, 0]));
export const embeddingNumbers = Array.from({ length: batch * features }, (_, i) => Math.sin(3 * i + 1) * 1.5);
export const centerNumbers = Array.from({ length: features * classes }, (_, i) => Math.cos(2 * i + 0.3));
