import { numpy as np } from "@jax-js/jax";
import {
  mapTree,
  oneOf,
  type Parameter,
  parameter,
  readOptions,
  refTree,
  sumOfSquares,
  type Tree,
} from "minimand/engine";
import type { Schedule } from "minimand/optimizers";
import type { Hyper, InitHyper } from "minimand/training";
import { minus, plus, times } from "./arithmetic.ts";
import { type Bilevel, type Partials, partialsOf } from "./bilevel.ts";
import {
  type ArchitectureSearch,
  makeSearch,
  type SearchOptimizer,
  type SearchOptions,
  type Sweep,
  searchOptions,
} from "./search.ts";

/** How {@link rarts} searches. */
export interface RartsOptions<H extends Hyper = Hyper> extends SearchOptions<H> {
  /** Of the second network; default as the first's. */
  twinOptimizer?: SearchOptimizer<NoInfer<H>>;
  /**
   * `gauss-seidel` (default, the paper's): each block sees the blocks before it already moved, 4 gradients a step. `jacobi`:
   * all at the old point, 2 gradients a step.
   */
  order?: "gauss-seidel" | "jacobi";
  /**
   * `explicit` (default): `beta (w - y)` is part of the gradient. `implicit`: the step is solved for the new weights, stable
   * for any beta, with the optimizer's update `u` and `r = hyper.learningRate`: `(w + u + r beta y) / (1 + r beta)`, one
   * network after the other; in the order of Jacobi both together, which keeps their mean and divides their difference by
   * `1 + 2 r beta`. Choose the latter for a large beta: one after the other, the networks then hold each other in place.
   */
  coupling?: "explicit" | "implicit";
  /** Multiplies `hyper.beta` by a function of the number of steps made; `warmup(100, constantSchedule(1))` lets it grow. */
  betaSchedule?: Schedule;
  /** Which losses the architecture descends: `both` (default), or `validation` only, an ablation. */
  architectureLosses?: "both" | "validation";
  /**
   * A third network `v` that descends `lambda L_train` alone, and `lambda (L_train(w, a) - L_train(v, a))` in the place of
   * `lambda L_train(w, a)` for the architecture: without the pull towards a small training loss. Not in the paper.
   */
  valueFunction?: boolean;
  /** Called with a message on a step size that diverges; default `console.warn`. */
  warn?: (message: string) => void;
}

/**
 * RARTS: a first-order search for an architecture by two networks that share it.
 *
 * Minimises `L_val(y, a) + lambda L_train(w, a) + beta/2 ||y - w||^2` over both networks and the architecture by one
 * step of each in turn (plain gradient descent written out; `optimizer` says which):
 *
 * `w <- w - r (lambda grad_w L_train(w, a) + beta (w - y))`
 * `y <- y - r (grad_y L_val(y, a) + beta (y - w))`
 * `a <- a - s (lambda grad_a L_train(w, a) + grad_a L_val(y, a))`
 *
 * With rates `r < 2 / (lambda L + beta)`, `s < 2 / ((1 + lambda) L)` for gradients of Lipschitz constant `L` the objective
 * never rises. It isn't bounded below for every lambda and beta, see {@link runSearch}. A large lambda turns the
 * search into training on the training half wherever the smallest training loss depends on the architecture.
 *
 * Networks of the state: `weights` (w), `twin` (y), and with a value function `follower` (v). Hyperparameters: `lambda` >= 0
 * and `beta` >= 0, 1 each where not given, and what the optimizers ask for. The logged losses are those at the networks
 * after their steps and the architecture before its own (`gauss-seidel`), or at the point before the step (`jacobi`).
 *
 * @throws RangeError for options outside their ranges; TypeError for a hyperparameter that is asked for and not given
 * @example
 * rarts(problem, { optimizer: ({ learningRate }) => sgd(learningRate), architectureOptimizer: adam(3e-2) })
 * @see Xue, Qi, Xin 2020, arXiv 2008.03901, section 3
 */
export function rarts<H extends Hyper = Hyper>(
  problem: Bilevel<never>,
  options: RartsOptions<H>,
): ArchitectureSearch<Tree, InitHyper<H, { lambda?: number; beta?: number }>>;
export function rarts(problem: Bilevel<never>, options: RartsOptions): ArchitectureSearch {
  const { order, coupling, architectureLosses, valueFunction, twinOptimizer, betaSchedule, warn } =
    readOptions("rarts", options, {
      ...searchOptions,
      twinOptimizer: true,
      order: ["gauss-seidel", oneOf(["gauss-seidel", "jacobi"])],
      coupling: ["explicit", oneOf(["explicit", "implicit"])],
      betaSchedule: true,
      architectureLosses: ["both", oneOf(["both", "validation"])],
      valueFunction: [false],
      warn: [console.warn],
    });
  const train = partialsOf(problem.trainLoss as Bilevel["trainLoss"]);
  const val = partialsOf(problem.valLoss as Bilevel["valLoss"]);
  const follows = valueFunction && architectureLosses === "both";
  const rules: Rules = { implicit: coupling === "implicit", both: architectureLosses === "both", follows };
  const jacobi = order === "jacobi";
  return makeSearch(
    { ...options, ...(twinOptimizer && { optimizers: { twin: twinOptimizer } }) },
    {
      gradientsPerStep: jacobi ? (follows ? 3 : 2) : follows ? 6 : rules.both ? 4 : 3,
      networks: follows ? ["twin", "follower"] : ["twin"],
      hyper: { lambda: { default: 1, min: 0 }, beta: { default: 1, min: 0 } },
      check({ learningRate, beta }) {
        if (coupling === "explicit" && learningRate * beta > 1)
          warn(
            `rarts: learningRate * beta is ${learningRate * beta}; explicit coupling oscillates above 1 and diverges above 2, use coupling: "implicit"`,
          );
      },
      body(sweep) {
        const beta =
          betaSchedule === undefined
            ? sweep.hyper.beta.ref
            : sweep.hyper.beta.ref.mul(parameter(betaSchedule(sweep.count), sweep.hyper.beta));
        return (jacobi ? jacobiSweep : gaussSeidelSweep)(sweep, { ...rules, train, val, beta });
      },
    },
  );
}

interface Rules {
  implicit: boolean;
  both: boolean;
  follows: boolean;
}
type Parts = Rules & { train: Partials; val: Partials; beta: np.Array };
type Swept = ReturnType<Parameters<typeof makeSearch>[1]["body"]>;

function gaussSeidelSweep(sweep: Sweep, parts: Parts): Swept {
  const { one, networks, architecture: a, hyper, trainBatch, valBatch, stepNetwork } = sweep;
  const { train, val, both, follows } = parts;
  const { weights: w, twin: y } = networks;
  const [, gradW] = train.inWeights(one.ref, refTree(w), refTree(a), refTree(trainBatch));
  const nextW = coupled(sweep, parts, "weights", times(gradW, hyper.lambda.ref), w, refTree(y));
  const [, gradY] = val.inWeights(one.ref, refTree(y), refTree(a), refTree(valBatch));
  const nextY = coupled(sweep, parts, "twin", gradY, y, refTree(nextW));
  const next: Swept["networks"] = { weights: nextW, twin: nextY };

  let pull: Tree | null = null;
  let trainLoss: np.Array;
  if (both) {
    const [value, gradient] = train.inArchitecture(one.ref, refTree(nextW), refTree(a), refTree(trainBatch));
    trainLoss = value;
    pull = gradient;
  } else trainLoss = train.value(refTree(nextW), refTree(a), refTree(trainBatch));
  if (follows) {
    const v = networks.follower;
    const [, gradV] = train.inWeights(one.ref, refTree(v), refTree(a), refTree(trainBatch));
    next.follower = stepNetwork("follower", times(gradV, hyper.lambda.ref), v);
    const [, back] = train.inArchitecture(one.ref, refTree(next.follower), refTree(a), trainBatch);
    pull = minus(pull!, back);
  }
  const [valLoss, gradA] = val.inArchitecture(one, refTree(nextY), refTree(a), valBatch);
  const gradient = pull === null ? gradA : plus(times(pull, hyper.lambda.ref), gradA);
  const metrics = lossesOf(trainLoss, valLoss, refTree(nextW), refTree(nextY), hyper.lambda.ref, parts.beta);
  return { networks: next, architecture: sweep.stepArchitecture(gradient, a), metrics };
}

function jacobiSweep(sweep: Sweep, parts: Parts): Swept {
  const { one, networks, architecture: a, hyper, trainBatch, valBatch, stepNetwork } = sweep;
  const { train, val, both, follows } = parts;
  const { weights: w, twin: y } = networks;
  const [trainLoss, atW] = train.inBoth(one.ref, refTree(w), refTree(a), refTree(trainBatch));
  const [valLoss, atY] = val.inBoth(one.ref, refTree(y), refTree(a), valBatch);
  const metrics = lossesOf(trainLoss, valLoss, refTree(w), refTree(y), hyper.lambda.ref, parts.beta.ref);
  const gradW = times(atW.weights, hyper.lambda.ref);
  const next: Swept["networks"] = parts.implicit
    ? coupledTogether(sweep, parts, [gradW, atY.weights])
    : {
        weights: coupled(sweep, parts, "weights", gradW, refTree(w), refTree(y)),
        twin: coupled(sweep, parts, "twin", atY.weights, y, w),
      };
  let pull = atW.architecture;
  if (follows) {
    const v = networks.follower;
    const [, atV] = train.inBoth(one, refTree(v), refTree(a), trainBatch);
    next.follower = stepNetwork("follower", times(atV.weights, hyper.lambda.ref), v);
    pull = minus(pull, atV.architecture);
  }
  const gradient = both ? plus(times(pull, hyper.lambda.ref), atY.architecture) : atY.architecture;
  return { networks: next, architecture: sweep.stepArchitecture(gradient, a), metrics };
}

/** One step of a network that is tied to another. Consumes the trees. */
function coupled(
  { hyper, stepNetwork, stepRaw, proxNetwork }: Sweep,
  { implicit, beta }: Parts,
  name: string,
  gradient: Tree,
  own: Tree,
  other: Tree,
): Tree {
  if (!implicit) return stepNetwork(name, plus(gradient, times(minus(refTree(own), other), beta.ref)), own);
  const moved = stepRaw(name, gradient, own);
  const strength = hyper.learningRate.ref.mul(beta.ref);
  return proxNetwork(
    mapTree(
      (p, q) => p.add(q.mul(parameter(strength.ref, q))).div(parameter(strength.ref.add(1), p)),
      moved,
      other,
    ),
  );
}

/** The implicit step of both networks together: of two linear equations, the sum and the difference. */
function coupledTogether(
  { networks, hyper, stepRaw, proxNetwork }: Sweep,
  { beta }: Parts,
  [gradW, gradY]: [Tree, Tree],
): Swept["networks"] {
  const w = stepRaw("weights", gradW, networks.weights);
  const y = stepRaw("twin", gradY, networks.twin);
  const shrink = np.reciprocal(hyper.learningRate.ref.mul(beta).mul(2).add(1));
  const mean = averageNetworks(refTree(w), refTree(y));
  const half = times(minus(w, y), shrink.mul(0.5));
  return {
    weights: proxNetwork(plus(refTree(mean), refTree(half))),
    twin: proxNetwork(minus(mean, half)),
  };
}

function lossesOf(
  trainLoss: np.Array,
  valLoss: np.Array,
  w: Tree,
  y: Tree,
  lambda: np.Array,
  beta: np.Array,
): Swept["metrics"] {
  const coupling = couplingOf(w, y, beta);
  const loss = valLoss.ref.add(trainLoss.ref.mul(parameter(lambda, trainLoss))).add(coupling.ref);
  return { loss, trainLoss, valLoss, coupling };
}

function couplingOf(w: Tree, y: Tree, beta: Parameter): np.Array {
  const square = sumOfSquares(minus(y, w));
  return square.mul(parameter(beta, square)).mul(0.5);
}

/**
 * Returns what {@link rarts} minimises, `L_val(y, a) + lambda L_train(w, a) + beta/2 ||y - w||^2`, as a scalar. Consumes its arguments.
 *
 * @see Xue, Qi, Xin 2020, arXiv 2008.03901, section 3
 */
export function rartsObjective<Batch extends Tree>(
  problem: Bilevel<Batch>,
  { weights, twin, architecture }: { weights: Tree; twin: Tree; architecture: Tree },
  { lambda, beta }: { lambda: Parameter; beta: Parameter },
  trainBatch: Batch,
  valBatch: Batch,
): np.Array {
  const trainLoss = problem.trainLoss(refTree(weights), refTree(architecture), trainBatch);
  const valLoss = problem.valLoss(refTree(twin), architecture, valBatch);
  return valLoss.add(trainLoss.mul(parameter(lambda, trainLoss))).add(couplingOf(weights, twin, beta));
}

/** Returns the mean of two networks of a search, e.g. `weights` and `twin` of {@link rarts}. Consumes both. */
export function averageNetworks(a: Tree, b: Tree): Tree {
  return mapTree((p, q) => p.add(q).mul(0.5), a, b);
}
