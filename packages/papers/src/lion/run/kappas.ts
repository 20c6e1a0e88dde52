import { type Kappa, kappa } from "minimand";
import { named } from "../../kit/named.ts";
import {
  ball,
  boxAndBall,
  crossing,
  groupBall,
  matrixGroups,
  onto,
  type Penalty,
  separable,
  simplex,
  simplexEntropy,
  singularBall,
  sizeOf,
} from "./prox.ts";

/** A kappa of the table with the other way to its minimum. */
export interface KappaCase {
  id: string;
  kappa: Kappa;
  /** What weight decay means for the parameters. */
  meaning: string;
  prox: Penalty;
  /** The differential equation is one in the usual sense. */
  smooth?: true;
  /** Needs a decomposition, which only the engine's own compiler has. */
  decomposed?: true;
  /** Peak learning rate, where it isn't that of the settings: exponentials are steep. */
  learningRate?: number;
}

const make = (
  id: string,
  own: Kappa,
  meaning: string,
  prox: Penalty,
  others: Pick<KappaCase, "smooth" | "decomposed" | "learningRate"> = {},
): KappaCase => ({ id, kappa: own, meaning, prox, ...others });

const smooth = { smooth: true } as const;
const steep = { smooth: true, learningRate: 0.0125 } as const;
const decomposed = { decomposed: true } as const;
const real = [-200, 200] as const;
const positive = [0, 200] as const;
const box = [-1, 1] as const;

const prior = [0.2, 0.5, 1, 1.5, 0.3, 0.8];
const preconditioner = Array.from({ length: 6 }, (_, i) =>
  Array.from({ length: 6 }, (_, j) => (i === j ? 1 + i / 5 : 0)),
);
const signed = (y: number, size: number): number => Math.sign(y) * size;

/** Weight decay that is a sum over entries, by its slope and its domain. */
const sums = {
  none: separable(() => 0, box),
  identity: separable((y) => y, real),
  square: separable((y) => signed(y, y * y), real),
  quadratic: separable((y, i) => y / preconditioner[i][i], real),
  softBox: separable((y) => signed(y, Math.max(0, Math.abs(y) - 1) / 0.7), real),
  huber: separable((y) => 0.5 * y, box),
  deadzone: separable((y) => signed(y, 0.5), box),
  relativistic: separable((y) => (0.5 * y) / Math.sqrt(1 - y * y), box),
  logcosh: separable((y) => 0.5 * Math.atanh(y), box),
  softplus: separable((y) => Math.log(y / (1 - y)), [0, 1]),
  exp: separable((y) => Math.log(y), positive),
  expOfPrior: separable((y, i) => Math.log(y / prior[i]), positive),
  hypentropy: separable((y) => Math.asinh(y / 0.3), real),
};

/** The square of a norm: where `|x| + s |x|^(q-1) = |v|` entry by entry, with `s = t lambda ||x||^(2-q)`. */
const squaredNorm =
  (q: number): Penalty =>
  (lambda) =>
  (v, t) => {
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

const byColumn = onto(groupBall(matrixGroups.columns, Infinity));
const byRow = onto(groupBall(matrixGroups.rows, 1));

/** Every kappa of the table, in six dimensions or on matrices of three rows and two columns. */
export const kappaCases: readonly KappaCase[] = [
  make("l1 (Lion)", kappa.l1(), "|x_i| <= 1/lambda", sums.none),
  make("lp, p = 1.2", kappa.lp(1.2), "||x||_6 <= 1/lambda", onto(ball(6))),
  make("lp, p = 1.5", kappa.lp(1.5), "||x||_3 <= 1/lambda", onto(ball(3))),
  make("l2", kappa.l2(), "||x||_2 <= 1/lambda", onto(ball(2))),
  make("linf", kappa.linf(), "||x||_1 <= 1/lambda", onto(ball(1))),
  make("topk, k = 3", kappa.topk(3), "box and ||x||_1 <= 3/lambda", onto(boxAndBall(3))),
  make("l2squared", kappa.l2squared(), "lambda/2 ||x||^2", sums.identity, smooth),
  make("lpPower, p = 1.5", kappa.lpPower(1.5), "lambda^2/3 sum |x|^3", sums.square),
  make("lpSquared, p = 3", kappa.lpSquared(3), "lambda/2 ||x||_1.5^2", squaredNorm(1.5), smooth),
  make("quadratic", kappa.quadratic(preconditioner), "lambda/2 x'Q^-1 x", sums.quadratic, smooth),
  make("l1PlusQuadratic, c = 0.7", kappa.l1PlusQuadratic(0.7), "soft box", sums.softBox),
  make("huber, e = 0.5", kappa.huber(0.5), "box, lambda e/2 ||x||^2", sums.huber),
  make("deadzone, e = 0.5", kappa.deadzone(0.5), "box, e ||x||_1", sums.deadzone),
  make("relativistic, e = 0.5", kappa.relativistic(0.5), "smooth box", sums.relativistic, smooth),
  make("logcosh, e = 0.5", kappa.logcosh(0.5), "box, binary entropy", sums.logcosh, smooth),
  make("softplus", kappa.softplus(), "0 <= x_i <= 1/lambda", sums.softplus, smooth),
  make("logsumexp", kappa.logsumexp(), "simplex, entropy", simplexEntropy, smooth),
  make("max", kappa.max(), "simplex", onto(simplex)),
  make("exp", kappa.exp(), "x_i >= 0, entropy", sums.exp, steep),
  make("exp with a prior", kappa.exp({ prior }), "x_i >= 0, relative entropy", sums.expOfPrior, steep),
  make("hypentropy, b = 0.3", kappa.hypentropy(0.3), "hyperbolic entropy", sums.hypentropy, steep),
  make("group (columns)", kappa.group({ axis: 0 }), "every column's norm <= 1/lambda", byColumn),
  make("groupMax (rows)", kappa.groupMax({ axis: 1 }), "sum of rows' norms <= 1/lambda", byRow),
  make("nuclear", kappa.nuclear(), "spectral norm <= 1/lambda", onto(singularBall(Infinity)), decomposed),
  make("spectral", kappa.spectral(), "nuclear norm <= 1/lambda", onto(singularBall(1)), decomposed),
];

/** The kappa of that name. */
export const kappaCase = (id: string): KappaCase => named(kappaCases, id, "kappa");
