import { rangeError, typeError } from "minimand/engine";
import { type FactoredState, stateOf } from "./factored-state.ts";
import { checkFloats } from "./inputs.ts";
import { extract, type Floats, fill } from "./matrix-space.ts";

const kind = "minimand/factored-output-layer";
const version = 1;

/** A factored output layer as plain data: numbers, strings and typed arrays, for any file format. */
export interface SavedFactoredOutput {
  kind: string;
  version: number;
  classes: number;
  features: number;
  /** Updates made so far. */
  updates: number;
  /** V, `[classes, features]`; its type is the precision of the layer. */
  values: Floats;
  /** U, its inverse and W^T W, `[features, features]` each. */
  u: Float64Array;
  inverse: Float64Array;
  gram: Float64Array;
  /** `[features]` each: the common shift of the rows of W, and their sum. */
  omega: Float64Array;
  sums: Float64Array;
}

/** Returns a copy of the state. */
export function savedOf(state: FactoredState, updates: number): SavedFactoredOutput {
  const { classes, features, values, omega, sums, matrices } = state;
  const copy = (name: "u" | "inverse" | "gram"): Float64Array => {
    const numbers = new Float64Array(features * features);
    extract(matrices[name], numbers);
    return numbers;
  };
  return {
    kind,
    version,
    classes,
    features,
    updates,
    values: values.slice(),
    u: copy("u"),
    inverse: copy("inverse"),
    gram: copy("gram"),
    omega: omega.slice(),
    sums: sums.slice(),
  };
}

/** Checks saved data against the shape of a layer and makes a state of it; the arrays are copied. */
export function restored(saved: unknown, classes: number, features: number): FactoredState {
  const given = saved as SavedFactoredOutput | null;
  if (typeof given !== "object" || given === null || given.kind !== kind)
    throw typeError(
      "saved",
      `what save() of a FactoredOutputLayer returns (kind ${JSON.stringify(kind)})`,
      given?.kind ?? saved,
    );
  if (given.version !== version) throw rangeError("saved.version", `version ${version}`, given.version);
  if (given.classes !== classes) throw rangeError("saved.classes", `${classes} classes`, given.classes);
  if (given.features !== features) throw rangeError("saved.features", `${features} features`, given.features);
  if (!Number.isInteger(given.updates) || given.updates < 0)
    throw rangeError("saved.updates", "an integer >= 0", given.updates);
  const sizes = {
    values: classes * features,
    u: features * features,
    inverse: features * features,
    gram: features * features,
    omega: features,
    sums: features,
  };
  for (const [name, size] of Object.entries(sizes)) {
    const numbers: unknown = given[name as keyof typeof sizes];
    checkFloats(`saved.${name}`, numbers);
    if (numbers.length !== size) throw rangeError(`saved.${name}`, `${size} numbers`, numbers);
  }
  const state = stateOf(given.values.slice(), classes, features);
  fill(state.matrices.u, given.u);
  fill(state.matrices.inverse, given.inverse);
  fill(state.matrices.gram, given.gram);
  state.omega = Float64Array.from(given.omega);
  state.sums = Float64Array.from(given.sums);
  return state;
}
