import type { RuleChange } from "@minimand/papers";

/** A measured run of a paper, and how its verdict compares with the run before. */
export interface MeasuredRun {
  date: string;
  scale: "default" | "full";
  /** Verdict of the run before at the same scale; null for the first one. */
  before: string | null;
  verdict: string;
  what: string;
  /** Changes of rule and protocol between the two runs. */
  changes: RuleChange[];
}

/**
 * Lists the measured runs of a paper, the oldest first.
 *
 * @param log of the paper's rule
 */
export function measuredRuns(log: readonly RuleChange[]): MeasuredRun[] {
  return log.flatMap(({ date, about, scale, verdict, what }, i) => {
    if (about !== "run" || verdict === undefined) return [];
    const earlier = log.slice(0, i);
    const last = earlier.findLastIndex((line) => line.about === "run" && line.scale === scale);
    const changes = earlier
      .slice(last + 1)
      .filter((line) => last >= 0 && (line.about === "rule" || line.about === "protocol"));
    return [
      { date, scale: scale ?? "default", before: earlier[last]?.verdict ?? null, verdict, what, changes },
    ];
  });
}

/**
 * Returns the runs that a reader of a feed asks for: the latest one, and before it the one that last changed the verdict of the
 * catalogue, which goes by the default scale.
 */
export function latestRuns(runs: readonly MeasuredRun[]): MeasuredRun[] {
  const turned = runs.findLast(
    ({ scale, before, verdict }) => scale === "default" && before !== null && before !== verdict,
  );
  const latest = runs.at(-1);
  return runs.filter((run) => run === turned || run === latest);
}
