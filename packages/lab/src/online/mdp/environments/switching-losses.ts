import { checkNumber, derive, randomSource } from "minimand/engine";
import type { LayerTable } from "./dynamic-programming.ts";
import type { TabularSimulator } from "./tabular-mdp.ts";

/**
 * Returns losses linear in the features of a simulator that switch between two vectors theta from phase to phase, with a share that stays:
 * `l_k = phi^T (share theta_0 + (1 - share) theta_(1 or 2))`, each theta uniform in `[0, 1]^dim` for each layer.
 *
 * @param simulator features must be distributions, as those of `randomLinearMdp`, for losses to be in [0, 1]
 * @param options.episodes K; a phase lasts `K / phases`
 * @param options.share of the part that stays, from 0 to 1
 * @returns the loss table of an episode, `[layers][states][actions]`; the same object throughout a phase
 * @throws TypeError, RangeError for numbers outside their range
 *
 * @example
 * const lossOf = switchingLosses(mdp, { episodes: 2400, phases: 8, share: 0.5, seed: 0 });
 */
export function switchingLosses(
  { horizon, dim, states, actions, features }: TabularSimulator,
  { episodes, phases, share, seed }: { episodes: number; phases: number; share: number; seed: number },
): (episode: number) => LayerTable {
  checkNumber("episodes", episodes, { min: 1, integer: true });
  checkNumber("phases", phases, { min: 1, max: episodes, integer: true });
  checkNumber("share", share, { min: 0, max: 1 });
  checkNumber("seed", seed, { integer: true });
  const random = randomSource(derive(seed, 22));
  const theta = Array.from({ length: 3 }, () =>
    Array.from({ length: horizon }, () => Array.from({ length: dim }, random)),
  );
  const tables = [1, 2].map((kind) =>
    states.map((count, h) =>
      Array.from({ length: count }, (_, s) =>
        Array.from({ length: actions(h, s) }, (_, a) => {
          const phi = features(h, s, a);
          let loss = 0;
          for (let i = 0; i < dim; i++)
            loss += phi[i] * (share * theta[0][h][i] + (1 - share) * theta[kind][h][i]);
          return Math.min(1, loss);
        }),
      ),
    ),
  );
  return (episode) => tables[Math.min(phases - 1, Math.floor((episode * phases) / episodes)) % 2];
}
