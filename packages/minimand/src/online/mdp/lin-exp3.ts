import { checkChoice, checkNumber, rangeError, typeError } from "../../engine/errors.ts";
import { derive, randomSource } from "../../engine/random.ts";
import { checkFeatures, checkLoss, checkRows, checkVector, flattened, type Rows } from "./checks.ts";
import { ftrlInto, type Regularizer } from "./ftrl.ts";
import { drawIndex } from "./simulator.ts";
import { addOuter, dot, invertPositive, quadratic, scaledIdentity, timesVector } from "./symmetric.ts";

/** Options of {@link linExp3}. */
export interface LinExp3Options {
  /** d, the length of the feature vectors. */
  dim: number;
  regularizer: Regularizer;
  /** Learning rate, > 0. */
  eta: number;
  /** Regulariser of the covariance, > 0. */
  gamma: number;
  /** Scale of the exploration bonus, default 0. */
  beta?: number;
  /** So many last contexts stand for the distribution of contexts, default 64. */
  window?: number;
  /** Names all random numbers; default 0. */
  seed?: number;
}

/** A decision of {@link linExp3}. */
export interface LinExp3Decision {
  id: number;
  action: number;
  /** Probability with which the action was drawn, and those of all actions: exact. */
  propensity: number;
  propensities: Float64Array;
}

/** What a decision needs when its loss comes. */
interface Pending {
  id: number;
  /** Sigma^+ phi. */
  direction: number[];
  /** Sigma^+; empty without a bonus. */
  sigma: number[];
}

/** A learner as plain data. */
export interface LinExp3Snapshot {
  kind: string;
  version: number;
  options: Required<LinExp3Options>;
  decisions: number;
  updates: number;
  theta: number[];
  bonus: number[];
  /** `[contexts][actions * dim]`. */
  contexts: number[][];
  pending: Pending[];
}

/** An adversarial linear contextual bandit. */
export interface LinExp3 {
  /** Losses learned from. */
  readonly updates: number;
  /** Draws an action for a context given by the features of its actions, `[actions][dim]`. */
  choose(features: Rows): LinExp3Decision;
  /** The loss of a decision, in [0, 1]; in any order, once each. */
  update(id: number, loss: number): void;
  /** Forgets a decision whose loss will never come. */
  expire(id: number): void;
  /** The current policy in a context, without a decision. */
  policy(features: Rows): Float64Array;
  snapshot(): LinExp3Snapshot;
  /** Takes over a snapshot of a learner with the same options; throws and stays as it was for any other. */
  restore(snapshot: LinExp3Snapshot): void;
}

const kind = "minimand/lin-exp3";
const version = 1;

/**
 * The case of one step: an adversarial linear contextual bandit. Losses are `phi(x, a)^T theta_t` with theta_t chosen by an
 * adversary, contexts come from a fixed distribution, and the policy follows the regularised leader on
 * `phi^T (sum of theta_hat) - beta phi^T (sum of Sigma^+) phi`, with `theta_hat = Sigma^+ phi L` and Sigma estimated from the
 * last contexts. As both sums are kept, a decision takes `O(actions dim^2)` operations for each context of the window.
 *
 * Estimates are the plain ones. With the log barrier they may be of any size; with the entropy the theory asks for
 * `eta <= gamma`. For magnitude-reduced estimates use {@link linearQPolicyOptimizer} with horizon 1.
 *
 * @throws TypeError, RangeError for numbers outside their range, features of other length or longer than 1, no actions,
 * losses outside [0, 1], decisions that are unknown or have had their loss. The learner then stays as it was.
 *
 * @example
 * const ads = linExp3({ dim: 2, regularizer: "log-barrier", eta: 0.1, gamma: 0.01 });
 * const { id, action } = ads.choose([[1, 0], [0, 1]]);
 * ads.update(id, 0.3);
 * @see Neu and Olkhovskaya 2020, arXiv 2002.00287; arXiv 2301.12942 with H = 1
 */
export function linExp3(options: LinExp3Options): LinExp3 {
  const { dim, regularizer, eta, gamma, beta = 0, window = 64, seed = 0 } = options;
  checkNumber("dim", dim, { min: 1, integer: true });
  checkChoice("regularizer", regularizer, ["log-barrier", "entropy"]);
  checkNumber("eta", eta, { above: 0 });
  checkNumber("gamma", gamma, { above: 0 });
  checkNumber("beta", beta, { min: 0 });
  checkNumber("window", window, { min: 1, integer: true });
  checkNumber("seed", seed, { integer: true });
  const fixed = { dim, regularizer, eta, gamma, beta, window, seed };

  let decisions = 0;
  let updates = 0;
  const theta = new Float64Array(dim);
  const bonus = new Float64Array(dim * dim);
  let contexts: Float64Array[] = [];
  const pending = new Map<number, Pending>();

  function policyFor(context: Float64Array): Float64Array {
    const actions = context.length / dim;
    const losses = new Float64Array(actions);
    for (let a = 0; a < actions; a++) {
      losses[a] = dot(context, a * dim, theta);
      if (beta > 0) losses[a] -= quadratic(bonus, dim, context, a * dim);
    }
    const policy = new Float64Array(actions);
    ftrlInto(regularizer, policy, losses, 0, actions, eta);
    return policy;
  }

  function checkedContext(features: Rows): Float64Array {
    checkRows("features", features, dim);
    for (const [a, phi] of features.entries()) checkFeatures(`features[${a}]`, phi, dim);
    return flattened(features);
  }

  function inverseCovariance(): Float64Array {
    const sigma = scaledIdentity(dim, gamma);
    for (const context of contexts) {
      const policy = policyFor(context);
      for (let a = 0; a < policy.length; a++)
        addOuter(sigma, dim, context, a * dim, policy[a] / contexts.length);
    }
    invertPositive(sigma, dim);
    return sigma;
  }

  function takePending(id: number): Pending {
    const found = pending.get(id);
    if (found === undefined) throw rangeError("id", "the id of a decision that waits for its loss", id);
    return found;
  }

  return {
    get updates() {
      return updates;
    },
    choose(features) {
      const context = checkedContext(features);
      contexts.push(context);
      if (contexts.length > window) contexts.shift();
      const propensities = policyFor(context);
      const random = randomSource(derive(seed, 1, decisions));
      const action = drawIndex(propensities, 0, propensities.length, random);
      const sigma = inverseCovariance();
      const direction = timesVector(sigma, dim, context, action * dim, new Float64Array(dim));
      const id = decisions++;
      pending.set(id, { id, direction: [...direction], sigma: beta > 0 ? [...sigma] : [] });
      return { id, action, propensity: propensities[action], propensities };
    },
    update(id, loss) {
      const { direction, sigma } = takePending(id);
      checkLoss("loss", loss);
      for (let i = 0; i < dim; i++) theta[i] += direction[i] * loss;
      for (let i = 0; i < sigma.length; i++) bonus[i] += beta * sigma[i];
      pending.delete(id);
      updates++;
    },
    expire(id) {
      takePending(id);
      pending.delete(id);
    },
    policy: (features) => policyFor(checkedContext(features)),
    snapshot: () =>
      structuredClone({
        kind,
        version,
        options: fixed,
        decisions,
        updates,
        theta: [...theta],
        bonus: [...bonus],
        contexts: contexts.map((context) => [...context]),
        pending: [...pending.values()],
      }),
    restore(snapshot) {
      checkSnapshot(snapshot, fixed);
      const saved = structuredClone(snapshot);
      decisions = saved.decisions;
      updates = saved.updates;
      theta.set(saved.theta);
      bonus.set(saved.bonus);
      contexts = saved.contexts.map((context) => Float64Array.from(context));
      pending.clear();
      for (const one of saved.pending) pending.set(one.id, one);
    },
  };
}

function checkSnapshot(snapshot: LinExp3Snapshot, fixed: Required<LinExp3Options>): void {
  if (typeof snapshot !== "object" || snapshot === null || snapshot.kind !== kind)
    throw typeError(
      "snapshot",
      `what snapshot() returns (kind ${JSON.stringify(kind)})`,
      (snapshot as LinExp3Snapshot | null)?.kind ?? snapshot,
    );
  if (snapshot.version !== version)
    throw rangeError("snapshot.version", `version ${version}`, snapshot.version);
  for (const [name, value] of Object.entries(fixed)) {
    const given = snapshot.options?.[name as keyof LinExp3Options];
    if (given !== value) throw rangeError(`snapshot.options.${name}`, JSON.stringify(value), given);
  }
  const { dim, beta, window } = fixed;
  checkNumber("snapshot.decisions", snapshot.decisions, { min: 0, integer: true });
  checkNumber("snapshot.updates", snapshot.updates, { min: 0, max: snapshot.decisions, integer: true });
  checkVector("snapshot.theta", snapshot.theta, dim);
  checkVector("snapshot.bonus", snapshot.bonus, dim * dim);
  const { contexts, pending } = snapshot;
  if (!Array.isArray(contexts)) throw typeError("snapshot.contexts", "an array of contexts", contexts);
  if (contexts.length > window) throw rangeError("snapshot.contexts", `at most ${window} contexts`, contexts);
  for (const [i, context] of contexts.entries()) {
    checkVector(`snapshot.contexts[${i}]`, context);
    if (context.length % dim !== 0)
      throw rangeError(`snapshot.contexts[${i}]`, `vectors of ${dim} numbers`, context);
  }
  if (!Array.isArray(pending)) throw typeError("snapshot.pending", "an array of decisions", pending);
  for (const [i, one] of pending.entries()) {
    checkNumber(`snapshot.pending[${i}].id`, one?.id, { min: 0, below: snapshot.decisions, integer: true });
    checkVector(`snapshot.pending[${i}].direction`, one.direction, dim);
    if (beta > 0) checkVector(`snapshot.pending[${i}].sigma`, one.sigma, dim * dim);
    else if (!Array.isArray(one.sigma) || one.sigma.length > 0)
      throw rangeError(`snapshot.pending[${i}].sigma`, "an empty array", one.sigma);
  }
}
