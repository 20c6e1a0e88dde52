import type { WorstCaseKind } from "./worst-case.ts";

/** Every worst case that has a closed form. */
export const worstCaseKinds: readonly Required<WorstCaseKind>[] = [
  { loss: "zeroOne", cost: "l2" },
  { loss: "zeroOne", cost: "halfSquaredL2" },
  { loss: "hinge", cost: "l2" },
  { loss: "hinge", cost: "halfSquaredL2" },
  { loss: "logistic", cost: "l2" },
  { loss: "logistic", cost: "halfSquaredL2" },
  { loss: "squared", cost: "halfSquaredL2" },
];
