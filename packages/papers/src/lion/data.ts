import { derive } from "minimand/engine";
import { type Draw, halved, heldOut, type Prepared, range, shuffled, standardised } from "../kit/rows.ts";
import type { Images, TrialHost } from "../reproduction.ts";
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
    judge === "tune" ? labelled(pool, order.slice(train, train + held)) : labelled(test, range(test.count));
  return { train: labelled(pool, order.slice(0, train)), judged };
}

function labelled(images: Images, rows: Int32Array) {
  const x = Float32Array.from(halved(images, rows));
  const y = Int32Array.from(rows, (row) => images.labels[row]);
  return { x, shape: [x.length / rows.length], y, classes: 10 };
}
