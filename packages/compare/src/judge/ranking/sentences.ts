import { metricCatalogue } from "minimand/metrics";
import { plural } from "../../plural.ts";
import type { Difference, Ranking, RankingEntry } from "../../results.ts";
import { lackText, verdictWord } from "./verdict-words.ts";

/** What a sentence needs to know about the comparison. */
export interface Setting {
  metric: string;
  higherIsBetter: boolean;
  rope: number;
  /** Label of the baseline. */
  baseline: string;
  /** Test parts on which the baseline has a score. */
  baselineParts: number;
  /** Whether it has all of the first seed, on which the others are compared with it, and the number of its trials. */
  baselineIsWhole: boolean;
  trials: number;
  testedOn: "folds" | "file" | "later rows";
  /** Whether some were trained on more seeds than the first. */
  finalists: boolean;
  /** Candidates that are tested together. */
  family: number;
  /** What the candidates are called, one and several. */
  noun: readonly [string, string];
}

/** An entry before it has its sentence. */
export type Unworded = Omit<RankingEntry, "sentence">;

/**
 * Returns the verdict on one candidate that ran `trials` trials, in plain words: better is an improvement, whichever way the metric goes,
 * and intervals are those of the difference, as tables show them.
 */
export function sentenceOf(entry: Unworded, setting: Setting, trials: number): string {
  const name = midSentence(setting.baseline);
  const { metric } = wordsOf(setting.metric);
  const than = ` than ${name}`;
  switch (entry.verdict) {
    case "baseline": {
      const diverged = entry.diverged > 0 ? ` It ${lackText(entry, trials)}.` : "";
      if (entry.mean === null) return `The baseline has no result.${diverged}`;
      const spread = entry.sd === null ? "" : ` (standard deviation ${plain(entry.sd)})`;
      return `The baseline: ${metric} ${plain(entry.mean)}${spread} over ${parts(entry.n, setting)}.${diverged}`;
    }
    case "diverged":
      return `${capital(lackText(entry, trials))}, so it is ranked last and not tested.`;
    case "reference":
      return entry.difference === null
        ? "Shown with the losses, not ranked."
        : `${capital(gain(entry.difference, setting, than, ""))}; shown with the losses, not ranked.`;
    case "undecided":
      if (entry.difference === null) return `No test part in common with ${name}, so no difference is known.`;
      if (entry.difference.p === null)
        return `${capital(gain(entry.difference, setting, than))}; not tested.`;
      return `Not significantly different from ${name}: ${gain(entry.difference, setting, " on average")}.${doubt(entry)}`;
    case "not pursued":
      if (entry.difference === null) return `No test part in common with ${name}, so no difference is known.`;
      return setting.finalists
        ? `Not among the finalists: ${gain(entry.difference, setting, " on the first seed")}.`
        : `Trained on one seed only, too few to call it better: ${gain(entry.difference, setting, "")}.`;
    case "same":
      return (
        `Practically the same as ${name}: the difference is within ${amount(setting.rope, setting.metric)} ` +
        `with probability ${probability(entry.difference?.pSame ?? 1)}.`
      );
    case "better":
    case "worse":
      return entry.difference === null
        ? ""
        : `${capital(gain(entry.difference, setting, than))}.${doubt(entry)}`;
  }
}

/** What is to be known of fits that fail now and then. */
function doubt({ difference }: Unworded): string {
  return difference?.unstable
    ? " Its fits are unstable: they differ by more than their rows explain, and the interval is widened for it."
    : "";
}

/** Verdicts that aren't better, in the order of a summary. */
const inOrder = [
  ...["same", "worse", "undecided", "not tested", "not pursued", "one seed"],
  ...["diverged", "not available", "without result"],
] as ReturnType<typeof verdictWord>[];

/** A verdict behind the number of those that have it. */
function inSummary(word: ReturnType<typeof verdictWord>, n: number): string {
  if (word === "same") return "practically the same";
  return word === "one seed"
    ? `trained on one seed only, too few to call ${n === 1 ? "it" : "them"} better`
    : word;
}

const counted = (n: number, { noun: [one, many] }: Setting): string => `${n} ${n === 1 ? one : many}`;

/** Writes one sentence for the whole ranking. */
export function summaryOf(entries: readonly RankingEntry[], setting: Setting): string {
  const name = midSentence(setting.baseline);
  const [one] = setting.noun;
  const losses = entries.filter(({ verdict }) => verdict !== "baseline" && verdict !== "reference");
  if (setting.baselineParts === 0)
    return `The baseline, ${name}, has no result, so nothing can be compared with it.`;
  if (losses.length === 0) return `No other ${one} than ${name} was run, so there is nothing to compare.`;
  const own = entries.find(({ verdict }) => verdict === "baseline");
  if (own !== undefined && !setting.baselineIsWhole && losses.every(({ difference }) => difference === null))
    return `The baseline, ${name}, ${lackText(own, setting.trials)}, so no ${one} can be compared with it.`;
  if (setting.testedOn === "later rows")
    return `No verdict against ${name}: how much differences on later rows vary is not known, so they are shown but not tested.`;
  const better = losses.filter(({ verdict }) => verdict === "better");
  if (better.length === 0) {
    const words = Map.groupBy(losses, (entry) => verdictWord(entry, entries));
    const counts = inOrder.flatMap((word) => {
      const n = words.get(word)?.length ?? 0;
      const many = n > 1 && n === losses.length ? "all" : n;
      return n === 0 ? [] : [`${many} ${inSummary(word, n)}`];
    });
    return `No ${one} is significantly better than ${name} on these data (of ${counted(losses.length, setting)}: ${counts.join(", ")}).`;
  }
  const verb = better.length === 1 ? "is" : "are";
  return (
    `${capital(numberWord(better.length))} of ${counted(losses.length, setting)} ${verb} significantly better than ${name} ` +
    `on these data: ${better.map(({ label }) => label).join(", ")}.`
  );
}

/**
 * "1.8 points of balanced accuracy better than cross-entropy (95 % interval of the difference 0.3 to 3.3, p = 0.02 adjusted
 * for 29)".
 * References are not in the family: their `correction` is empty.
 */
function gain(
  difference: Difference,
  setting: Setting,
  against: string,
  correction = setting.family > 1 ? ` adjusted for ${setting.family}` : "",
): string {
  const { metric, points } = wordsOf(setting.metric);
  const mean = setting.higherIsBetter ? difference.mean : -difference.mean;
  const size = points
    ? `${amount(Math.abs(mean), setting.metric)} of ${metric}`
    : `${metric} ${plain(Math.abs(mean))}`;
  const change =
    mean === 0 ? `no difference in ${metric}` : `${size} ${mean > 0 ? "better" : "worse"}${against}`;
  if (difference.p === null) return change;
  // Of the difference as tables and figures show it, whatever the words before it call it.
  const { low, high } = difference;
  const number = points ? (v: number) => fixed(100 * v) : plain;
  return (
    `${change} (95 % interval of the difference ${number(low)} to ${number(high)}, ` +
    `p ${pValue(difference.pAdjusted)}${correction})`
  );
}

/** A metric's name for people, and whether its differences are percentage points. */
function wordsOf(id: string): { metric: string; points: boolean } {
  const known = metricCatalogue.find((metric) => metric.id === id);
  return { metric: known?.label ?? id, points: known?.unit === "points" };
}

function amount(value: number, metric: string): string {
  if (!wordsOf(metric).points) return plain(value);
  return value > 0 && value < 0.0005 ? "less than 0.1 points" : `${fixed(100 * value)} points`;
}

/** One decimal, and no minus before a zero. */
function fixed(value: number): string {
  return value.toFixed(1).replace(/^-(0\.0)$/, "$1");
}

/** Three significant digits, without trailing zeros. */
function plain(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function pValue(p: number): string {
  return p < 0.001 ? "< 0.001" : `= ${Number(p.toPrecision(2))}`;
}

/** Two decimals, but never a certainty that is not one. */
function probability(p: number): string {
  return p < 1 && p > 0.994 ? "> 0.99" : String(Number(p.toFixed(2)));
}

function parts(n: number, { testedOn }: Setting): string {
  const part = testedOn === "file" ? "seed" : "fold";
  return n === 1 ? `1 ${part}` : `${n} ${part}s`;
}

const numbers = [
  "no",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];

function numberWord(n: number): string {
  return numbers[n] ?? String(n);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Losses named after people keep their capital, and so does whatever has a second one (LDR-KL, AnyLoss). */
const properName = /^(Bernoulli|Cauchy|Huber|Jensen|Tsallis|Tukey)/;

/** Returns a label inside a sentence. */
export function midSentence(label: string): string {
  const [first = ""] = label.split(/[\s(]/);
  return properName.test(label) || /[A-Z]/.test(first.slice(1)) || first.length === 1
    ? label
    : label.charAt(0).toLowerCase() + label.slice(1);
}

/** Whether a loss ran on fewer seeds than the baseline, with a difference on those that both have. */
const hasFewerSeeds = ({ seeds, difference, verdict }: RankingEntry, baseline: RankingEntry): boolean =>
  difference !== null && verdict !== "reference" && seeds < baseline.seeds;

/**
 * Returns the score of a row of the ranking; null where there is none. All losses are scored on the same seeds: one that ran on fewer has the
 * baseline's score plus the difference on the seeds that both ran on.
 */
export function scoreShown(
  entry: RankingEntry,
  { entries, baseline }: Pick<Ranking, "entries" | "baseline">,
): number | null {
  const own = entries.find(({ candidate }) => candidate === baseline);
  if (own === undefined || own.mean === null || entry.difference === null || !hasFewerSeeds(entry, own))
    return entry.mean;
  return own.mean + entry.difference.mean;
}

/** Returns which losses ran on fewer seeds than the baseline, and how their scores are made of it. Null where there are none. */
export function unequalSeeds({ entries, baseline }: Pick<Ranking, "entries" | "baseline">): string | null {
  const own = entries.find(({ candidate }) => candidate === baseline);
  if (own === undefined) return null;
  const fewer = entries.filter((entry) => hasFewerSeeds(entry, own));
  if (fewer.length === 0) return null;
  const counts = fewer.map(({ seeds }) => seeds);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const theirs = least === most ? `${least}` : `${least} to ${most}`;
  const who =
    fewer.length > 2
      ? plural(fewer.length, "other loss", "other losses")
      : fewer.map(({ label }) => midSentence(label)).join(" and ");
  return `Scores are means over ${own.seeds} seeds. ${capital(who)} ran on ${theirs} of them: the score shown is that of ${midSentence(own.label)} plus the difference on the seeds that both ran on.`;
}
