import type { Checkpoint, Run, TextResult } from "./text-trial.ts";

/** What a loss came to at a share of swapped labels, in the order of the seeds. */
export const runsOf = (texts: readonly TextResult[], arm: string, epsilon: number): Run[] =>
  texts.flatMap(({ runs }) => runs.filter((run) => run.arm === arm && run.epsilon === epsilon));

/** Its last checkpoints. */
export const endsOf = (texts: readonly TextResult[], arm: string, epsilon: number): Checkpoint[] =>
  runsOf(texts, arm, epsilon).map(({ checkpoints }) => checkpoints[checkpoints.length - 1]);

/**
 * The reward that a policy has where its divergence first reaches a value, on straight lines between checkpoints; that of its last one
 * where it never does.
 */
export function rewardAt(path: readonly Pick<Checkpoint, "kl" | "reward">[], kl: number): number {
  const at = path.findIndex((checkpoint) => checkpoint.kl >= kl);
  if (at <= 0) return path[at === 0 ? 0 : path.length - 1].reward;
  const [before, after] = [path[at - 1], path[at]];
  const share = (kl - before.kl) / (after.kl - before.kl);
  return before.reward + share * (after.reward - before.reward);
}

/** Rewards of a loss where its divergence first reaches a seed's value, by seed. */
export const equalTo = (
  texts: readonly TextResult[],
  arm: string,
  epsilon: number,
  divergences: readonly number[],
): number[] =>
  runsOf(texts, arm, epsilon).map(({ checkpoints }, i) =>
    rewardAt([texts[i].start, ...checkpoints], divergences[i]),
  );

/** Whether it comes that far for every seed. */
export const reaches = (runs: readonly Run[], divergences: readonly number[]): boolean =>
  runs.every(({ checkpoints }, i) => checkpoints.some(({ kl }) => kl >= divergences[i]));
