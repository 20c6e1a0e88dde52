import type { EngineUsed } from "@minimand/compare";

/** What a worker is given when it starts. */
export interface PapersWorkerData {
  slug: string;
  /** Where data are looked for. */
  folders: string[];
  engine: EngineUsed;
}

/** What is kept of a trial. */
export interface TrialOutcome {
  result: unknown;
  /** Computing time. */
  seconds: number;
}

/** Whether a stored file holds an outcome. */
export function isOutcome(value: unknown): value is TrialOutcome {
  return (
    typeof value === "object" &&
    value !== null &&
    "result" in value &&
    "seconds" in value &&
    typeof value.seconds === "number"
  );
}
