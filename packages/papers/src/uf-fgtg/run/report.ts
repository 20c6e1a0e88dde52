import { resultsWhere } from "../../kit/evidence.ts";
import { mean, rounded } from "../../kit/statistics.ts";
import type { PictureRow, ReproductionReport, Row } from "../../reproduction.ts";
import { type Arm, arms } from "./arms.ts";
import type { Judged } from "./refining/judge-pictures.ts";
import type { Measured, Result } from "./trial.ts";
import { type Beside, differenceOf, judge } from "./verdict.ts";
import { side } from "./world/index.ts";

/** Lists that have a number for each prompt. */
type PerPrompt = Exclude<keyof Judged, "inception">;

/** The table of the arms, the full objective compared with each of them, pictures, and the verdict. */
export function reportOf(trials: readonly Measured[]): ReproductionReport {
  const of = (arm: string): Result[] => resultsWhere(trials, { arm });
  const measured = arms.filter(({ id }) => of(id).length > 0);
  const beside = (other: string): Beside => {
    const values = (arm: string, name: PerPrompt) => of(arm).map((result) => result[name]);
    const share = (arm: string): number => mean(values(arm, "share").map(mean));
    return {
      score: differenceOf(values("full", "score"), values(other, "score")),
      relative: share("full") / share(other) - 1,
    };
  };
  const meanOf = (arm: string, name: PerPrompt): number => mean(of(arm).map((result) => mean(result[name])));
  const losses = (arm: string): number[] => of(arm).map(({ heldOut }) => heldOut);
  return {
    rows: [
      ...measured.map((arm) =>
        armRow(
          arm,
          trials.filter(({ spec }) => spec.arm === arm.id),
        ),
      ),
      ...measured
        .filter(({ id }) => id !== "full")
        .map(({ id, label }): Row => {
          const { score, relative } = beside(id);
          return {
            "full objective against": label,
            "aesthetic score": rounded(score.mean),
            "± s.e.": rounded(score.error),
            relative: rounded(relative),
          };
        }),
    ],
    series: [],
    pictures: picturesOf(measured, of),
    ...judge({
      coarse: beside("coarse"),
      bigram: beside("bigram"),
      text: beside("text"),
      attributes: meanOf("full", "attributes") - meanOf("coarse", "attributes"),
      vendi: { noise: meanOf("full", "vendi"), still: meanOf("still", "vendi") },
      heldOut: { trained: losses("full"), untrained: losses("coarse") },
    }),
  };
}

function armRow({ label, refiner }: Arm, trials: readonly Measured[]): Row {
  const results = trials.map(({ result }) => result);
  const over = (name: PerPrompt): number => rounded(mean(results.map((result) => mean(result[name]))));
  const made = results.every(({ losses }) => losses !== null) ? "trained here" : "committed";
  const { preferences } = results[0];
  return {
    arm: label,
    refiner: refiner === undefined ? null : made,
    "aesthetic score": over("score"),
    "share of fine pictures'": over("share"),
    "CLIP-like score": over("clip"),
    "attributes found": over("attributes"),
    "Inception score": rounded(mean(results.map(({ inception }) => inception))),
    "distinct-2": over("distinct"),
    "Vendi score": over("vendi"),
    "mean distance": over("distance"),
    "different rewrites": rounded(mean(results.map(({ different }) => different))),
    tokens: over("words"),
    "held-out loss": rounded(mean(results.map(({ heldOut }) => heldOut))),
    "flip rate": preferences === null ? null : rounded(preferences.flipRate),
    seconds: rounded(mean(results.map(({ seconds }) => seconds))),
  };
}

/** Of each prompt what the arms make of it, with the same noise: first seed, first rewrite. */
function picturesOf(measured: readonly Arm[], of: (arm: string) => Result[]): PictureRow[] {
  const [first] = of("coarse");
  return first.examples.map(({ prompt }, i) => ({
    name: prompt,
    width: side,
    pictures: measured.map(({ id, label }) => {
      const { rewrite, rgb } = of(id)[0].examples[i];
      return { caption: `${label}: ${rewrite}`, rgb };
    }),
  }));
}
