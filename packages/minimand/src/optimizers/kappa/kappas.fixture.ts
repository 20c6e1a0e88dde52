import { numpy as np } from "@jax-js/jax";
import * as kappa from "./index.ts";
import { type Kappa, makeKappa } from "./kappa.ts";

/** Every kappa joins the tests by one line here. All act on a matrix of three rows and two columns. */
export const kappas: readonly Kappa[] = [
  kappa.l1(),
  kappa.lp(1.2),
  kappa.lp(3),
  kappa.l2(),
  kappa.linf(),
  kappa.topk(2),
  kappa.topk({ fraction: 0.5 }),
  kappa.l2squared(),
  kappa.lpPower(1.5),
  kappa.lpPower(4),
  kappa.lpSquared(3),
  kappa.quadratic(
    Array.from({ length: 6 }, (_, i) =>
      Array.from({ length: 6 }, (_, j) => (i === j ? 2 : 0.3 / (1 + i + j))),
    ),
  ),
  kappa.l1PlusQuadratic(0.7),
  kappa.huber(0.5),
  kappa.deadzone(0.5),
  kappa.relativistic(0.5),
  kappa.logcosh(0.5),
  kappa.softplus(),
  kappa.logsumexp(),
  kappa.max(),
  kappa.exp(),
  kappa.exp({ prior: [0.1, 1, 2, 0.5, 0.7, 3] }),
  kappa.hypentropy(0.3),
  kappa.group({ axis: 0 }),
  kappa.group({ size: 2 }),
  kappa.groupMax({ axis: -1 }),
  kappa.nuclear(),
  kappa.spectral(),
  kappa.scaled(kappa.logcosh(0.5), 3),
  kappa.stretched(kappa.lp(1.5), 0.4),
  // One of a user's own: a box from 0 to 2 with nothing to pay inside.
  makeKappa({
    name: "own",
    value: (z) => np.maximum(z, 0).sum().mul(2),
    grad: (z) => z.greater(0).astype(z.dtype).mul(2),
    conjInside: (y) => y.mul(0).sum(),
    conjGrad: (y) => y.mul(0),
    violation: (y) => np.maximum(np.maximum(np.max(y.ref.sub(2)), np.max(y.neg())), 0),
    even: false,
  }),
  kappa.blocks([
    { shape: [2, 2], kappa: kappa.nuclear() },
    { shape: [2], kappa: kappa.huber(0.2) },
  ]),
];

/** Six numbers as the matrix that all kappas take. */
export const matrix = (values: readonly number[]): np.Array =>
  np.array(Float64Array.from(values), { shape: [3, 2] });

/** The inner product of two matrices, as a number. Consumes both. */
export const dot = (a: np.Array, b: np.Array): number => a.mul(b).sum().item();
