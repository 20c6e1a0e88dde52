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
} from "@minimand/lab/online";
import { named } from "../../kit/named.ts";
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

type Make = Arm["make"];
const arm = (id: string, label: string, make: Make): Arm => ({ id, label, make });

const oomd: Make = ({ domain, G }, scale) => optimisticOmd({ domain, G, D: scale * domain.diameter });
const descent: Make = ({ domain, G }, scale) => ogd({ domain, G, D: scale * domain.diameter });
const ensemble: Make = ({ domain, G, L, rounds }, scale) => {
  const pool = ensemblePool({ D: domain.diameter, G, L, horizon: rounds });
  return dynamicEnsemble({ domain, G, L, horizon: rounds, pool: pool.map((step) => scale * step) });
};
const convex: Arm[] = [
  arm("oomd", "OOMD", oomd),
  arm("ogd", "OGD", descent),
  arm("oftrl", "OFTRL", ofSachs(1)),
  arm("oftrl-0.1", "OFTRL, nu / 10", ofSachs(0.1)),
  arm("oftrl-0.01", "OFTRL, nu / 100", ofSachs(0.01)),
  arm("ensemble", "ensemble", ensemble),
];

const stronglyConvex: Arm[] = [
  arm("oomd-sc", "OOMD, strongly convex", ({ domain, lambda, G }, scale) =>
    optimisticOmdStronglyConvex({ domain, lambda: lambda / scale, G }),
  ),
  arm("ogd-sc", "OGD, strongly convex", ({ domain, lambda }, scale) => ogd({ domain, mu: lambda / scale })),
  arm("oftl-sc", "OFTL, strongly convex", ({ domain, lambda, G }, scale) =>
    oftlStronglyConvex({ domain, mu: lambda / scale, G }),
  ),
];

const expConcave: Arm[] = [
  arm("oomd-ec", "OOMD, exp-concave", ({ domain, G, alpha }, scale) =>
    optimisticOmdExpConcave({ domain, G, alpha: alpha / scale }),
  ),
  arm("ons", "online Newton step", ({ domain, G, alpha }, scale) =>
    onlineNewton({ domain, G, alpha: alpha / scale }),
  ),
];

const arms = [...convex, ...stronglyConvex, ...expConcave];
const idsOf = (list: readonly Arm[]) => list.map(({ id }) => id);

/** The arms of each kind of losses. */
export const convexArms = idsOf(convex);
export const stronglyConvexArms = [...idsOf(stronglyConvex), "oomd", "ogd"];
export const expConcaveArms = [...idsOf(expConcave), "oomd", "ogd"];
/** Those whose steps are tuned. */
export const tunedArms = ["oomd", "ogd", "oftrl", "ensemble"];

/** The arm of that name. */
export const armOf = (id: string): Arm => named(arms, id, "arm");
