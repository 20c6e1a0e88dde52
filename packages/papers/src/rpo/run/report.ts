import { resultsWhere } from "../../kit/evidence.ts";
import type { ReproductionReport } from "../../reproduction.ts";
import { banditCurves, banditEvidence, banditRows, lookupOf } from "./bandit-report.ts";
import { textCurves, textEvidence, textRows } from "./text-report.ts";
import type { Measured } from "./trial.ts";
import { judge } from "./verdict.ts";

/** The tables, the figures and the verdict. */
export function reportOf(trials: readonly Measured[], sizes: readonly number[]): ReproductionReport {
  const find = lookupOf(resultsWhere(trials, { part: "bandit" }));
  const texts = {
    whole: resultsWhere(trials, { part: "text", lexicon: "whole" }),
    half: resultsWhere(trials, { part: "text", lexicon: "half" }),
  };
  return {
    rows: [...banditRows(find, sizes), ...textRows(texts)],
    series: [...banditCurves(find, sizes), ...textCurves(texts)],
    ...judge({ ...banditEvidence(find), ...textEvidence(texts) }),
  };
}
