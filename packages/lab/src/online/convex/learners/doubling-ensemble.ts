import { checkNumber, readOptions, typeError } from "minimand/engine";
import { checkSnapshot } from "../../learner.ts";
import type { LearnerSnapshot } from "../online-learner.ts";
import { dynamicEnsemble, type EnsembleLearner, type EnsembleOptions } from "./dynamic-ensemble.ts";

/**
 * Returns the ensemble of {@link dynamicEnsemble} for an unknown number of rounds: when `horizon` rounds are over, a new one for twice as
 * many begins where the last one was. Costs a constant factor of regret. Its `bound` is that of the first epoch and null after it; `report`
 * counts all rounds, but noise and hints of the running epoch only.
 *
 * @param options as there, without `pool`; `horizon` is that of the first epoch, default 64
 * @throws TypeError, RangeError as there
 * @example
 * doublingEnsemble({ domain: ballDomain(2, 1), G: 3, L: 1 })
 */
export function doublingEnsemble(
  options: Omit<EnsembleOptions, "pool" | "horizon"> & { horizon?: number },
): EnsembleLearner {
  const { horizon: first } = readOptions("doublingEnsemble", options, {
    domain: true,
    x0: true,
    G: true,
    onExcess: true,
    L: true,
    D: true,
    correction: true,
    horizon: [64, { min: 1, integer: true }],
  });
  const make = (at: number, x0?: ArrayLike<number>) =>
    dynamicEnsemble({ ...options, x0: x0 ?? options.x0, pool: undefined, horizon: at });
  let horizon = first;
  let before = 0;
  let inner = make(horizon);
  const kind = "doubling-ensemble";
  return {
    kind,
    dimension: inner.dimension,
    get pool() {
      return inner.pool;
    },
    weights: () => inner.weights(),
    predict: (hint) => inner.predict(hint),
    update(gradient) {
      inner.update(gradient);
      if (inner.report().rounds < horizon) return;
      before += horizon;
      horizon *= 2;
      // Where the next decision would have been.
      inner = make(horizon, options.domain.project(inner.predict()));
    },
    report: () => {
      const own = inner.report();
      return {
        ...own,
        rounds: before + own.rounds,
        excess: own.excess === null ? null : before + own.excess,
      };
    },
    bound(pathLength) {
      const own = inner.bound(pathLength);
      return before === 0 ? own : null;
    },
    snapshot: () => {
      const { state, ...rest } = inner.snapshot();
      return { ...rest, kind, state, memory: { horizon, before } };
    },
    restore(snapshot: LearnerSnapshot) {
      checkSnapshot("an online learner", snapshot, { kind });
      const saved = snapshot.memory as { horizon: number; before: number } | null | undefined;
      if (typeof saved !== "object" || saved === null)
        throw typeError("snapshot.memory", "horizon and rounds before it", saved);
      checkNumber("snapshot.memory.horizon", saved.horizon, { min: 1, integer: true });
      checkNumber("snapshot.memory.before", saved.before, { min: 0, integer: true });
      const next = make(saved.horizon);
      next.restore({ ...snapshot, kind: "dynamic-ensemble" });
      [inner, horizon, before] = [next, saved.horizon, saved.before];
    },
  };
}
