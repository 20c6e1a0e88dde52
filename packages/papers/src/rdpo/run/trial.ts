import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import { banditTrial } from "./bandit-trial.ts";
import { textTrial } from "./text-trial.ts";

/** One trial of either part. */
export const trial = trialOf({ bandit: banditTrial, text: textTrial });
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** What a finished trial is called in the progress. */
export function describe({ part, seed }: Spec, result: Result): string {
  if (result.part === "bandit") return `${part}, seed ${seed}`;
  const ends = result.runs.map(({ arm, checkpoints }) => `${arm} ${checkpoints.at(-1)?.reward.toFixed(2)}`);
  return `${part}, seed ${seed}: rewards ${ends.slice(0, 3).join(", ")}`;
}
