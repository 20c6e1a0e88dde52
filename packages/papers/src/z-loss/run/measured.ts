import { mean } from "../../kit/statistics.ts";
import type { WordArm } from "./arms.ts";
import { ks } from "./settings.ts";
import type { Measured as AnyTrial, Checkpoint } from "./trial.ts";

/** Checkpoints of each seed of an arm; null where training diverged. */
export type Runs = (Checkpoint[] | null)[];

/** Everything measured, in the order of the seeds. */
export interface Measured {
  /** Number of words, the classes of the output layer. */
  classes: number;
  words: { [arm: string]: Runs };
  /** Accuracies; 0.1, that of guessing, where training diverged. */
  digits: { [arm: string]: number[] };
  /** Milliseconds of a step by arm, then number of classes. */
  speed: { [arm: string]: { [classes: number]: number } };
}

/** Results by part. */
export function gathered(trials: readonly AnyTrial[]): Measured {
  const measured: Measured = { classes: 0, words: {}, digits: {}, speed: {} };
  for (const { spec, result } of trials) {
    if (result.part === "words" && spec.part === "words") {
      measured.words[spec.arm] = [...(measured.words[spec.arm] ?? []), result.checkpoints];
      measured.classes = Math.max(measured.classes, result.classes);
    }
    if (result.part === "digits" && spec.part === "digits")
      measured.digits[spec.arm] = [...(measured.digits[spec.arm] ?? []), result.accuracy ?? 0.1];
    if (result.part === "speed" && spec.part === "speed")
      measured.speed[spec.arm] = { ...measured.speed[spec.arm], [spec.classes]: result.milliseconds };
  }
  return measured;
}

/** Numbers of positions after which an arm was judged. */
export function positionsOf(runs: Runs): number[] {
  return runs.find((run) => run !== null)?.map(({ positions }) => positions) ?? [];
}

/** Top-k accuracy of each seed after so many positions; 0 where training diverged. */
export function topAt(runs: Runs, positions: number, k: number): number[] {
  const index = (ks as readonly number[]).indexOf(k);
  return runs.map((run) => at(run, positions)?.top[index] ?? 0);
}

/** Mean reciprocal rank of each seed after so many positions; 0 where training diverged. */
export function mrrAt(runs: Runs, positions: number): number[] {
  return runs.map((run) => at(run, positions)?.mrr ?? 0);
}

/** Mean seconds of training up to so many positions. */
export function secondsAt(runs: Runs, positions: number): number {
  const seconds = runs.map((run) => at(run, positions)?.seconds).filter((s) => s !== undefined);
  return mean(seconds);
}

/**
 * Seconds until the mean over seeds of the mean reciprocal rank reaches a level, linear between two checkpoints; null where
 * it never does.
 */
export function secondsTo(runs: Runs, level: number): number | null {
  let before = { seconds: 0, mrr: 0 };
  for (const positions of positionsOf(runs)) {
    const now = { seconds: secondsAt(runs, positions), mrr: mean(mrrAt(runs, positions)) };
    if (now.mrr >= level) {
      const share = before.seconds === 0 ? 1 : (level - before.mrr) / (now.mrr - before.mrr);
      return before.seconds + share * (now.seconds - before.seconds);
    }
    before = now;
  }
  return null;
}

/** The runs of an arm. */
export function runsOf(table: Measured["words"], arm: WordArm): Runs {
  const runs = table[arm];
  if (runs === undefined) throw new RangeError(`results: expected runs of ${arm}, got none`);
  return runs;
}

function at(run: Checkpoint[] | null, positions: number): Checkpoint | undefined {
  return run?.find((checkpoint) => checkpoint.positions === positions);
}
