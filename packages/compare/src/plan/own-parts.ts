import type { FeatureModel } from "minimand";
import type { Origin } from "../results.ts";
import type { Candidate } from "./candidate.ts";

/** A model of one's own, which every candidate trains instead of the network of the settings. */
export interface OwnModel {
  /** Its name in the keys of its trials: another one where what `make` gives has changed. */
  id: string;
  /** The model for rows of so many numbers, with so many outputs that are linear in its features: one a class, or a single one. */
  make: (shape: { inputs: number; outputs: number }) => FeatureModel;
  /** Where it was loaded from; the hash of its code is part of the keys as well then. */
  origin?: Origin;
}

/** What a comparison is given beside what it has. */
export interface OwnParts {
  /** They run as the candidates of the comparison do: names, grids, folds and seeds are the same kind of thing. */
  candidates?: readonly Candidate[];
  model?: OwnModel;
}
