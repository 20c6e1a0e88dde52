import {
  dynamicEnsemble,
  ensemblePool,
  type OnlineLearner,
  oftlStronglyConvex,
  oftrl,
  ogd,
  onlineNewton,
  optimisticOmd,
  optimisticOmdExpConcave,
  optimisticOmdStronglyConvex,
} from "minimand";
import type { Problem } from "./problems.ts";

/** One way of learning; `scale` multiplies all of its steps, 1 are the steps of theory. */
export interface Arm {
  id: string;
  label: string;
  make(problem: Problem, scale: number): OnlineLearner;
}

const ofSachs =
  (share: number) =>
  ({ domain, G, L }: Problem, scale: number): OnlineLearner => {
    const D = domain.diameter;
    return oftrl({ domain, D: scale * D, nu: share * (L * D * D + D * G), G });
  };

const convex: Arm[] = [
  {
    id: "oomd",
    label: "OOMD",
    make: ({ domain, G }, scale) => optimisticOmd({ domain, G, D: scale * domain.diameter }),
  },
  {
    id: "ogd",
    label: "OGD",
    make: ({ domain, G }, scale) => ogd({ domain, G, D: scale * domain.diameter }),
  },
  { id: "oftrl", label: "OFTRL", make: ofSachs(1) },
  { id: "oftrl-0.1", label: "OFTRL, nu / 10", make: ofSachs(0.1) },
  { id: "oftrl-0.01", label: "OFTRL, nu / 100", make: ofSachs(0.01) },
  {
    id: "ensemble",
    label: "ensemble",
    make({ domain, G, L, rounds }, scale) {
      const pool = ensemblePool({ D: domain.diameter, G, L, horizon: rounds });
      return dynamicEnsemble({ domain, G, L, horizon: rounds, pool: pool.map((step) => scale * step) });
    },
  },
];

const stronglyConvex: Arm[] = [
  {
    id: "oomd-sc",
    label: "OOMD, strongly convex",
    make: ({ domain, lambda, G }, scale) =>
      optimisticOmdStronglyConvex({ domain, lambda: lambda / scale, G }),
  },
  {
    id: "ogd-sc",
    label: "OGD, strongly convex",
    make: ({ domain, lambda }, scale) => ogd({ domain, mu: lambda / scale }),
  },
  {
    id: "oftl-sc",
    label: "OFTL, strongly convex",
    make: ({ domain, lambda, G }, scale) => oftlStronglyConvex({ domain, mu: lambda / scale, G }),
  },
];

const expConcave: Arm[] = [
  {
    id: "oomd-ec",
    label: "OOMD, exp-concave",
    make: ({ domain, G, alpha }, scale) => optimisticOmdExpConcave({ domain, G, alpha: alpha / scale }),
  },
  {
    id: "ons",
    label: "online Newton step",
    make: ({ domain, G, alpha }, scale) => onlineNewton({ domain, G, alpha: alpha / scale }),
  },
];

const arms = [...convex, ...stronglyConvex, ...expConcave];
const idsOf = (list: readonly Arm[]) => list.map(({ id }) => id);

/** The arms of each kind of losses. */
export const convexArms = idsOf(convex);
export const stronglyConvexArms = [...idsOf(stronglyConvex), "oomd", "ogd"];
export const expConcaveArms = [...idsOf(expConcave), "oomd", "ogd"];
/** Those whose steps are tuned. */
export const tunedArms = ["oomd", "ogd", "oftrl", "ensemble"];

export function armOf(id: string): Arm {
  const arm = arms.find((a) => a.id === id);
  if (arm === undefined) throw new RangeError(`arm: expected one of ${idsOf(arms).join(", ")}, got ${id}`);
  return arm;
}
