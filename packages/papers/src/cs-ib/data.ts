import { derive, randomSource } from "minimand/engine";
import { normalPairs } from "../kit/normals.ts";
import { type Draw, shuffled, standardised } from "../kit/rows.ts";
import type { TrialHost } from "../reproduction.ts";
import { type Cell, outlierScale, shares } from "./settings.ts";

/** Rows of inputs with numbers to predict. */
export interface Numbers {
  x: Float32Array<ArrayBuffer>;
  shape: readonly number[];
  y: Float32Array<ArrayBuffer>;
}

/**
 * Rows to train on, and others to judge by. Inputs and targets are standardised by the rows trained on; then a share of their targets is
 * moved up. The rows judged by keep theirs.
 */
export async function prepare(
  { data, outliers }: Cell,
  { seed, judge }: Draw,
  host: TrialHost,
): Promise<{ train: Numbers; judged: Numbers }> {
  const dataset = await host.dataset(data);
  const order = shuffled(dataset.rows, derive(seed, 1));
  const [first, second] = [shares.train, shares.train + shares.tuning].map((share) =>
    Math.round(share * dataset.rows),
  );
  const rows = order.slice(0, first);
  const others = judge === "tune" ? order.slice(first, second) : order.slice(second);
  const inputs = standardised(dataset, rows);
  const targets = Array.from(rows, (row) => dataset.targets[row]);
  const mean = targets.reduce((sum, v) => sum + v, 0) / rows.length;
  const deviation = Math.sqrt(targets.reduce((sum, v) => sum + (v - mean) ** 2, 0) / rows.length);
  const numbers = (own: Int32Array): Numbers => {
    const { x, shape } = inputs(own);
    return { x, shape, y: Float32Array.from(own, (row) => (dataset.targets[row] - mean) / deviation) };
  };
  const train = numbers(rows);
  const normal = normalPairs(randomSource(derive(seed, 2)));
  const count = Math.round(outliers * rows.length);
  // The order is a random one: the first rows are a random share.
  for (let i = 0; i < count; i++) train.y[i] += outlierScale * Math.abs(normal());
  return { train, judged: numbers(others) };
}
