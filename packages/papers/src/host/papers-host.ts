import type { ComputedOn } from "@minimand/compare";
import type { Host, TrialHost } from "../reproduction.ts";
import type { PapersData } from "./papers-data.ts";

/** How the trials of a reproduction are run: here, or by whoever takes them. */
export interface TrialSource extends Pick<Host<unknown, unknown>, "trials"> {
  /** Finished trials so far, those kept from an earlier run among them. */
  readonly trialsSoFar: { total: number; kept: number; seconds: number };
  /** Says how many of the trials that were asked for are there, but can't be trusted; null if none are. */
  doubts(): string | null;
  /** The kinds of CPU that have computed the trials, where several machines may have. */
  computedOn?(): Promise<ComputedOn[]>;
  /** Stops the workers, after what is being stored is stored. */
  close(): Promise<void>;
}

/** What {@link papersHost} needs. */
export interface PapersHostOptions
  extends Required<Pick<Host<unknown, unknown>, "scale" | "seeds" | "firstSeed">> {
  data: PapersData;
  asset?: TrialHost["asset"];
  source: TrialSource;
  signal: AbortSignal;
}

/** What a reproduction runs on. */
export interface PapersHost extends Host<unknown, unknown>, TrialSource {
  signal: AbortSignal;
}

/** A host of a paper's data, with its trials as a source runs them. */
export function papersHost(options: PapersHostOptions): PapersHost {
  const { scale, seeds, firstSeed, data, asset, source, signal } = options;
  const { dataset, images, text } = data;
  return { scale, seeds, firstSeed, dataset, images, text, asset, signal, ...source };
}
