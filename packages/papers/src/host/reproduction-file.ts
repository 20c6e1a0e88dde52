import type { ComputedOn, EngineUsed } from "@minimand/compare";
import type { PaperCard, ReproductionReport, Scale } from "../reproduction.ts";
import type { SourceFile } from "./papers-data.ts";

/** What results depend on in addition to data, settings and the engine of training; `node` names the browser if they come from a page. */
export interface Versions {
  minimand: string;
  engine: string;
  node: string;
}

/** What `report.json` holds. */
export interface ReproductionFile extends ReproductionReport {
  schema: "minimand.reproduction/1";
  created: string;
  card: PaperCard;
  scale: Scale;
  /** Seeds asked for; null: the scale's own number. */
  seeds: number | null;
  /** The seed that others count from, where it isn't that of the run that the paper's page has; null: that one. */
  firstSeed: number | null;
  /** The files behind each data set of the card, none where it was absent. */
  data: Record<string, SourceFile[]>;
  /** Hash of the code that computed the trials. */
  code: string;
  /** `engine`: the array engine, which both engines of training compute with. */
  versions: Versions;
  /** What ran the training steps. */
  engine: EngineUsed;
  /** Wall time of this run. */
  seconds: number;
  /** Trials of the report, those kept from an earlier run, and the computing time of all. */
  trials: { total: number; kept: number; seconds: number };
  /** Kinds of CPU that have computed the trials, where several machines may have. */
  computedOn?: ComputedOn[];
}

/** Why the verdict of a run is no evidence, in a few words; null where it may be. */
export function caveatOf({ scale, seeds }: Pick<ReproductionFile, "scale" | "seeds">): string | null {
  if (scale === "quick") return "quick run, no evidence";
  // A standard error takes two.
  return seeds === 1 ? "one seed, no evidence" : null;
}

/** That a run isn't the one of the paper's page but for chance, in a few words; null where it has the page's seeds, or some of them. */
export function otherSeedsOf({ firstSeed }: Pick<ReproductionFile, "firstSeed">): string | null {
  return firstSeed === null ? null : `seeds from ${firstSeed} on, others than those of the paper's page`;
}
