import { derive, randomSource } from "minimand/engine";
import { normalPairs } from "../../kit/normals.ts";
import { type Draw, shuffled, standardised, taken } from "../../kit/rows.ts";
import type { TrialHost } from "../../reproduction.ts";
import { rotatedDigits } from "./rotated-digits.ts";
import { type Cell, outlierScale, shares } from "./settings.ts";

/** Rows of inputs with numbers to predict. */
export interface Numbers {
  x: Float32Array<ArrayBuffer>;
  shape: readonly number[];
  y: Float32Array<ArrayBuffer>;
}

/** A regression before rows are drawn. */
interface Source {
  rows: number;
  targets: ArrayLike<number>;
  /** Returns the inputs of rows, as standardised by the training rows. */
  inputs(trained: Int32Array): (rows: Int32Array) => Pick<Numbers, "x" | "shape">;
}

async function sourceOf(data: Cell["data"], seed: number, host: TrialHost): Promise<Source> {
  if (data === "rotated digits") {
    const { x, angles } = rotatedDigits(await host.images("mnist-train"), seed);
    const width = x.length / angles.length;
    const inputs = () => (rows: Int32Array) => ({ x: taken(x, width, rows), shape: [width] });
    return { rows: angles.length, targets: angles, inputs };
  }
  const dataset = await host.dataset(data);
  const { rows, targets } = dataset;
  return { rows, targets, inputs: (trained) => standardised(dataset, trained) };
}

/**
 * Draws training rows, and others to score the network by. Inputs of tables and all targets are standardised by the training rows;
 * then a share of their targets is moved up. The other rows keep theirs.
 */
export async function prepare(
  { data, outliers }: Cell,
  { seed, judge }: Draw,
  host: TrialHost,
): Promise<{ train: Numbers; judged: Numbers }> {
  const source = await sourceOf(data, seed, host);
  const order = shuffled(source.rows, derive(seed, 1));
  const [first, second] = [shares.train, shares.train + shares.tuning].map((share) =>
    Math.round(share * source.rows),
  );
  const rows = order.slice(0, first);
  const others = judge === "tune" ? order.slice(first, second) : order.slice(second);
  const inputs = source.inputs(rows);
  const targets = Array.from(rows, (row) => source.targets[row]);
  const mean = targets.reduce((sum, v) => sum + v, 0) / rows.length;
  const deviation = Math.sqrt(targets.reduce((sum, v) => sum + (v - mean) ** 2, 0) / rows.length);
  const numbers = (own: Int32Array): Numbers => {
    const { x, shape } = inputs(own);
    return { x, shape, y: Float32Array.from(own, (row) => (source.targets[row] - mean) / deviation) };
  };
  const train = numbers(rows);
  const normal = normalPairs(randomSource(derive(seed, 2)));
  const count = Math.round(outliers * rows.length);
  // The order is random, so the first rows are a random share.
  for (let i = 0; i < count; i++) train.y[i] += outlierScale * Math.abs(normal());
  return { train, judged: numbers(others) };
}
