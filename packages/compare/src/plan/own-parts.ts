import type { FeatureModel } from "minimand";
import type { Origin } from "../results.ts";
import type { Candidate } from "./candidate.ts";

/** An own model, which every candidate trains instead of the network of the settings. */
export interface OwnModel {
  /** Its name in the keys of its trials: another one where what `make` gives has changed. */
  id: string;
  /** The model for rows of `inputs` numbers, with `outputs` outputs that are linear in its features: one per class, or a single one. */
  make: (shape: { inputs: number; outputs: number }) => FeatureModel;
  /** Where it was loaded from; the hash of its code is part of the keys as well then. */
  origin?: Origin;
}

/** The user's own candidates and models of a comparison. */
export interface OwnParts {
  /** They run as the candidates of the comparison do: names, grids, folds and seeds are the same kind of thing. */
  candidates?: readonly Candidate[];
  model?: OwnModel;
}
