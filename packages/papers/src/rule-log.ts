/** What a reader of a rule has to know of its past: one change of it, or one measured run. */
export interface RuleChange {
  /** Of the commit, `2026-11-25`. */
  date: string;
  /** Short hash of the commit in the project's history; null on the last line alone, which came with that commit. */
  commit: string | null;
  /**
   * What changed: the rule; its words alone; the protocol, by which numbers are made that the rule judges; what is shown and judges
   * nothing. A run changes nothing.
   */
  about: "rule" | "wording" | "protocol" | "shown" | "run";
  /** What of the reproduction had been seen by then, at worst: nothing that ran, tuning and trial runs, or results of a measured run. */
  seen: "nothing" | "trials" | "results";
  what: string;
  /** Verdict of a run, and its scale where it isn't the default. */
  verdict?: string;
  scale?: "full";
  /** Where the text of the rule changed: the first twelve digits of its SHA-256. */
  ruleHash?: string;
}

const before: Record<RuleChange["seen"], string> = {
  nothing: "before any run",
  trials: "before any measured run",
  results: "with results in view",
};

const kinds: Record<RuleChange["about"], string> = {
  rule: "rule",
  wording: "wording",
  protocol: "protocol",
  shown: "also shown",
  run: "run",
};

/**
 * Returns what may be said of when a rule was written: no more than its log allows.
 *
 * @param log of the rule, from the first commit on
 *
 * @example
 * const [, change] = [{}, { date: "2026-11-26", commit: "a60d24f", about: "rule", seen: "trials", what: "..." } as const];
 * ruleHeading([change]); // "Rule, written before any measured run"
 */
export function ruleHeading(log: readonly Pick<RuleChange, "about" | "seen">[]): string {
  const seen = log.filter(({ about }) => about === "rule").map((change) => change.seen);
  if (seen.includes("results")) return "Rule, changed with results in view";
  const written = `Rule, written ${before[seen.includes("trials") ? "trials" : "nothing"]}`;
  const late = log.some(({ about, seen }) => about === "protocol" && seen === "results");
  return late ? `${written}; protocol changed with results in view` : written;
}

/**
 * Returns a line of the log without its date and commit.
 *
 * @param change of the rule
 *
 * @example
 * const change = { date: "2026-11-26", commit: "a60d24f", about: "rule", seen: "trials", what: "It is stricter." } as const;
 * ruleChangeText(change); // "rule, before any measured run. It is stricter."
 */
export function ruleChangeText({ about, seen, what }: RuleChange): string {
  return `${kinds[about]}${about === "run" ? "" : `, ${before[seen]}`}. ${what}`;
}
