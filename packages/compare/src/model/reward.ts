import { meanOf } from "../averages.ts";
import type { Task } from "../results.ts";
import type { Part } from "../train/fold.ts";
import type { Network, Trained } from "../train/network.ts";

/** Returns what a kept model is asked for: a number for a response, where it was trained by pairs of them. */
export function taskOfKept(task: Task): Task {
  return task === "preference" ? "regression" : task;
}

/**
 * Returns the unit and origin of a kept reward: differences are log-odds of being preferred, labels without flips, and the responses that
 * it was trained on have a mean of 0.
 */
export async function rewardScale(
  network: Network,
  trained: Trained,
  pairs: Pick<Part, "x" | "rows">,
  temperature: number,
): Promise<{ mean: number; sd: number }> {
  const rewards = await network.outputs(trained, pairs);
  const mean = meanOf(rewards);
  return { mean: -mean / temperature, sd: 1 / temperature };
}
