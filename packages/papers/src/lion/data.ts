import type { Dataset } from "@minimand/compare";
import { derive } from "minimand/engine";
import { type Draw, heldOut, type Prepared, shuffled, standardised } from "../kit/rows.ts";
import { network } from "./settings.ts";

/** The rows of a seed: trained on, and judged by. For tuning the judges are training rows held out, and no test row is seen. */
export function prepare(dataset: Dataset, { seed, judge }: Pick<Draw, "seed" | "judge">): Prepared {
  const order = shuffled(dataset.rows, derive(seed, 1));
  const rows = heldOut(order, network.train, judge, network.train - network.held);
  const labelled = standardised(dataset, rows.train);
  return { train: labelled(rows.train), judged: labelled(rows.judged) };
}
