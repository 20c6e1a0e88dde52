import type {
  DatasetReport,
  Ranking,
  RankingEntry,
  Recommendation,
  TestedDifference,
} from "../../results.ts";
import { normalQuantile } from "../ranking/distributions.ts";
import { midSentence } from "../ranking/sentences.ts";
import { amountOf, labelOf } from "./amounts.ts";
import { furtherTime, partOf } from "./part-of.ts";

type Step = Recommendation["next"][number];

/** Above this many times the rows there are, a number of them is no advice. */
const mostRows = 100;

/** This many seeds in all are still worth the wait. */
const mostSeeds = 30;

/**
 * Returns what to do next: read codes for missing values as such, and what {@link decidingSteps} advises.
 *
 * @param report of a data set; its notes say which values look like codes for missing ones
 */
export function nextSteps(
  report: Parameters<typeof decidingSteps>[0] & Pick<DatasetReport, "notes">,
): Step[] {
  const codes = report.notes.flatMap(({ missing }) => missing ?? []);
  const option = codes.map((words) => `--missing ${words}`).join(" ");
  const read: Step = {
    about: "missing",
    text: `Missing values: the data checks found numbers that may be codes for them. If they are, add ${option} to the command.`,
  };
  return [...(codes.length > 0 ? [read] : []), ...decidingSteps(report)];
}

/**
 * Returns what to do where nothing is decided: further seeds where they alone would decide, else the rows that would.
 *
 * A gain g is decided where its standard error is at most `g / (z + 0.84)`, z the normal quantile of alpha / 2 shared among the
 * family (a bound, larger than max-T needs), 0.84 that of a chance of 0.8. The variance by fits falls as 1 / seeds, both parts fall as
 * 1 / rows. It is a plan at the variance that was seen, and for the gain that was seen; the largest of many is seen too large.
 */
function decidingSteps(
  report: Pick<DatasetReport, "ranking" | "rows" | "drawnFrom" | "seeds" | "folds" | "testRows">,
): Step[] {
  const { ranking, rows, seeds } = report;
  const partial = partOf(report);
  if (partial !== null)
    return [
      {
        about: "continue",
        text: `Complete the run: ${partial}. The same command ${furtherTime} runs the rest.`,
      },
    ];
  if (seeds.planned.length === 1 && ranking.entries.some(({ verdict }) => verdict === "not pursued"))
    return [
      {
        about: "seeds",
        text: "On a single seed, no loss can be called better: run --seeds 6, which trains the five best on more seeds.",
      },
    ];
  const open = leading(report);
  if (open === null) return [];
  const { entry, difference, gain } = open;
  if (gain <= ranking.rope) return [{ about: "settled", text: settledBy(entry, gain, ranking) }];
  const family = ranking.entries.filter(({ verdict }) => verdict !== "baseline" && verdict !== "reference");
  const z = normalQuantile(1 - ranking.alpha / 2 / Math.max(1, family.length)) + 0.84;
  const wanted = (gain / z) ** 2;
  const { rows: ofRows, fits: ofFits } = difference.variance;
  const lucky =
    family.length > 1
      ? `. That gain is the clearest of ${family.length}, so it is probably too high and the estimate too low`
      : "";
  const what = `whether ${midSentence(entry.label)}, the undecided finalist with the clearest gain, is better. This assumes its gain here, ${amountOf(gain, ranking.metric)} of ${labelOf(ranking.metric)}${lucky}`;
  const factor = (ofRows + ofFits) / wanted;
  const enough = Math.ceil((entry.seeds * ofFits) / (wanted - ofRows));
  if (ofFits > ofRows && !difference.unstable && enough > entry.seeds && enough <= mostSeeds)
    return [
      {
        about: "seeds",
        seeds: enough,
        text: `More seeds: most of the uncertainty comes from differences between fits. About ${enough} seeds (--seeds ${enough}) would decide ${what}.`,
      },
    ];
  // At once decided by the bound: only luck of max-T or of few degrees of freedom is in between.
  if (factor <= 1)
    return [
      {
        about: "seeds",
        text: `More seeds (--seeds ${2 * entry.seeds}): the verdict on ${entry.label} is nearly decided.`,
      },
    ];
  if (factor > mostRows) return [];
  const needed = Number((rows * factor).toPrecision(2));
  return [
    {
      about: "rows",
      rows: needed,
      text: `More rows: ${ofFits > ofRows ? "about" : "most of the uncertainty comes from the rows, and more seeds would not reduce it. About"} ${needed} rows (${Number(factor.toPrecision(2))} times as many) would decide ${what}.`,
    },
  ];
}

function settledBy(
  { label }: RankingEntry,
  gain: number,
  { metric, rope }: Pick<Ranking, "metric" | "rope">,
): string {
  if (gain <= 0)
    return `No undecided finalist gains anything (the closest, ${label}, loses ${amountOf(-gain, metric)}): more rows would more likely show that they are the same or worse.`;
  const largest = `The largest gain of an undecided finalist is ${amountOf(gain, metric)} (${label})`;
  return gain > rope / 2
    ? `${largest}, near the smallest that matters (${amountOf(rope, metric)}): more rows may show that they are the same, or a gain that matters.`
    : `${largest}, too little to matter: more rows would more likely show that they are the same.`;
}

/** Returns of the undecided finalists that gain more than what matters the one with the smallest adjusted p, else the one that gains most. */
export function leading({ ranking }: Pick<DatasetReport, "ranking">): {
  entry: RankingEntry;
  difference: TestedDifference;
  gain: number;
} | null {
  if (ranking.entries.some(({ verdict }) => verdict === "better")) return null;
  const sign = ranking.higherIsBetter ? 1 : -1;
  const open = ranking.entries
    .flatMap((entry) => {
      const { difference, verdict } = entry;
      if (verdict !== "undecided" || difference === null || difference.p === null) return [];
      return [{ entry, difference, gain: sign * difference.mean }];
    })
    .sort((a, b) => b.gain - a.gain);
  const [most] = open;
  const clear = open.filter(({ gain }) => gain > ranking.rope);
  return clear.sort((a, b) => a.difference.pAdjusted - b.difference.pAdjusted)[0] ?? most ?? null;
}
