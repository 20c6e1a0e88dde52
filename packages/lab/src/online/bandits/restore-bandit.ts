import { checkChoice } from "minimand/engine";
import type { Bandit } from "./bandit.ts";
import { buildLinExp3 } from "./linear/lin-exp3.ts";
import { buildLinear, linearKinds } from "./linear/linear-bandits.ts";
import { rebuilt, type SavedBandit, unpackBandit } from "./make-bandit.ts";
import { buildNeural, neuralKinds } from "./neural/neural-bandits.ts";
import { buildExploration, explorationKinds } from "./neural/neural-exploration.ts";

type Build = (saved: SavedBandit) => Bandit;
const quiet = { warn: () => {} };

const builders = new Map<string, Build>([
  ...neuralKinds.map((kind): [string, Build] => [
    kind,
    (saved) => buildNeural(kind, { ...saved.options, ...quiet }, saved),
  ]),
  ...explorationKinds.map((kind): [string, Build] => [
    kind,
    (saved) => buildExploration(kind, { ...saved.options, ...quiet }, saved),
  ]),
  ...linearKinds.map((kind): [string, Build] => [kind, (saved) => buildLinear(kind, saved.options, saved)]),
  ["lin-exp3", (saved) => buildLinExp3(saved.options, saved)],
]);

/**
 * Restores the bandit of a snapshot. Given the same contexts and rewards it makes the same decisions, bit for bit, as the one that the
 * snapshot is of. Parameters, memory of the optimizer, random numbers, replay and waiting decisions go on where they were.
 *
 * @throws TypeError for other bytes; RangeError for a snapshot of another version, cut short or changed, and for options or a state that no
 *   bandit has
 * @example
 * const bandit = restoreBandit(linUcb({ dim: 2 }).snapshot());
 */
export function restoreBandit(snapshot: Uint8Array): Bandit {
  const saved = unpackBandit(snapshot);
  checkChoice("snapshot.kind", saved.kind, [...builders.keys()]);
  return rebuilt(() => builders.get(saved.kind)!(saved));
}
