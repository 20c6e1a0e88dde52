import { checkNumber, readOptions, typeError } from "minimand/engine";
import { checkedVector, plusScaled, squaredDistance } from "../../vectors.ts";
import { checkDomain, startIn } from "../domains/domain.ts";
import { freshState } from "../learner-state.ts";
import type { ProximalLosses } from "../losses/linear-losses.ts";
import { makeLearner } from "../make-learner.ts";
import type { OnlineLearner } from "../online-learner.ts";
import type { DomainOptions } from "./optimistic-omd.ts";

/**
 * Optimistic online mirror descent for convex losses that need not be smooth: the first step is an implicit one on the last
 * loss, so that its own gradient there is the guess,
 *
 *     x_t = argmin_{x in X} f_{t-1}(x) + ||x - z_t||^2 / (2 eta_t)   (x_1 = z_1),   z_{t+1} = Proj(z_t - eta_t grad f_t(x_t))
 *     eta_t = D / sqrt(delta + sum_{s<t} ||grad f_s(x_s) - grad f_{s-1}(x_s)||^2)
 *
 * `update` takes the loss of the round, as plain data that `losses` can read; see {@link linearLosses} for ready ones.
 *
 * @param options `domain`, `x0`; `losses`; `delta` > 0, default 1; `D` > 0, default the domain's diameter
 * @throws TypeError, RangeError outside those ranges, and for losses whose gradients or implicit steps are not finite
 * @example
 * const domain = ballDomain(2, 1);
 * optimisticOmdImplicit({ domain, losses: linearLosses("hinge", domain) })
 * @see arXiv 2302.04552, section 5 (non-smooth losses)
 */
export function optimisticOmdImplicit<Loss>(
  options: DomainOptions & { losses: ProximalLosses<Loss>; delta?: number; D?: number },
): OnlineLearner<Loss> {
  const { domain, losses, delta, x0 } = readOptions("optimisticOmdImplicit", options, {
    domain: true,
    x0: true,
    losses: true,
    delta: [1],
    D: true,
  });
  checkDomain(domain);
  const { D = domain.diameter } = options;
  checkNumber("D", D, { above: 0 });
  checkNumber("delta", delta, { above: 0 });
  if (typeof losses?.prox !== "function" || typeof losses.gradient !== "function")
    throw typeError("losses", "functions gradient and prox", losses);
  const n = domain.dimension;
  const state = { ...freshState(n), z: startIn(domain, x0) };
  let last: Loss | null = null;
  return makeLearner<typeof state, Loss>({
    kind: "optimistic-omd-implicit",
    state,
    play() {
      const step = D / Math.sqrt(delta + state.hintError);
      if (last === null) {
        state.x = state.z.slice();
        state.step = step;
        return new Float64Array(n);
      }
      const { point, subgradient } = losses.prox(last, state.z.slice(), step);
      const x = checkedVector("prox's point", point, n);
      const hint = checkedVector("prox's subgradient", subgradient, n);
      state.x = x;
      state.step = step;
      return hint;
    },
    gradientOf: (loss) => checkedVector("gradient's result", losses.gradient(loss, state.x.slice()), n),
    learn(gradient, loss) {
      const { step } = state;
      const z = domain.project(plusScaled(state.z, -step, gradient));
      last = structuredClone(loss);
      state.z = z;
      state.price += (step / 2) * squaredDistance(gradient, state.hint);
    },
    // The implicit step is an explicit one with the gradient that it finds.
    bound: (path) => (domain.diameter ** 2 + 2 * domain.diameter * path) / (2 * state.step) + state.price,
    memory: {
      get: () => plain(last),
      set(value) {
        last = value as Loss | null;
      },
    },
  });
}

/** A copy with ordinary arrays for typed ones, as JSON would lose them. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}
