import { graded, type Verdict, word } from "../../kit/evidence.ts";
import { type Estimate, signedPoints as signed } from "../../kit/statistics.ts";

/** The numbers that the rule of the card asks for. */
export interface Evidence {
  /** Simulation, the cell of the rule: RSS less the labelled points alone, without a shift. */
  gain: number;
  /** RSS without a shift less RSS with it. */
  loss: number;
  /** Real domains, paired over cells and seeds: RSS less plain training, and less the frozen teacher. */
  overPlain: Estimate;
  overFrozen: Estimate;
}

/** The rule of the card. */
export function judge({ gain, loss, overPlain, overFrozen }: Evidence): Verdict {
  const simulation = gain >= 0.15 && loss <= 0.03;
  const real = overPlain.mean > 2 * overPlain.error && overFrozen.mean > overFrozen.error;
  const points = ({ mean, error }: Estimate): string => `${signed(mean)} +- ${(100 * error).toFixed(1)}`;
  const because =
    `(A) ${word(simulation)}: RSS gains ${signed(gain)} points over the labelled points alone, and loses ${(100 * loss).toFixed(1)} by the shift. ` +
    `(B) ${word(real)}: on real domains RSS has ${points(overPlain)} points over plain training and ${points(overFrozen)} over a frozen teacher.`;
  return { verdict: graded(simulation && real, simulation || real), because };
}
