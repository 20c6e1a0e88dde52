import type { Dataset } from "@minimand/compare";
import { derive } from "minimand/engine";
import { type Labelled, shuffled, standardised } from "../kit/rows.ts";
import { network } from "./settings.ts";

/** The rows of a seed: trained on, and judged by. For tuning the judges are training rows held out, and no test row is seen. */
export function prepare(
  dataset: Dataset,
  { seed, judge }: { seed: number; judge: "test" | "tune" },
): { train: Labelled; judged: Labelled } {
  const order = shuffled(dataset.rows, derive(seed, 1));
  const all = order.slice(0, network.train);
  const split = judge === "tune" ? network.train - network.held : network.train;
  const labelled = standardised(dataset, all.slice(0, split));
  return {
    train: labelled(all.slice(0, split)),
    judged: labelled(judge === "tune" ? all.slice(split) : order.slice(network.train)),
  };
}
