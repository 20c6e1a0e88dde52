import { graded, type Verdict, word } from "../../kit/evidence.ts";
import { logSlope } from "../../kit/statistics.ts";

/** The numbers that the rule of the card asks for. */
export interface Evidence {
  /** Three fourfolds of T. */
  rounds: readonly number[];
  /** Mean regret of OOMD at them (at smaller scales the last round stands for those beyond it). */
  convexQuiet: readonly number[];
  convexNoisy: readonly number[];
  /** At the last of them for the noise of `sigmas`. */
  sigmas: readonly number[];
  convexBySigma: readonly number[];
  strongQuiet: readonly number[];
  strongNoisy: readonly number[];
  /** The fourfolds of the exp-concave learner, and its regret there. */
  expConcaveRounds: readonly number[];
  expConcave: readonly number[];
  /** Seeds in which the order holds, for each number of switches: by theory, and with tuned steps. */
  orders: { switches: number; theory: number; tuned: number; seeds: number }[];
  /** Runs whose regret was larger than the learner's bound. */
  broken: number;
  /** The same of the linear regret, which the rule asked for at first, and the learners that they are of. */
  brokenLinear: number;
  brokenLinearBy: readonly string[];
}

/** How much more regret grows in the second fourfold of the rounds than in the first. */
export const growth = ([a, b, c]: readonly number[]): number => (c - b) / (b - a);

/** The rule of the card. */
export function judge(e: Evidence): Verdict {
  const flat = (regret: readonly number[]) => regret[2] / regret[0];
  const inRounds = logSlope(e.rounds, e.convexNoisy);
  const inSigma = logSlope(e.sigmas, e.convexBySigma);
  const a = flat(e.convexQuiet) <= 1.05 && Math.abs(inRounds - 0.5) <= 0.1 && Math.abs(inSigma - 1) <= 0.15;
  const b = Math.abs(growth(e.strongNoisy) - 1) <= 0.25 && flat(e.strongQuiet) <= 1.05;
  const c = growth(e.expConcave) <= 1.25;
  const d = e.orders.every(({ theory, seeds }) => theory >= 0.8 * seeds);
  const t = e.orders.every(({ tuned, seeds }) => tuned >= 0.8 * seeds);
  const kept = e.broken === 0;
  const core = a && b && kept;
  const verdict = graded(core && c && d && t, core);
  const counts = (of: "theory" | "tuned") =>
    e.orders.map((o) => `${o[of]} of ${o.seeds} seeds with ${o.switches} switches`).join(", ");
  const because =
    `(A) ${word(a)}: regret without noise grows ${times(flat(e.convexQuiet))} from T = ${e.rounds[0]} to ${e.rounds[2]}, slope in T ${inRounds.toFixed(2)}, in sigma ${inSigma.toFixed(2)}. ` +
    `(B) ${word(b)}: growth of the second to the first fourfold of T ${growth(e.strongNoisy).toFixed(2)}, without noise ${times(flat(e.strongQuiet))}. ` +
    `(C) ${word(c)}: growth ${growth(e.expConcave).toFixed(2)} from T = ${e.expConcaveRounds[1]} to ${e.expConcaveRounds[2]} as a multiple of that before. ` +
    `(D) ${word(d)}: OOMD below OGD below OFTRL in ${counts("theory")}. ` +
    `(E) ${word(t)}: with tuned steps OOMD below both in ${counts("tuned")}. ` +
    (kept ? "Every run kept its bound." : `${e.broken} runs broke their bound.`) +
    (e.brokenLinear === 0
      ? " So did the linear regret, which the rule asked for at first."
      : ` The linear regret, which the rule asked for at first, is over it in ${e.brokenLinear} runs (${e.brokenLinearBy.join(", ")}): by that the verdict would be not reproduced.`);
  return { verdict, because };
}

const times = (factor: number): string => `${factor.toFixed(3)}-fold`;
