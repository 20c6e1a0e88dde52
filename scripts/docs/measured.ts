import type { Row } from "@minimand/papers";

/** A paper's measured.json: what pages may show of a run. */
export interface Measured {
  scale: string;
  seeds: number;
  verdict: string;
  because: string;
  rows: Row[];
}

/**
 * What is committed of a `report.json`.
 *
 * @throws RangeError for a run whose number of seeds was left to its scale, or that was only a smoke test
 */
export function measuredFrom(report: Omit<Measured, "seeds"> & { seeds: number | null }): Measured {
  const { scale, seeds, verdict, because, rows } = report;
  if (seeds === null)
    throw new RangeError("seeds: expected a number, so that pages can tell it (--seeds), got null");
  if (scale === "quick") throw new RangeError("scale: expected default or full, got quick");
  return { scale, seeds, verdict, because, rows };
}
