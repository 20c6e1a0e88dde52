import { named } from "../../kit/named.ts";

/** A front end before the head. */
export interface Arm {
  id: string;
  label: string;
  /** Made of canvases before training, trained with the head by the task's loss alone, or light where the others have none. */
  kind: "fixed" | "learned" | "light";
  /** Trains for as much longer as it takes less time a step than FeatEnHancer. */
  longer?: true;
}

export const arms: readonly Arm[] = [
  { id: "none", label: "none", kind: "fixed" },
  { id: "longer", label: "none, trained for as long", kind: "fixed", longer: true },
  { id: "standardise", label: "standardised", kind: "fixed" },
  { id: "gamma", label: "gamma 0.4", kind: "fixed" },
  { id: "equalise", label: "histogram equalisation", kind: "fixed" },
  { id: "zero-dce", label: "Zero-DCE, frozen", kind: "fixed" },
  { id: "stack", label: "plain stack, as many parameters", kind: "learned" },
  { id: "one-scale", label: "feature extractor at one scale", kind: "learned" },
  { id: "featenhancer", label: "FeatEnHancer", kind: "learned" },
  { id: "clean", label: "none, in the light", kind: "light" },
];

export const armOf = (id: string): Arm => named(arms, id, "arm");

/** The arms that the rule speaks of. */
export const judged = { own: "featenhancer", fixed: ["none", "gamma", "equalise"], stack: "stack" } as const;

/** The arms that are tuned: the longer one takes the rate of its shorter self. */
export const tunedArms = arms.filter(({ longer }) => !longer);

/** The front ends before a head that was trained in the light. */
export const adapted = arms.filter(({ kind, longer }) => kind !== "light" && !longer);
