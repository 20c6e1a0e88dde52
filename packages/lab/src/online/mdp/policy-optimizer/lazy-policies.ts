import { drawIndex, type EpisodicSimulator } from "../environments/simulator.ts";
import { localBonusInto } from "../estimators/bonus.ts";
import { policyWriter } from "../estimators/ftrl.ts";
import { estimateOf, type LearnedLayer } from "./lazy-history.ts";
import type { VisitedState, VisitedStates } from "./lazy-states.ts";
import type { PolicySettings } from "./policy-core.ts";
import { streams } from "./random-streams.ts";

/**
 * Returns a function for the policy of episode k in a state, from what the episodes before it taught.
 *
 * @param history `[k][layer]`, grows
 */
export function lazyPolicies<State>(
  simulator: EpisodicSimulator<State>,
  states: VisitedStates<State>,
  history: readonly (readonly LearnedLayer[])[],
  { schedule: { eta, beta }, regularizer, estimator, seed }: PolicySettings,
): (k: number, layer: number, state: State) => Float64Array {
  const { horizon, dim } = simulator;
  const how = { estimator, horizon };
  const writePolicy = policyWriter(regularizer);

  function policyOf(entry: VisitedState, losses: Float64Array): Float64Array {
    const policy = new Float64Array(entry.actions);
    writePolicy(policy, losses, 0, entry.actions, eta);
    return policy;
  }

  function policyBefore(k: number, layer: number, state: State): Float64Array {
    const entry = states.lookUp(layer, state);
    while (entry.first + entry.before.length <= k) advance(entry, layer, state);
    return policyOf(entry, entry.before[k - entry.first]);
  }

  /** Adds one more episode's losses and bonuses to those of a state. */
  function advance(entry: VisitedState, layer: number, state: State): void {
    const { actions, features, before } = entry;
    const losses = before[before.length - 1];
    const k = entry.first + before.length - 1;
    const next = losses.slice();
    const learned = history[k][layer];
    for (let a = 0; a < actions; a++) next[a] += estimateOf(learned, features, a * dim, how);
    if (beta === 0) {
      before[0] = next;
      entry.first++;
      return;
    }
    const bonus = localBonuses(entry, learned, policyOf(entry, losses));
    for (let a = 0; a < actions; a++)
      next[a] -= bonus[a] + (1 + 1 / horizon) * bonusAfter(k, layer, state, entry, a);
    before.push(next);
    states.grown();
  }

  function localBonuses(
    { actions, features }: VisitedState,
    { sigma }: LearnedLayer,
    policy: Float64Array,
  ): Float64Array {
    const bonus = new Float64Array(actions);
    localBonusInto(bonus, features, 0, actions, sigma, dim, policy, beta);
    return bonus;
  }

  /** B_k of a state and action that were drawn, once and for all, after this pair. */
  function bonusAfter(
    k: number,
    layer: number,
    state: State,
    { hash }: VisitedState,
    action: number,
  ): number {
    if (layer + 1 === horizon) return 0;
    const random = streams.bonus(seed, k, layer, hash, action);
    const next = simulator.step(layer, state, action, random);
    const policy = policyBefore(k, layer + 1, next);
    const chosen = drawIndex(policy, 0, policy.length, random);
    const there = states.lookUp(layer + 1, next);
    const bonus = localBonuses(there, history[k][layer + 1], policy)[chosen];
    return bonus + (1 + 1 / horizon) * bonusAfter(k, layer + 1, next, there, chosen);
  }

  return policyBefore;
}
