import { derive } from "minimand/engine";
import {
  type Draw,
  halvedRows,
  heldOut,
  type Prepared,
  range,
  shuffled,
  standardised,
} from "../../kit/rows.ts";
import type { TrialHost } from "../../reproduction.ts";
import { type RegimeId, regimes } from "./settings.ts";

type Rows = Pick<Draw, "seed" | "judge"> & { regime: RegimeId };

/** The rows of a seed: trained on, and judged by. For tuning the judges are training rows held out, and no test row is seen. */
export const prepare = (rows: Rows, host: TrialHost): Promise<Prepared> =>
  (rows.regime === "digits" ? digits : images)(rows, host);

async function digits({ seed, judge }: Rows, host: TrialHost): Promise<Prepared> {
  const { train, held } = regimes.digits;
  const dataset = await host.dataset("digits");
  const rows = heldOut(shuffled(dataset.rows, derive(seed, 1)), train, judge, train - held);
  const labelled = standardised(dataset, rows.train);
  return { train: labelled(rows.train), judged: labelled(rows.judged) };
}

async function images({ seed, judge }: Rows, host: TrialHost): Promise<Prepared> {
  const { train, held } = regimes.images;
  const [pool, test] = [await host.images("fashion-train"), await host.images("fashion-test")];
  const order = shuffled(pool.count, derive(seed, 1));
  const judged =
    judge === "tune"
      ? halvedRows(pool, order.slice(train, train + held))
      : halvedRows(test, range(test.count));
  return { train: halvedRows(pool, order.slice(0, train)), judged };
}
