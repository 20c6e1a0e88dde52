import {
  type Bandit,
  type BanditContext,
  classificationToBandit,
  decisionLine,
  rewardLine,
} from "@minimand/lab/online";
import type { BanditTable } from "./bandit-table.ts";

/** One bandit on one order of the rows. */
export interface Play {
  /** Cumulative regret, after each point of {@link curvePoints}. */
  curve: number[];
  rounds: number[];
  regret: number;
  /** Share of right arms in all rounds, and in the second half. */
  right: number;
  rightLater: number;
  seconds: number;
}

const curvePoints = 60;
/** Milliseconds of work between two words on how far it is. */
const slice = 20;

/** How a simulation runs. */
export interface PlayOptions {
  rounds: number;
  /** Rewards come so many rounds late. */
  delay: number;
  seed: number;
  /** Receives the lines of a log of what happens. */
  log?: (line: string) => void;
  /** Told every now and then; what it throws ends the play. */
  onProgress: (round: number) => void;
}

/** Lets a bandit play. */
export function playTable(bandit: Bandit, table: Omit<BanditTable, "notes">, options: PlayOptions): Play {
  const { rounds, delay, seed, log, onProgress } = options;
  const { x, labels, features, classes } = table;
  const environment = classificationToBandit(x, labels, { features, classes: classes.length, seed, rounds });
  const late: { decisionId: string; reward: number }[] = [];
  const learn = (): void => {
    const due = late.shift();
    if (due === undefined) return;
    bandit.update(due.decisionId, due.reward);
    log?.(rewardLine(due.decisionId, due.reward));
  };
  const right = new Uint8Array(rounds);
  let spent = 0;
  let began = performance.now();
  for (let round = 0; round < rounds; round++) {
    const context: BanditContext = { ...environment.context(round), actionIds: classes };
    const decision = bandit.choose(context);
    log?.(decisionLine(context, decision));
    const reward = environment.reward(round, decision.action);
    right[round] = reward;
    late.push({ decisionId: decision.decisionId, reward });
    if (late.length > delay) learn();
    if (performance.now() - began < slice) continue;
    spent += performance.now() - began;
    onProgress(round);
    began = performance.now();
  }
  while (late.length > 0) learn();
  spent += performance.now() - began;
  return { ...summary(right), seconds: spent / 1000 };
}

function summary(right: Uint8Array): Omit<Play, "seconds"> {
  const rounds = right.length;
  const count = (from: number, to: number): number => right.subarray(from, to).reduce((a, b) => a + b, 0);
  const marks = Array.from(
    { length: Math.min(curvePoints, rounds) },
    (_, k, n = Math.min(curvePoints, rounds)) => Math.round(((k + 1) * rounds) / n),
  );
  const half = Math.floor(rounds / 2);
  return {
    rounds: marks,
    curve: marks.map((to) => to - count(0, to)),
    regret: rounds - count(0, rounds),
    right: count(0, rounds) / rounds,
    rightLater: count(half, rounds) / (rounds - half),
  };
}
