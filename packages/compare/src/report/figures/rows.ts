import type { DatasetReport, Difference, RankingEntry, TestedDifference } from "../../results.ts";

/** A candidate with a paired difference to the baseline. */
export interface PairedEntry<D extends Difference = Difference> extends RankingEntry {
  difference: D;
}

const isPaired = (entry: RankingEntry): entry is PairedEntry =>
  entry.difference !== null && entry.verdict !== "reference";

const hasClaims = (entry: PairedEntry): entry is PairedEntry<TestedDifference> => entry.difference.p !== null;

/** Returns the candidates with a paired difference to the baseline, from best to worst as ranked. */
export function pairedEntries(report: DatasetReport): PairedEntry[] {
  return report.ranking.entries.filter(isPaired);
}

/** Returns those candidates that were tested: all, or where nothing can be tested (2 folds, one seed on a test file) none. */
export function testedEntries(report: DatasetReport): PairedEntry<TestedDifference>[] {
  return pairedEntries(report).filter(hasClaims);
}

/** Whether anything is claimed of the differences: an interval, a p, a verdict. */
export function isTested(report: DatasetReport): boolean {
  return testedEntries(report).length > 0;
}

/** Names for people by candidate identifier. */
function candidateLabels(report: Pick<DatasetReport, "ranking">): Map<string, string> {
  return new Map(report.ranking.entries.map((entry) => [entry.candidate, entry.label]));
}

/** Returns the label of one candidate, or its identifier if it is not ranked. */
export function labelOf(report: Pick<DatasetReport, "ranking">, candidate: string): string {
  return candidateLabels(report).get(candidate) ?? candidate;
}

/** The loss with the largest difference: the first of the ranking that is neither diverged nor a reference. */
function bestCandidate(report: Pick<DatasetReport, "ranking">): string | null {
  const entry = report.ranking.entries.find(
    ({ verdict, mean }) => verdict !== "diverged" && verdict !== "reference" && mean !== null,
  );
  return entry?.candidate ?? null;
}

/** A candidate that is shown by itself, and why. */
export interface Protagonist {
  candidate: string;
  label: string;
  roles: string[];
}

/** Baseline, best and kept candidate, each once, with the roles they play. */
export function protagonists(report: Pick<DatasetReport, "ranking" | "model">): Protagonist[] {
  const roles = new Map<string, string[]>();
  const add = (candidate: string | null | undefined, role: string): void => {
    if (candidate) roles.set(candidate, [...(roles.get(candidate) ?? []), role]);
  };
  const rivals = report.ranking.entries.filter(
    ({ verdict }) => verdict !== "reference" && verdict !== "baseline",
  ).length;
  // By how much it was selected, so that it isn't taken for a typical one.
  add(report.ranking.baseline, "baseline");
  const best = bestCandidate(report);
  if (best !== report.ranking.baseline) add(best, rivals > 1 ? `first of ${rivals}` : "rival");
  add(report.model?.candidate, "kept");
  return [...roles].map(([candidate, list]) => ({
    candidate,
    label: labelOf(report, candidate),
    roles: list,
  }));
}

/** Returns the protagonists and all finalists: the baseline first, the others as ranked. */
export function portrayed(report: Pick<DatasetReport, "ranking" | "model" | "finalists">): Protagonist[] {
  const leading = new Map(protagonists(report).map((one) => [one.candidate, one.roles]));
  const { baseline, entries } = report.ranking;
  return entries
    .filter(({ candidate }) => leading.has(candidate) || report.finalists.includes(candidate))
    .sort((a, b) => Number(b.candidate === baseline) - Number(a.candidate === baseline))
    .map(({ candidate, label }) => ({ candidate, label, roles: leading.get(candidate) ?? ["finalist"] }));
}
