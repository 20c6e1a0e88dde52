import { named } from "../../kit/named.ts";
import type { RegimeId, Shape } from "./settings.ts";

/** Rows of some classes of one kind, with unlabelled ones of another. */
export interface Domain {
  id: string;
  label: string;
  source: "digits" | "mnist" | "tumours";
  /** Of digits, which of them; of tumours both. */
  classes: readonly number[];
  /** Rows to learn from, and to tune by, and the rest to test by; of MNIST, whose test rows are others, the rest is to tune by. Below 0: all but so many. */
  sizes: readonly number[];
  /** Unlabelled rows. */
  unlabeled: number;
  regime: RegimeId;
}

const two = [3, 8];
const ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

export const domains: readonly Domain[] = [
  {
    id: "digits",
    label: "Digits 3/8, unlabelled MNIST",
    source: "digits",
    classes: two,
    sizes: [125, 72],
    unlabeled: 1000,
    regime: "small",
  },
  {
    id: "mnist",
    label: "MNIST 3/8, unlabelled digits",
    source: "mnist",
    classes: two,
    sizes: [-500],
    unlabeled: 300,
    regime: "small",
  },
  {
    id: "tumours",
    label: "Tumours, unlabelled with shifted features",
    source: "tumours",
    classes: [0, 1],
    sizes: [299, 100],
    unlabeled: 200,
    regime: "small",
  },
  {
    id: "ten digits",
    label: "Ten digits, unlabelled MNIST",
    source: "digits",
    classes: ten,
    sizes: [600, 300],
    unlabeled: 4000,
    regime: "large",
  },
  {
    id: "ten of mnist",
    label: "Ten digits of MNIST, unlabelled digits",
    source: "mnist",
    classes: ten,
    sizes: [-500],
    unlabeled: 1500,
    regime: "large",
  },
];

/** The domain of that name. */
export const domainOf = (id: string): Domain => named(domains, id, "domain");

/** Where settings are chosen: for a model on a domain. */
export const placeOf = ({ domain, shape }: { domain: string; shape: Shape }): string => `${domain}, ${shape}`;
