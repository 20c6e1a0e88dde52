import type { ReproductionReport } from "../reproduction.ts";
import { difference, estimate, percentOf } from "../statistics.ts";
import { type Choices, strengthOf } from "./choices.ts";
import type { BoundsResult } from "./spec.ts";

/** Everything measured, in the order of the seeds. */
export interface Measured {
  bounds: BoundsResult;
  /** Accuracies by setting, then tau; chance where training diverged. */
  family: Record<string, Record<string, number[]>>;
  /** Clean and robust accuracies by method, then strength. */
  adversarial: Record<string, Record<string, { clean: number[]; robust: number[] }>>;
}

/** The verdict by the rule of the card. */
export function verdictOf(
  measured: Measured,
  choices: Choices,
): Pick<ReproductionReport, "verdict" | "because"> {
  const bounds = boundsPart(measured.bounds);
  const family = familyPart(measured.family.letter);
  const adversarial = adversarialPart(measured.adversarial, choices);
  const verdict =
    bounds.shown && family.shown && adversarial.shown === "yes"
      ? "reproduced"
      : bounds.shown && (family.shown || adversarial.shown !== "no")
        ? "partly reproduced"
        : "not reproduced";
  return { verdict, because: [bounds, family, adversarial].map((part) => part.because).join(" ") };
}

const tolerance = 1e-9;

function boundsPart({ smallestSlack, tightness, infimumError, draws }: BoundsResult) {
  const shown = smallestSlack >= -tolerance && tightness <= tolerance && infimumError <= tolerance;
  const because = `Bounds ${shown ? "hold and are tight" : "are violated or not tight"} (smallest slack ${smallestSlack.toExponential(1)} over ${draws} draws, distance at the extremal distributions ${tightness.toExponential(1)}).`;
  return { shown, because };
}

function familyPart(letter: Record<string, number[]>) {
  const [toZero, toTwo] = ["0", "2"].map((tau) => difference(letter["1"], letter[tau]));
  const beyond = (d: { mean: number; error: number }) => d.mean > 0 && d.mean > 2 * d.error;
  const shown = beyond(toZero) && beyond(toTwo);
  const because = `Letter: tau = 1 leads tau = 0 by ${percentOf(toZero)} and tau = 2 by ${percentOf(toTwo)} points (${shown ? "both" : "not both"} more than two standard errors).`;
  return { shown, because };
}

const margin = 0.005;

function adversarialPart(
  adversarial: Measured["adversarial"],
  choices: Choices,
): { shown: "yes" | "partly" | "no"; because: string } {
  const means = ({ clean, robust }: { clean: number[]; robust: number[] }) => ({
    clean: estimate(clean).mean,
    robust: estimate(robust).mean,
  });
  const [nu, beta] = [strengthOf(choices, "Adv-Comp-Sum"), strengthOf(choices, "TRADES")];
  const ours = means(adversarial["Adv-Comp-Sum"][nu]);
  const theirs = means(adversarial.TRADES[beta]);
  const dominated = Object.values(adversarial.TRADES)
    .map(means)
    .some((arm) => arm.clean > ours.clean + margin && arm.robust > ours.robust + margin);
  const shown =
    ours.robust >= theirs.robust - margin && ours.clean >= theirs.clean ? "yes" : dominated ? "no" : "partly";
  const points = (v: number) => (100 * v).toFixed(1);
  const because = `Adversarial: Adv-Comp-Sum (nu = ${nu}) ${points(ours.clean)} clean, ${points(ours.robust)} robust; TRADES (beta = ${beta}) ${points(theirs.clean)} clean, ${points(theirs.robust)} robust (${{ yes: "shown", partly: "partly shown: on the same front", no: "not shown" }[shown]}).`;
  return { shown, because };
}
