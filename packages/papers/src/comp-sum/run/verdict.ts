import type { Choices } from "../../kit/choices.ts";
import { graded, type Verdict } from "../../kit/evidence.ts";
import { difference, mean, percent, percentOf } from "../../kit/statistics.ts";
import { strengthOf } from "./arms.ts";
import type { Net } from "./settings.ts";
import type { BoundsResult } from "./trial.ts";

/** Everything measured, in the order of the seeds. */
export interface Evidence {
  bounds: BoundsResult;
  /** Accuracies by setting, then tau; chance where training diverged. */
  family: Record<string, Record<string, number[]>>;
  /** Clean and robust accuracies of each network, by method, then strength. */
  adversarial: {
    net: Net;
    byMethod: Record<string, Record<string, { clean: number[]; robust: number[] }>>;
  }[];
}

/** Returns the verdict by the rule of the card. */
export function judge(evidence: Evidence, choices: Choices): Verdict {
  const bounds = boundsPart(evidence.bounds);
  const family = familyPart(evidence.family.letter);
  const adversarial = evidence.adversarial.map((own) => adversarialPart(own, choices));
  const verdict = graded(
    bounds.shown && family.shown && adversarial.every(({ shown }) => shown === "yes"),
    bounds.shown && (family.shown || adversarial.every(({ shown }) => shown !== "no")),
  );
  return { verdict, because: [bounds, family, ...adversarial].map((part) => part.because).join(" ") };
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
  { net, byMethod }: Evidence["adversarial"][number],
  choices: Choices,
): { shown: "yes" | "partly" | "no"; because: string } {
  const means = ({ clean, robust }: { clean: number[]; robust: number[] }) => ({
    clean: mean(clean),
    robust: mean(robust),
  });
  const [nu, beta] = (["Adv-Comp-Sum", "TRADES"] as const).map((method) => strengthOf(choices, net, method));
  const ours = means(byMethod["Adv-Comp-Sum"][nu]);
  const theirs = means(byMethod.TRADES[beta]);
  const arms = Object.entries(byMethod.TRADES).map(([strength, arm]) => ({
    strength: Number(strength),
    ...means(arm),
  }));
  const dominated = arms.some((arm) => arm.clean > ours.clean + margin && arm.robust > ours.robust + margin);
  const holdsUpTo = (arm: { clean: number; robust: number }) =>
    ours.robust >= arm.robust - margin && ours.clean >= arm.clean;
  const held = holdsUpTo(theirs);
  const shown = held ? "yes" : dominated ? "no" : "partly";
  const others = arms.filter((arm) => holdsUpTo(arm) !== held).map(({ strength }) => strength);
  const beside =
    others.length === 0 ? "" : `; it would ${held ? "not " : ""}be shown against beta = ${others.join(", ")}`;
  const because = `Adversarial, ${net}: Adv-Comp-Sum (nu = ${nu}) ${percent(ours.clean)} clean, ${percent(ours.robust)} robust; TRADES (beta = ${beta}) ${percent(theirs.clean)} clean, ${percent(theirs.robust)} robust (${{ yes: "shown", partly: "partly shown: on the same front", no: "not shown" }[shown]}${beside}).`;
  return { shown, because };
}
