import type { Outcome, Row } from "@minimand/papers";

/** What made a run, as its `report.json` has it. */
export interface Provenance {
  created: string;
  /** Hash of the code that computed the trials. */
  code: string;
  engine: { name: string; version: string; threads: number };
  versions: { minimand: string; engine: string; node: string };
}

/** A paper's measured.json: what pages may show of a run. */
export interface Measured extends Provenance {
  scale: string;
  seeds: number;
  verdict: Outcome["verdict"];
  because: string;
  rows: Row[];
}

/** What is taken of a `report.json`. */
export type Report = Omit<Measured, "seeds"> & { seeds: number | null; firstSeed: number | null };

/**
 * What is committed of a `report.json`.
 *
 * @throws RangeError for a run whose number of seeds was left to its scale, that was only a smoke test, or that had other seeds than the
 *   paper's own
 */
export function measuredFrom(report: Report): Measured {
  const { scale, seeds, verdict, because, created, code, engine, versions, rows } = report;
  if (seeds === null)
    throw new RangeError("seeds: expected a number, so that pages can tell it (--seeds), got null");
  if (scale === "quick") throw new RangeError("scale: expected default or full, got quick");
  if (report.firstSeed !== null)
    throw new RangeError(
      `firstSeed: expected the paper's own, which pages are about, got ${report.firstSeed}`,
    );
  return { scale, seeds, verdict, because, created, code, engine, versions, rows };
}
