import type { EngineUsed } from "@minimand/compare";
import type { Scale } from "../reproduction.ts";
import type { SourceFile } from "./papers-data.ts";
import type { Versions } from "./reproduction-file.ts";

/** All that decides the results of a reproduction, as plain JSON. */
export interface ReproductionRequest {
  slug: string;
  scale: Scale;
  /** Null: the scale's own number. */
  seeds: number | null;
  /** The seed that others count from; null: the paper's own. */
  firstSeed: number | null;
  /** Whether hyperparameters are chosen, instead of the claim measured. */
  tune: boolean;
  engine: EngineUsed;
  versions: Versions;
  /** Hash of the code that computes the trials. */
  code: string;
  /** The files behind each data set of the card, none where it is absent. */
  data: Record<string, SourceFile[]>;
}

/** What decides the result of a trial in addition to its spec, in the order of its name in stores. */
export function trialContext(request: ReproductionRequest): Record<string, unknown> {
  const { slug, versions, engine, code, data } = request;
  return { schema: 1, slug, versions, engine, code, data };
}
