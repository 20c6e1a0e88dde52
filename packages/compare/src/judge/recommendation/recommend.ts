import { quoted } from "../../data-error.ts";
import { keepable, references } from "../../plan/candidates.ts";
import type { Advantage, DatasetReport, Ranking, RankingEntry, Recommendation } from "../../results.ts";
import { traitsOf } from "../../task.ts";
import { midSentence } from "../ranking/sentences.ts";
import { lackText } from "../ranking/verdict-words.ts";
import { amountOf, type Gain, gainText, labelOf, reductionText } from "./amounts.ts";
import { otherModels } from "./beside.ts";
import { costsOf } from "./costs.ts";
import { leading, nextSteps } from "./next-step.ts";
import type { Improving } from "./still-improving.ts";

/** What a recommendation needs in addition to the report. */
export interface Evidence {
  /** Trees, the linear model and the ensemble of them against the best loss. */
  references: readonly Advantage[];
  /** The models against the reference that looks at no column; empty where nothing can be tested. */
  trivial: readonly Advantage[];
  /** The recommended candidate against the baseline in other metrics; where that is the baseline itself, the undecided finalist with the clearest gain. */
  others: readonly (Advantage & { metric: string })[];
  /** Of numbers, the model whose predictions are most in the order of the target, if that is beyond chance. */
  ordered?: { candidate: string; correlation: number } | null;
  /** The baseline and the advised candidate, where many of their fits ended at the limit of epochs. */
  improving?: readonly Improving[];
}

/** Returns the loss that gains most of those that are better, else the baseline: what is kept. */
export function recommended(ranking: Ranking): string {
  return ranking.entries.find(({ verdict }) => verdict === "better")?.candidate ?? ranking.baseline;
}

/** A report before anything follows from it. */
export type Unadvised = Omit<DatasetReport, "recommendation" | "behaviours">;

/**
 * Returns what follows from a comparison: what to use, what it gains and costs, and what to do next. It says nothing that the ranking
 * doesn't claim: where no loss is `better`, the baseline is to be used.
 *
 * @param report of a data set, but for what follows from it
 */
export function recommend(report: Unadvised, evidence: Evidence): Recommendation {
  const { ranking } = report;
  const candidate = recommended(ranking);
  const entry = ranking.entries.find((one) => one.candidate === candidate)!;
  const gain = candidate === ranking.baseline ? null : gainOf(entry, ranking);
  const trivial = trivialOf(evidence.trivial);
  const lead = trivial?.unbeaten
    ? { text: nothingSeen(trivial.candidate, report, evidence), instead: null }
    : leadOf(
        evidence.references.filter((one) => !isBehind(trivial, one.candidate)),
        ranking,
      );
  const behind = isBehind(trivial, candidate);
  const use = useOf(entry, gain, report, lead !== null || behind);
  const next = nextSteps(report);
  const open = openCosts(report, candidate, evidence.others);
  return {
    candidate,
    lead: lead?.text ?? null,
    instead: lead?.instead ?? null,
    use: `${warningOf(trivial, report, evidence, candidate)}${use}`,
    gain,
    costs: costsOf(report, candidate, evidence.others).map(({ about, text }) => ({
      about,
      text: of(entry.label, text),
    })),
    beside: [...open, ...besides(report), ...moreEpochs(report, evidence.improving ?? [])],
    next,
    references: [...evidence.references],
    ...(trivial !== null && { trivial }),
  };
}

function trivialOf(models: readonly Advantage[]): Recommendation["trivial"] | null {
  if (models.length === 0) return null;
  return { candidate: models[0].to, unbeaten: models.every(({ low }) => low <= 0), models: [...models] };
}

/**
 * Whether a model is no better than the reference that looks at no column, whatever intervals say: such a model is not recommended.
 *
 * @returns false where that can't be decided
 */
function isBehind(trivial: Recommendation["trivial"] | null, candidate: string): boolean {
  return trivial?.models.some((one) => one.candidate === candidate && one.mean <= 0) ?? false;
}

function warningOf(
  trivial: Recommendation["trivial"] | null,
  report: Unadvised,
  evidence: Evidence,
  candidate: string,
): string {
  const { ranking } = report;
  if (trivial?.unbeaten)
    return whyOpen(report, evidence) === null ? "No model is recommended. " : "No model is recommended yet. ";
  if (trivial && isBehind(trivial, candidate))
    return `No network is recommended: ${midSentence(labelFor(ranking, candidate))} is not ahead of ${inWords(ranking, trivial.candidate)}, which uses no column. `;
  return "";
}

/** "the mean of the target", "no preference": the reference that looks at no column. */
function inWords(ranking: Ranking, trivial: string): string {
  const label = midSentence(labelFor(ranking, trivial));
  return trivial === references.coin.id ? label : `the ${label}`;
}

/** What has to be said before anything else where no model is clearly ahead of one that looks at no column. */
function nothingSeen(trivial: string, report: Unadvised, evidence: Evidence): string {
  const { ranking, task } = report;
  const what = task === "preference" ? "which response is chosen" : "the target";
  const seen = `no model is clearly ahead of ${inWords(ranking, trivial)}, which uses no column`;
  const open = whyOpen(report, evidence);
  return open === null
    ? `The columns do not appear to predict ${what} on these rows: in ${labelOf(ranking.metric)}, ${seen}.`
    : `It is open whether the columns predict ${what}: ${open}. In ${labelOf(ranking.metric)}, ${seen}.`;
}

/** Why it can't be said that the columns predict nothing; null where it can. */
function whyOpen(report: Unadvised, { ordered }: Evidence): string | null {
  if (ordered === undefined || ordered === null) return fewRows(report);
  const by = midSentence(labelFor(report.ranking, ordered.candidate));
  return `the predictions by ${by} are in the order of the target more often than chance (rank correlation ${ordered.correlation.toFixed(2)}), and a few extreme values may decide the metric. Compare by --metric mae`;
}

/** With fewer rows of a class even a good model is rarely clear of one that looks at no column. */
const fewOfClass = 50;

/** Why the rows are too few to say that the columns predict nothing; null where they are not. */
function fewRows({ rows, drawnFrom, classes, classCounts }: Unadvised): string | null {
  if (drawnFrom !== undefined) return `only ${rows} of ${drawnFrom} rows were drawn`;
  const least = Math.min(...classCounts);
  if (least >= fewOfClass) return null;
  return `only ${least === 1 ? "1 row is" : `${least} rows are`} of class ${quoted(classes[classCounts.indexOf(least)])}`;
}

/** "Focal: it never predicts yes.": a reference may be advised in the same breath, so "it" alone could mean either. */
const of = (name: string, text: string): string => `${name}: ${text.charAt(0).toLowerCase()}${text.slice(1)}`;

/** Where the baseline is recommended, costs of the leading finalist: so that nobody takes it unwarned. */
function openCosts(report: Unadvised, candidate: string, others: Evidence["others"]): string[] {
  const open = candidate === report.ranking.baseline ? leading(report) : null;
  if (open === null || open.gain <= report.ranking.rope) return [];
  const { entry } = open;
  const costs = costsOf(report, entry.candidate, others).map(({ text }) => text);
  return costs.length === 0
    ? []
    : [`Of the undecided finalists, ${midSentence(entry.label)} has the clearest gain. ${costs.join(" ")}`];
}

function useOf(
  entry: RankingEntry,
  gain: Gain | null,
  {
    ranking,
    testRows,
    time,
    model,
    trials,
  }: Pick<DatasetReport, "ranking" | "testRows" | "time" | "model" | "trials">,
  led: boolean,
): string {
  const use = led ? "If you want a network, use" : "Use";
  const baseline = midSentence(labelFor(ranking, ranking.baseline));
  if (gain !== null) {
    const where =
      testRows === null ? "on these data with this network" : "on this test file with this network";
    const rivals = ranking.entries.filter(
      ({ verdict }) => verdict !== "baseline" && verdict !== "reference",
    ).length;
    const luck =
      rivals > 2
        ? ` It is the best of ${rivals}, partly by chance: expect a slightly smaller gain on new rows.`
        : "";
    return `${use} ${midSentence(entry.label)}: it ${changeText(gain, ranking)} ${ranking.higherIsBetter ? "over" : "against"} ${baseline} ${where}.${luck}`;
  }
  if (entry.mean === null) return `Nothing can be recommended: ${baseline}, the baseline, has no result.`;
  if (trials.some((one) => one.candidate === ranking.baseline && one.seed === 0 && one.status !== "ok"))
    return `Nothing can be recommended: ${baseline}, the baseline, ${lackText(entry, entry.n + entry.diverged)}, so no candidate can be compared with it.`;
  if (time !== undefined) {
    const kept =
      model?.candidate !== ranking.baseline
        ? ""
        : ` The kept model is ${baseline}, trained again on rows of all times; the scores are those of models trained on earlier rows only.`;
    return `${use} ${baseline}: differences on later rows are not tested, so no loss can replace the baseline.${kept}`;
  }
  const others = ranking.entries.some(({ verdict }) => verdict !== "baseline" && verdict !== "reference");
  if (others && nothingTested(ranking))
    return `${use} ${baseline}: no difference could be tested here, so no loss can replace the baseline.`;
  if (!others) return `${use} ${baseline}: no other loss was tried.`;
  const tried = led ? "no other network" : "nothing";
  return `${use} ${baseline}: ${tried} that was tried is significantly better on these data${led ? "" : " with this network"}.`;
}

/** Whether differences are there, and nothing is claimed of them. */
export function nothingTested({ entries }: Pick<Ranking, "entries">): boolean {
  const differences = entries.flatMap(({ difference }) => (difference === null ? [] : [difference]));
  return differences.length > 0 && differences.every(({ p }) => p === null);
}

/** In the direction in which the metric gets better. */
function gainOf({ difference }: RankingEntry, { higherIsBetter }: Ranking): Gain | null {
  if (difference === null || difference.p === null) return null;
  const { mean, low, high } = difference;
  return higherIsBetter ? { mean, low, high } : { mean: -mean, low: -high, high: -low };
}

/** What has to be said before all losses: an ensemble, trees or a linear model do as well or better; and which of them. */
function leadOf(
  advantages: readonly Advantage[],
  ranking: Ranking,
): { instead: string; text: string } | null {
  const [trees, linear, ensemble] = [keepable.trees, keepable.linear, keepable.ensemble].map((id) =>
    advantages.find(({ candidate }) => candidate === id),
  );
  const use = ({ candidate: instead }: Advantage, text: string) => ({ instead, text });
  const { metric, rope } = ranking;
  const ahead = (one: Advantage): boolean => one.low > 0;
  // Three models in place of one have to gain what matters.
  const single = Math.max(
    0,
    ...[trees, linear].map((one) => (one !== undefined && ahead(one) ? one.mean : 0)),
  );
  if (ensemble !== undefined && ahead(ensemble) && ensemble.mean > single + rope)
    return use(
      ensemble,
      `The ${midSentence(labelFor(ranking, ensemble.candidate))} is ${gainText(ensemble, metric)} ahead of the best loss on these data. It has the size and the prediction time of all its models together: if you can afford them, use it.`,
    );
  const linearFirst =
    linear !== undefined && ahead(linear) && (trees === undefined || linear.mean > trees.mean);
  if (trees !== undefined && ahead(trees) && !linearFirst)
    return use(
      trees,
      `Gradient-boosted trees are ${gainText(trees, metric)} ahead of the best loss on these data. If you don't need a network, use them.`,
    );
  if (linearFirst)
    return use(
      linear,
      `A linear model is ${gainText(linear, metric)} ahead of the best loss on these data. A hidden layer does harm here: use the linear model.`,
    );
  // What is ahead of the linear model by no more than is of no use.
  if (
    linear !== undefined &&
    linear.pWorse <= 0.05 &&
    (trees === undefined || trees.mean <= linear.mean + rope)
  )
    return use(
      linear,
      `A linear model does as well: no loss is more than ${amountOf(rope, metric)} of ${labelOf(metric)} ahead of it on these data. If you prefer a simple model, use it.`,
    );
  return null;
}

/**
 * What else was tried in addition to the losses, and gains by the same interval: the threshold, the choice by validation. Where nothing is
 * tested, the references that are ahead of every loss, and the one that looks at no column where no model is ahead of it.
 */
/** Losses that converge slowly are judged before they have converged. */
function moreEpochs({ ranking }: Unadvised, improving: readonly Improving[]): string[] {
  if (improving.length === 0) return [];
  const fits = improving.map(
    ({ candidate, fits, of }) => `${fits} of ${of} fits by ${midSentence(labelFor(ranking, candidate))}`,
  );
  return [
    `${fits.join(" and ")} still improved when they reached the limit of epochs. A larger --max-epochs may change the ranking.`,
  ];
}

function besides(report: Unadvised): string[] {
  const { ranking, task } = report;
  if (nothingTested(ranking)) return aheadUntested(report, references[traitsOf[task].constant].id);
  const words: Record<string, (gain: Gain, sure: boolean) => string> = {
    "cross-entropy-threshold": (gain, sure) =>
      `${sure ? "A tuned threshold also gains, and leaves the probabilities unchanged" : "A tuned threshold instead of another loss"}: ${gainText(gain, ranking.metric)}.`,
    "chosen-by-validation": (gain) =>
      `Choosing the loss in each fold by its score on validation rows ${changeText(gain, ranking)}${gain.low > 0 || gain.high < 0 ? "" : ", which is not significant"}.`,
  };
  return ranking.entries.flatMap((entry) => {
    const word = words[entry.candidate];
    const gain = gainOf(entry, ranking);
    // Of the threshold only where there is something to gain.
    if (word === undefined || gain === null) return [];
    if (entry.candidate === "cross-entropy-threshold" && gain.low <= 0) return [];
    // It chose the baseline everywhere.
    if (gain.low === 0 && gain.high === 0) return [];
    return [word(gain, gain.low > 0)];
  });
}

/** "gains 3.1 points of balanced accuracy [0.8, 5.4]", "raises RMSE by 0.31 [0.1, 0.52]": nobody wants to gain an error. */
function changeText(
  gain: Gain,
  { metric, higherIsBetter }: Pick<Ranking, "metric" | "higherIsBetter">,
): string {
  if (amountOf(Math.abs(gain.mean), metric) === "0.0 points")
    return `changes the score by ${gainText(gain, metric)}`;
  const [better, worse] = higherIsBetter ? ["gains", "loses"] : ["lowers", "raises"];
  const size = gain.mean < 0 ? { mean: -gain.mean, low: -gain.high, high: -gain.low } : gain;
  return `${gain.mean < 0 ? worse : better} ${higherIsBetter ? gainText(size, metric) : reductionText(size, metric)}`;
}

/** Nobody should keep a network that trees or a constant leave behind because no test was possible. */
function aheadUntested(report: Unadvised, trivial: string): string[] {
  const { ranking } = report;
  const { entries, higherIsBetter, metric, rope, baseline } = ranking;
  const gainOver = ({ candidate, difference }: RankingEntry): number =>
    candidate === baseline ? 0 : (higherIsBetter ? 1 : -1) * (difference?.mean ?? Number.NEGATIVE_INFINITY);
  const most = Math.max(...entries.filter(({ verdict }) => verdict !== "reference").map(gainOver));
  const constant = entries.find(({ candidate }) => candidate === trivial);
  const reached = [...entries.filter(({ verdict }) => verdict !== "reference"), ...entries.filter(isModel)];
  const unbeaten = constant !== undefined && reached.every((entry) => gainOver(entry) <= gainOver(constant));
  const few = fewRows(report);
  const seen =
    few === null
      ? "on these rows, the columns do not appear to predict the target"
      : `it is open whether the columns predict the target, as ${few}`;
  const nothing = unbeaten
    ? [
        `No model is ahead of ${inWords(ranking, trivial)}, which uses no column: ${seen}. This is not tested either.`,
      ]
    : [];
  const ahead = entries
    .filter(isModel)
    .filter((entry) => gainOver(entry) > most + rope && !unbeaten)
    .map((entry) => {
      const size = `${amountOf(gainOver(entry), metric)} of ${labelOf(metric)}`;
      return `${entry.candidate === "linear-model" ? "A linear model is" : `${entry.label} are`} ${size} ahead of the baseline, more than any loss; this is not tested either.`;
    });
  return [...nothing, ...ahead];
}

/** A reference that could be used. */
const isModel = ({ candidate }: RankingEntry): boolean => otherModels.includes(candidate);

const labelFor = ({ entries }: Ranking, id: string): string =>
  entries.find(({ candidate }) => candidate === id)?.label ?? id;
