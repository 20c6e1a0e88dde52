/** One step as it was played. */
export interface Step {
  /** Features of all actions, action after action, and the one taken. */
  features: Float64Array;
  action: number;
}

/** A step as plain data. */
export interface SavedStep {
  features: number[];
  action: number;
}

export const stepOf = ({ features, action }: SavedStep): Step => ({
  features: Float64Array.from(features),
  action,
});

export const savedStep = ({ features, action }: Step): SavedStep => ({ features: [...features], action });

/** Features of the action taken. */
export function chosenFeatures({ features, action }: Step, dim: number): Float64Array {
  return features.slice(action * dim, (action + 1) * dim);
}
