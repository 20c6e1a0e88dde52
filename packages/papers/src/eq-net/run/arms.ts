import type { QuantForm } from "minimand";
import { everyForm, type WdrOptions } from "minimand/quantization";
import { named } from "../../kit/named.ts";

/** One way to come to a network of all widths. */
export interface Arm {
  id: string;
  /** Share of the teacher in guidance; null: nothing is trained after the float network. */
  lambda: number | null;
  wdr?: WdrOptions;
  /** The arm whose learning rate it has; default its own. */
  tunedAs?: string;
}

/** What is compared. */
export const arms: readonly Arm[] = [
  { id: "PTQ", lambda: null },
  { id: "hard labels", lambda: 0 },
  { id: "GPG", lambda: 0.5 },
  { id: "WDR", lambda: 0, wdr: {} },
  { id: "GPG + WDR", lambda: 0.5, wdr: {} },
  {
    id: "GPG + WDR, authors' rates",
    lambda: 0.5,
    tunedAs: "GPG + WDR",
    wdr: { kurtosisRate: 0.015, skewnessRate: 1, skipFirst: true },
  },
];

/** The arms that the rule speaks of, and the one whose network is searched. */
export const judged = { ptq: "PTQ", hard: "hard labels", both: "GPG + WDR" } as const;

export const armOf = (id: string): Arm => named(arms, id, "arm");

/** Under which name the learning rate of networks that are trained for a single width is chosen. */
export const singleChoice = "one width";

/** The form in words. */
export const nameOf = ({ granularity, weightSymmetric, actSymmetric }: QuantForm): string =>
  `${granularity}, weights ${weightSymmetric ? "sym" : "asym"}, activations ${actSymmetric ? "sym" : "asym"}`;

export const forms = everyForm.map((form) => ({ id: nameOf(form), form }));

/** The forms for which differences are reported; the first is that of the rule. */
export const judgedForms = (["tensor", "channel"] as const).map((granularity) =>
  nameOf({ granularity, weightSymmetric: true, actSymmetric: false }),
);

export const formOf = (id: string): QuantForm => named(forms, id, "form").form;
