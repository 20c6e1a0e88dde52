import { checkNumber, derive, randomSource, rangeError, readOptions } from "minimand/engine";
import { checkLoss, checkRows } from "./checks.ts";
import { bestPolicyDp, type LayerTable } from "./environments/dynamic-programming.ts";
import { backwardInto, checkKnown, tablesOf } from "./environments/tables.ts";
import type { TabularSimulator } from "./environments/tabular-mdp.ts";
import type { OpenEpisode } from "./episode.ts";

/** What is played: {@link linearQPolicyOptimizer}, or an own rule. */
export interface MdpLearner {
  begin(): OpenEpisode<number>;
  policy(layer: number, state: number): Float64Array;
}

/** The regret of a run after some episodes. */
export interface RegretPoint {
  /** Episodes so far. */
  episodes: number;
  /** Sum of the policies' exact values so far. */
  loss: number;
  /** The least sum that one fixed policy could have had on these episodes. */
  best: number;
  /** `loss - best`. */
  regret: number;
}

/** Options of {@link runEpisodes}. */
export interface RunOptions {
  /** K. */
  episodes: number;
  /** Numbers of episodes after which the regret is taken, rising; default: at the end. */
  checkpoints?: readonly number[];
  /** Names the random numbers of the environment; default 0. */
  seed?: number;
}

/**
 * Plays a learner against given losses and measures its regret exactly: values of policies and the best policy in hindsight
 * come from the known dynamics, not from the sampled losses.
 *
 * @param lossOf loss table of an episode, `[layers][states][actions]`, in [0, 1]; equal phases should return one object
 * @returns a point for each checkpoint
 * @throws TypeError, RangeError for tables of another shape, losses outside [0, 1], checkpoints that don't rise
 *
 * @example
 * const [{ regret }] = runEpisodes(agent, mdp, switchingLosses(mdp, { episodes: 600, phases: 8, share: 0.5, seed: 0 }), { episodes: 600 });
 */
export function runEpisodes(
  learner: MdpLearner,
  simulator: TabularSimulator,
  lossOf: (episode: number) => LayerTable,
  options: RunOptions,
): RegretPoint[] {
  const {
    episodes,
    checkpoints = [episodes],
    seed,
  } = readOptions("runEpisodes", options, {
    episodes: { min: 1, integer: true },
    checkpoints: true,
    seed: [0, { integer: true }],
  });
  for (const [i, at] of checkpoints.entries())
    checkNumber(`checkpoints[${i}]`, at, {
      above: i === 0 ? 0 : checkpoints[i - 1],
      max: episodes,
      integer: true,
    });
  const tables = tablesOf(simulator);
  checkKnown(tables, "an exact regret");
  const { horizon, layers } = tables;
  const flatOf = new Map<LayerTable, Float64Array[]>();
  const total = layers.map(({ rows }) => new Float64Array(rows));
  const policies = layers.map(({ rows }) => new Float64Array(rows));
  const values = layers.map(({ rows }) => new Float64Array(rows));
  const random = randomSource(derive(seed, 30));
  const points: RegretPoint[] = [];
  let loss = 0;
  let due = 0;
  for (let k = 0; k < episodes; k++) {
    const table = lossOf(k);
    let flat = flatOf.get(table);
    if (flat === undefined) {
      flat = flatLosses(table, layers);
      flatOf.set(table, flat);
    }
    for (let h = 0; h < horizon; h++) {
      for (let s = 0; s < layers[h].states; s++) policies[h].set(learner.policy(h, s), layers[h].first[s]);
      for (let row = 0; row < total[h].length; row++) total[h][row] += flat[h][row];
      values[h].set(flat[h]);
    }
    loss += backwardInto(tables, values, policies, 1);
    const episode = learner.begin();
    let state = simulator.start(random);
    for (let h = 0; h < horizon; h++) {
      const { action } = episode.choose(state);
      episode.feedback(flat[h][layers[h].first[state] + action]);
      if (h + 1 < horizon) state = simulator.step(h, state, action, random);
    }
    episode.end();
    if (k + 1 === checkpoints[due]) {
      const best = bestValue(simulator, total, layers);
      points.push({ episodes: k + 1, loss, best, regret: loss - best });
      due++;
    }
  }
  return points;
}

type Layers = ReturnType<typeof tablesOf>["layers"];

function flatLosses(table: LayerTable, layers: Layers): Float64Array[] {
  if (table.length !== layers.length) throw rangeError("lossOf(episode)", `${layers.length} layers`, table);
  return layers.map(({ states, first, rows }, h) => {
    if (table[h].length !== states) throw rangeError(`lossOf(episode)[${h}]`, `${states} states`, table[h]);
    const flat = new Float64Array(rows);
    for (const [s, row] of table[h].entries()) {
      checkRows(`lossOf(episode)[${h}][${s}]`, [row], first[s + 1] - first[s]);
      for (let a = 0; a < row.length; a++) checkLoss(`lossOf(episode)[${h}][${s}][${a}]`, row[a]);
      flat.set(row, first[s]);
    }
    return flat;
  });
}

function bestValue(simulator: TabularSimulator, total: Float64Array[], layers: Layers): number {
  const perState = (h: number, of: (s: number, a: number, row: number) => unknown) =>
    Array.from({ length: layers[h].states }, (_, s) => {
      const from = layers[h].first[s];
      return Array.from({ length: layers[h].first[s + 1] - from }, (_, a) => of(s, a, from + a));
    });
  const { value } = bestPolicyDp({
    loss: layers.map((_, h) => perState(h, (_s, _a, row) => total[h][row])) as number[][][],
    transition: layers
      .slice(1)
      .map((_, h) => perState(h, (s, a) => simulator.transition(h, s, a))) as ArrayLike<number>[][][],
  });
  return value[0].reduce((sum, v, s) => sum + v * simulator.startDistribution[s], 0);
}
