import type { Command } from "commander";
import { number, wholeNumbers } from "../options.ts";

/** The bandits, in the order of the help. */
export const banditNames = [
  "neu-fast-cb",
  "neu-square-cb",
  "neural-epsilon-greedy",
  "neural-ucb",
  "neural-ts",
  "lin-ucb",
  "lin-ts",
  "lin-exp3",
] as const;

export type BanditName = (typeof banditNames)[number];

/** Settings that commands offer; each bandit takes its own. */
export interface BanditSettings {
  gamma?: number;
  epsilon?: number;
  nu?: number;
  alpha?: number;
  learningRate?: number;
  hidden?: number[];
}

/** Options by which a bandit is set; each bandit takes its own. */
export function withBanditSettings(command: Command): Command {
  return command
    .option(
      "--gamma <x>",
      "exploitation of neu-fast-cb and neu-square-cb; default: grows with the root of the rounds",
      number,
    )
    .option("--epsilon <p>", "share of uniform choices of neural-epsilon-greedy; default: 0.05", number)
    .option("--nu <x>", "exploration of neural-ucb and neural-ts; default: 0.1", number)
    .option("--alpha <x>", "exploration of lin-ucb and lin-ts; default: 1", number)
    .option("--learning-rate <x>", "of the networks; default: 0.5, of neu-fast-cb 2", number)
    .option("--hidden <a,b>", "widths of the networks' hidden layers; default: 100", wholeNumbers);
}
