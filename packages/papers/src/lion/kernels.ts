import { type Kappa, kappa } from "minimand";
import {
  ball,
  boxAndBall,
  crossing,
  groupBall,
  matrixGroups,
  onto,
  type Prox,
  separable,
  simplex,
  simplexEntropy,
  singularBall,
  sizeOf,
} from "./prox.ts";

/** A kernel of the table with the other way to its minimum. */
export interface KernelCase {
  id: string;
  kappa: Kappa;
  /** What weight decay means for the parameters. */
  meaning: string;
  prox: (lambda: number) => Prox;
  /** The differential equation is one in the usual sense. */
  smooth?: true;
  /** Needs a decomposition, which only the engine's own compiler has. */
  decomposed?: true;
  /** Peak learning rate, where it isn't that of the settings: exponentials are steep. */
  learningRate?: number;
}

const real = [-200, 200] as const;
const box = [-1, 1] as const;
const signed = (y: number, size: number): number => Math.sign(y) * size;
const none = (): number => 0;
const prior = [0.2, 0.5, 1, 1.5, 0.3, 0.8];
const preconditioner = Array.from({ length: 6 }, (_, i) =>
  Array.from({ length: 6 }, (_, j) => (i === j ? 1 + i / 5 : 0)),
);

/** The square of a norm: where `|x| + s |x|^(q-1) = |v|` entry by entry, with `s = t lambda ||x||^(2-q)`. */
function squaredNorm(q: number, lambda: number): Prox {
  return (v, t) => {
    const at = (norm: number): number[] =>
      v.map((value) => {
        const s = t * lambda * norm ** (2 - q);
        const size = Math.abs(value);
        return signed(
          value,
          crossing((x) => x + s * x ** (q - 1) - size, 0, size),
        );
      });
    return at(crossing((norm) => norm - sizeOf(at(norm), q), 0, sizeOf(v, q)));
  };
}

/** Every kernel of the table, in six dimensions or on matrices of three rows and two columns. */
export const kernelCases: readonly KernelCase[] = [
  { id: "l1 (Lion)", kappa: kappa.l1(), meaning: "|x_i| <= 1/lambda", prox: (l) => separable(none, l, box) },
  { id: "lp, p = 1.2", kappa: kappa.lp(1.2), meaning: "||x||_6 <= 1/lambda", prox: (l) => onto(ball(6), l) },
  { id: "lp, p = 1.5", kappa: kappa.lp(1.5), meaning: "||x||_3 <= 1/lambda", prox: (l) => onto(ball(3), l) },
  { id: "l2", kappa: kappa.l2(), meaning: "||x||_2 <= 1/lambda", prox: (l) => onto(ball(2), l) },
  { id: "linf", kappa: kappa.linf(), meaning: "||x||_1 <= 1/lambda", prox: (l) => onto(ball(1), l) },
  {
    id: "topk, k = 3",
    kappa: kappa.topk(3),
    meaning: "box and ||x||_1 <= 3/lambda",
    prox: (l) => onto(boxAndBall(3), l),
  },
  {
    id: "l2squared",
    kappa: kappa.l2squared(),
    meaning: "lambda/2 ||x||^2",
    prox: (l) => separable((y) => y, l, real),
    smooth: true,
  },
  {
    id: "lpPower, p = 1.5",
    kappa: kappa.lpPower(1.5),
    meaning: "lambda^2/3 sum |x|^3",
    prox: (l) => separable((y) => signed(y, y * y), l, real),
  },
  {
    id: "lpSquared, p = 3",
    kappa: kappa.lpSquared(3),
    meaning: "lambda/2 ||x||_1.5^2",
    prox: (l) => squaredNorm(1.5, l),
    smooth: true,
  },
  {
    id: "quadratic",
    kappa: kappa.quadratic(preconditioner),
    meaning: "lambda/2 x'Q^-1 x",
    prox: (l) => separable((y, i) => y / preconditioner[i][i], l, real),
    smooth: true,
  },
  {
    id: "l1PlusQuadratic, c = 0.7",
    kappa: kappa.l1PlusQuadratic(0.7),
    meaning: "soft box",
    prox: (l) => separable((y) => signed(y, Math.max(0, Math.abs(y) - 1) / 0.7), l, real),
  },
  {
    id: "huber, e = 0.5",
    kappa: kappa.huber(0.5),
    meaning: "box, lambda e/2 ||x||^2",
    prox: (l) => separable((y) => 0.5 * y, l, box),
  },
  {
    id: "deadzone, e = 0.5",
    kappa: kappa.deadzone(0.5),
    meaning: "box, e ||x||_1",
    prox: (l) => separable((y) => signed(y, 0.5), l, box),
  },
  {
    id: "relativistic, e = 0.5",
    kappa: kappa.relativistic(0.5),
    meaning: "smooth box",
    prox: (l) => separable((y) => (0.5 * y) / Math.sqrt(1 - y * y), l, box),
    smooth: true,
  },
  {
    id: "logcosh, e = 0.5",
    kappa: kappa.logcosh(0.5),
    meaning: "box, binary entropy",
    prox: (l) => separable((y) => 0.5 * Math.atanh(y), l, box),
    smooth: true,
  },
  {
    id: "softplus",
    kappa: kappa.softplus(),
    meaning: "0 <= x_i <= 1/lambda",
    prox: (l) => separable((y) => Math.log(y / (1 - y)), l, [0, 1]),
    smooth: true,
  },
  {
    id: "logsumexp",
    kappa: kappa.logsumexp(),
    meaning: "simplex, entropy",
    prox: simplexEntropy,
    smooth: true,
  },
  { id: "max", kappa: kappa.max(), meaning: "simplex", prox: (l) => onto(simplex, l) },
  {
    id: "exp",
    kappa: kappa.exp(),
    meaning: "x_i >= 0, entropy",
    prox: (l) => separable((y) => Math.log(y), l, [0, 200]),
    smooth: true,
    learningRate: 0.0125,
  },
  {
    id: "exp with a prior",
    kappa: kappa.exp({ prior }),
    meaning: "x_i >= 0, relative entropy",
    prox: (l) => separable((y, i) => Math.log(y / prior[i]), l, [0, 200]),
    smooth: true,
    learningRate: 0.0125,
  },
  {
    id: "hypentropy, b = 0.3",
    kappa: kappa.hypentropy(0.3),
    meaning: "hyperbolic entropy",
    prox: (l) => separable((y) => Math.asinh(y / 0.3), l, real),
    smooth: true,
    learningRate: 0.0125,
  },
  {
    id: "group (columns)",
    kappa: kappa.group({ axis: 0 }),
    meaning: "every column's norm <= 1/lambda",
    prox: (l) => onto(groupBall(matrixGroups.columns, Infinity), l),
  },
  {
    id: "groupMax (rows)",
    kappa: kappa.groupMax({ axis: 1 }),
    meaning: "sum of rows' norms <= 1/lambda",
    prox: (l) => onto(groupBall(matrixGroups.rows, 1), l),
  },
  {
    id: "nuclear",
    kappa: kappa.nuclear(),
    meaning: "spectral norm <= 1/lambda",
    prox: (l) => onto(singularBall(Infinity), l),
    decomposed: true,
  },
  {
    id: "spectral",
    kappa: kappa.spectral(),
    meaning: "nuclear norm <= 1/lambda",
    prox: (l) => onto(singularBall(1), l),
    decomposed: true,
  },
];

/** @throws RangeError for an unknown kernel */
export function kernelCase(id: string): KernelCase {
  const found = kernelCases.find((k) => k.id === id);
  if (found === undefined) throw new RangeError(`kernel: expected one of the table, got ${id}`);
  return found;
}
