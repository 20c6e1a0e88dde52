import { checkNumber } from "minimand/engine";
import { checkFeatures } from "../checks.ts";
import type { EpisodicSimulator } from "../environments/simulator.ts";

/** Features of all actions of a state, checked, action after action. */
export function actionFeatures<State>(
  { dim, actions, features }: Pick<EpisodicSimulator<State>, "dim" | "actions" | "features">,
  layer: number,
  state: State,
): Float64Array {
  const count: unknown = actions(layer, state);
  checkNumber("actions", count, { min: 1, integer: true });
  const all = new Float64Array(count * dim);
  for (let a = 0; a < count; a++) {
    const phi = features(layer, state, a);
    checkFeatures(`features(${layer}, state, ${a})`, phi, dim);
    all.set(phi, a * dim);
  }
  return all;
}
