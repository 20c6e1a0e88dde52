import { graded, type Verdict, word } from "../../kit/evidence.ts";

/** The numbers that the rule of the card uses. */
export interface Evidence {
  /** Error of the exact chain's variance in 100, 200 and 400 steps. */
  errors: readonly [number, number, number];
  /** Mean Frechet distances. */
  dale: number;
  unconstrained: number;
  independent: number;
  /** Mean entropy of classes. */
  entropy: number;
  /** Numbers of Dale-Langevin's samples that aren't positive, over all seeds. */
  turned: number;
}

/** Applies the rule of the card. */
export function judge({ errors, dale, unconstrained, independent, entropy, turned }: Evidence): Verdict {
  const rates = [errors[0] / errors[1], errors[1] / errors[2]];
  const a = rates.every((rate) => rate >= 1.9 && rate <= 2.1);
  const b = dale <= independent / 2 && entropy > 2;
  const c = turned === 0;
  const off = unconstrained / dale - 1;
  const d = Math.abs(off) <= 0.2;
  const because =
    `(A) ${word(a)}: the variance's error falls by ${rates.map((rate) => rate.toFixed(2)).join(" and ")} for twice the steps. ` +
    `(B) ${word(b)}: distance ${dale.toFixed(1)} by Dale-Langevin, ${independent.toFixed(1)} of independent pixels (a factor of ${(independent / dale).toFixed(1)}); entropy of the classes ${entropy.toFixed(2)}. ` +
    `(C) ${word(c)}: ${turned} numbers that aren't positive. ` +
    `(D) ${word(d)}: the unconstrained sampler is ${Math.abs(100 * off).toFixed(0)} % ${off < 0 ? "nearer" : "further"}.`;
  return { verdict: graded(a && b && c && d, a && c && dale < independent), because };
}
