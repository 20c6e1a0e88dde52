import { discardSearch, type SearchState } from "@minimand/lab/architecture";
import { laterMedian } from "../../kit/statistics.ts";
import type { TrialHost } from "../../reproduction.ts";
import { cellArm } from "./arms.ts";
import { pairs, splitDigits } from "./data.ts";
import { type SpaceName, search as size } from "./settings.ts";
import { searchOf, startOf } from "./spaces.ts";

/** Milliseconds of a step of each search, in turn in one thread. */
export interface CostSpec {
  part: "cost";
  space: SpaceName;
  arms: string[];
  rounds: number;
}
export interface CostResult {
  part: "cost";
  milliseconds: { [arm: string]: number };
  gradients: { [arm: string]: number };
}

/** Times steps of all searches on the supernet: one a round; medians, after a first round that compiles. */
export async function costTrial({ space, arms, rounds }: CostSpec, host: TrialHost): Promise<CostResult> {
  const split = await splitDigits(host, 1);
  const batches = pairs(split, size.batch, Number.POSITIVE_INFINITY, 1);
  const states = new Map<string, SearchState>();
  const times = new Map<string, number[]>(arms.map((id) => [id, []]));
  for (let round = -1; round < rounds; round++) {
    for (const id of arms) {
      host.signal?.throwIfAborted();
      const search = searchOf(space, id, host.compile);
      const hyper = {
        learningRate: 0.01,
        alphaRate: 0.01,
        ...(cellArm(id).kind === "rarts" && { beta: 3, lambda: 3 }),
      };
      const state = states.get(id) ?? startOf(space, search, 1, hyper);
      const [trainBatch, valBatch] = batches.next().value as [never, never];
      const started = performance.now();
      const [next, metrics] = search.update(state, trainBatch, valBatch);
      for (const metric of Object.values(metrics)) await metric.data();
      if (round >= 0) times.get(id)?.push(performance.now() - started);
      states.set(id, next);
    }
  }
  for (const state of states.values()) discardSearch(state);
  return {
    part: "cost",
    milliseconds: Object.fromEntries([...times].map(([id, values]) => [id, laterMedian(values)])),
    gradients: Object.fromEntries(arms.map((id) => [id, searchOf(space, id, host.compile).gradientsPerStep])),
  };
}
