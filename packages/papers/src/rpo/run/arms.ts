import { conservativeDpoLoss, dpoLoss, ipoLoss, rpoLoss } from "minimand";
import type { PreferenceLoss } from "minimand/training";
import { named } from "../../kit/named.ts";

/** A loss by which the language model is trained on pairs. */
export interface Arm {
  id: string;
  label: string;
  loss: PreferenceLoss;
}

/** The same for all but one, which shows what a larger one does. */
const beta = 0.1;

/** The forms of RPO that the rule looks at. */
export const rpoEtas = [0.1, 1] as const;
/** Weight of the mean log-probability of a token, of the authors' second code. */
export const nllWeight = 0.2;
export const rpoArm = (eta: number): string => `rpo ${eta}`;

export const arms: readonly Arm[] = [
  { id: "dpo", label: "DPO", loss: (pairs, { weights }) => dpoLoss(pairs, { weights, beta }) },
  {
    id: "dpo 0.5",
    label: "DPO, beta 0.5",
    loss: (pairs, { weights }) => dpoLoss(pairs, { weights, beta: 0.5 }),
  },
  {
    id: "cdpo",
    label: "cDPO, 0.1",
    loss: (pairs, { weights }) => conservativeDpoLoss(pairs, { weights, beta, epsilon: 0.1 }),
  },
  { id: "ipo", label: "IPO", loss: (pairs, { weights }) => ipoLoss(pairs, { weights, beta }) },
  ...rpoEtas.map(
    (eta): Arm => ({
      id: rpoArm(eta),
      label: `RPO, eta ${eta}`,
      loss: (pairs, { weights }) => rpoLoss(pairs, { weights, beta, eta }),
    }),
  ),
  {
    id: "rpo mean",
    label: `RPO, a token ${nllWeight}`,
    loss: (pairs, { weights }) => rpoLoss(pairs, { weights, beta, sft: "mean", nllWeight }),
  },
];

export const armOf = (id: string): Arm => named(arms, id, "arm");
