import type { ServedPaper } from "@minimand/papers/web";
import type { PageScale, RunFacts } from "./facts.ts";
import type { FinishedRun } from "./run-record.ts";

/** What a run needs to know, of the page. */
export interface AskedRun {
  facts: Pick<RunFacts, "slug" | "engine" | "code" | "versions">;
  paper: ServedPaper;
  scale: PageScale;
  seeds: number | null;
  workers: number;
}

/** How far a run is. */
export interface RunProgress {
  done: number;
  total: number;
  /** Of those that are done, by an earlier run. */
  kept: number;
  /** Seconds; null where it is not known yet. */
  left: number | null;
  /** The trial that was finished last. */
  message: string;
}

/** What the page says to the worker that conducts a run. */
export type ToConductor = { start: AskedRun } | { stop: true };

/** What the worker that conducts a run says to the page. */
export type FromConductor =
  | { kind: "progress"; progress: RunProgress }
  /** What isn't counted, as a data set that is left out. */
  | { kind: "said"; text: string }
  /** A figure of what is known so far. */
  | { kind: "live"; markup: string }
  | { kind: "finished"; finished: FinishedRun }
  | { kind: "stopped" }
  | { kind: "failed"; text: string };
