import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import { banditTrial } from "./bandit-trial.ts";
import { textTrial } from "./text-trial.ts";

/** One trial of either part. */
export const trial = trialOf({ bandit: banditTrial, text: textTrial });
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** What a finished trial is called in the progress. */
export const describe = (spec: Spec): string =>
  spec.part === "bandit"
    ? `bandit, seed ${spec.seed}`
    : `text, labels by the ${spec.lexicon} lexicon, seed ${spec.seed}`;
