import { graded, type Verdict, word } from "../../kit/evidence.ts";

/** Mean iterations to 1e-4 of one family. */
export interface FamilyEvidence {
  family: string;
  dcdm: number;
  cg: number;
  deflated: number;
  ic: number;
}

/** The numbers that the rule of the card uses, and wall times, which it doesn't use. */
export interface Evidence {
  families: readonly FamilyEvidence[];
  /** Mean iterations over all families with k = 2, and with k = 0. */
  kept: number;
  none: number;
  /** Mean iterations on the grid of training, and on 64 x 64: of the network, and of conjugate gradients. */
  trained: { dcdm: number; cg: number };
  larger: { size: number; dcdm: number; cg: number };
  /** Mean milliseconds of a solve on the grid of training, over all families. */
  milliseconds: { dcdm: number; cg: number; ic: number; multigrid: number };
}

/** Applies the rule of the card. */
export function judge(e: Evidence): Verdict {
  const fewer =
    e.families.length > 0 &&
    e.families.every(({ dcdm, cg, deflated, ic }) => dcdm < cg && dcdm < deflated && dcdm < ic);
  const conjugate = e.kept <= e.none;
  const ratio = e.larger.dcdm / e.trained.dcdm;
  const steady = ratio <= 1.5;
  const { dcdm, cg, ic, multigrid } = e.milliseconds;
  const [least, most] = [Math.min, Math.max].map((of) => of(...e.families.map((family) => family.dcdm)));
  const nearest = Math.min(...e.families.map((family) => family.ic));
  const because =
    `By the clock it is ${dcdm > multigrid ? "slower" : "faster"}: ${ms(dcdm)} a solve, CG ${ms(cg)}, IC(0) ${ms(ic)}, multigrid ${ms(multigrid)}. ` +
    `(i) ${word(fewer)}: ${least.toFixed(1)} to ${most.toFixed(1)} iterations by family, IC(0) at least ${nearest.toFixed(1)}. ` +
    `(ii) ${word(conjugate)}: ${e.kept.toFixed(1)} iterations with k = 2, ${e.none.toFixed(1)} with k = 0. ` +
    `(iii) ${word(steady)}: ${e.larger.dcdm.toFixed(1)} iterations on ${e.larger.size} x ${e.larger.size} cells, ${ratio.toFixed(2)} times those of training; CG ${(e.larger.cg / e.trained.cg).toFixed(2)} times.`;
  return { verdict: graded(fewer && conjugate && steady, fewer && conjugate), because };
}

/** Two digits, and whole milliseconds from a hundred on. */
const ms = (value: number): string => `${value < 99.5 ? value.toPrecision(2) : value.toFixed(0)} ms`;
