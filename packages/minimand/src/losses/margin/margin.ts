import type { numpy as np } from "@jax-js/jax";
import { checkChoice, checkNumber, checkParameter, rangeError, typeError } from "../../engine/checks.ts";
import { type OptionNames, readOptions } from "../../engine/options.ts";
import type { Parameter } from "../../engine/parameter.ts";
import type { ElasticDraws, ElasticRule } from "./elastic-margins.ts";

/** How the target's cosine `t = cos theta` is made harder, see {@link marginSoftmax} for the formulas. */
export type Margin =
  | { kind: "none" }
  | SphereFaceMargin
  | { kind: "cosface" | "arcface"; m: Parameter }
  | CombinedMargin
  | ElasticMargin
  | MagFaceMargin;

/** `(-1)^k cos(m theta) - 2k` with an integer `m >= 1`, in the paper 4. */
export interface SphereFaceMargin {
  kind: "sphereface";
  m: number;
}

/** `cos(m1 theta + m2) - m3`; defaults 1, 0, 0. */
export interface CombinedMargin {
  kind: "combined";
  m1?: number;
  m2?: Parameter;
  m3?: Parameter;
}

/** One margin per example, drawn anew at every step. */
export type ElasticMargin = ElasticDraws & {
  /** `cos(theta + M_i)` or `cos theta - M_i`. */
  kind: "elastic-arc" | "elastic-cos";
  /** Which example gets which draw: as drawn (`none`, the default), or the '+' variants, see {@link assignElasticMargins}. */
  plus?: "none" | ElasticRule;
};

/** A margin that grows with the norm `a` of the embedding, clipped to `[lowerNorm, upperNorm]`. */
export interface MagFaceMargin {
  kind: "magface";
  /** Default 10. */
  lowerNorm?: number;
  /** Default 110. */
  upperNorm?: number;
  /** Margin at `lowerNorm`, default 0.45. */
  lowerMargin?: number;
  /** Margin at `upperNorm`, default 0.8. */
  upperMargin?: number;
  /** Weight of the term that pulls norms up, default 35. */
  regularization?: Parameter;
}

/** Largest additive margins that make sense: the angle ends at pi, the cosine has a range of 2. */
const arcBounds = { min: 0, below: Math.PI };
const cosBounds = { min: 0, max: 2 };

const kind = true;
const ofElastic: OptionNames<ElasticMargin> = {
  kind,
  plus: true,
  key: true,
  draws: true,
  mean: true,
  std: true,
  clampDraws: true,
};

/** The names of what a margin of each kind takes. */
const namesOf: { [K in Margin["kind"]]: OptionNames<Extract<Margin, { kind: K }>> } = {
  none: { kind },
  sphereface: { kind, m: true },
  cosface: { kind, m: true },
  arcface: { kind, m: true },
  combined: { kind, m1: true, m2: true, m3: true },
  "elastic-arc": ofElastic,
  "elastic-cos": ofElastic,
  magface: {
    kind,
    lowerNorm: true,
    upperNorm: true,
    lowerMargin: true,
    upperMargin: true,
    regularization: true,
  },
};

/** Throws unless the margin is one of the kinds, and within the angles and cosines there are. */
export function checkMargin(margin: Margin): void {
  if (typeof margin !== "object" || margin === null)
    throw typeError("margin", 'an object such as { kind: "arcface", m: 0.3 }', margin);
  checkChoice("margin.kind", margin.kind, Object.keys(namesOf) as Margin["kind"][]);
  readOptions<object>("margin", margin, namesOf[margin.kind]);
  if (margin.kind === "sphereface") checkNumber("margin.m", margin.m, { min: 1, max: 16, integer: true });
  if (margin.kind === "cosface") checkParameter("margin.m", margin.m, cosBounds);
  if (margin.kind === "arcface") checkParameter("margin.m", margin.m, arcBounds);
  if (margin.kind === "combined") {
    const { m1 = 1, m2 = 0, m3 = 0 } = margin;
    checkNumber("margin.m1", m1, { above: 0, max: 16 });
    checkParameter("margin.m2", m2, arcBounds);
    checkParameter("margin.m3", m3, cosBounds);
  }
  if (margin.kind === "elastic-arc" || margin.kind === "elastic-cos") {
    checkChoice("margin.plus", margin.plus ?? "none", ["none", "paper", "official-code"]);
    if (margin.mean !== undefined)
      checkParameter("margin.mean", margin.mean, margin.kind === "elastic-arc" ? arcBounds : cosBounds);
  }
  if (margin.kind === "magface") checkMagFace(margin);
}

/** MagFace's options with their defaults. */
export function magFaceOptions(margin: MagFaceMargin): Required<Omit<MagFaceMargin, "kind">> {
  const { lowerNorm = 10, upperNorm = 110, lowerMargin = 0.45, upperMargin = 0.8 } = margin;
  const { regularization = 35 } = margin;
  return { lowerNorm, upperNorm, lowerMargin, upperMargin, regularization };
}

function checkMagFace(margin: MagFaceMargin): void {
  const { lowerNorm, upperNorm, lowerMargin, upperMargin, regularization } = magFaceOptions(margin);
  checkNumber("margin.lowerNorm", lowerNorm, { above: 0 });
  checkNumber("margin.upperNorm", upperNorm, { above: lowerNorm });
  checkNumber("margin.lowerMargin", lowerMargin, arcBounds);
  checkNumber("margin.upperMargin", upperMargin, arcBounds);
  if (upperMargin < lowerMargin)
    throw rangeError("margin.upperMargin", `at least lowerMargin = ${lowerMargin}`, upperMargin);
  checkParameter("margin.regularization", regularization, { min: 0 });
}

/** Whether a margin needs the norms of the embeddings, which cosines alone don't have. */
export function needsNorms(margin: Margin, scale: Parameter | "norm"): boolean {
  return margin.kind === "magface" || scale === "norm";
}

/** A margin per example (an array of one axis), or the same for all. */
export type PerExampleMargin = Parameter | np.Array;
