import type { Arm, Configuration } from "../embeddings/arms.ts";
import type { LatticeArm } from "../kit/tune-lattice.ts";
import { trainedMethods } from "./arms.ts";
import { firstRate, lists } from "./settings.ts";

export const columns = ["learningRate", "parameter", "scale"] as const;
type Place = Required<Configuration>;

/** Lists of values and start of an arm; what it doesn't have is 0. */
function listsOf(
  { id, parameter }: Arm,
  material: string,
): { axes: Record<keyof Place, readonly number[]>; start: Place } {
  const learningRate = firstRate[material];
  if (learningRate === undefined)
    throw new RangeError(`material: expected one that is tuned, got ${material}`);
  const of = (own: readonly number[], scale: readonly number[], start: Omit<Place, "learningRate">) => ({
    axes: { learningRate: lists.learningRate, parameter: own, scale },
    start: { learningRate, ...start },
  });
  if (parameter === null) return of([0], [0], { parameter: 0, scale: 0 });
  if (parameter.name === "scale") return of(lists.scale, [0], { parameter: 16, scale: 0 });
  if (id === "triplet") return of(lists.triplet, [0], { parameter: 0.2, scale: 0 });
  return id.includes("Arc")
    ? of(lists.arc, lists.scale, { parameter: 0.3, scale: 16 })
    : of(lists.cosine, lists.scale, { parameter: 0.2, scale: 16 });
}

/** What is tuned on a material: every loss, its scale and margin alike. */
export const lattices = <Spec>(
  material: string,
  specsOf: (arm: string, configuration: Place) => readonly Spec[],
): LatticeArm<Spec, keyof Place>[] =>
  trainedMethods.map((arm) => ({
    choice: `${material}, ${arm.id}`,
    label: { material, arm: arm.id },
    ...listsOf(arm, material),
    specsOf: (configuration) => specsOf(arm.id, configuration),
  }));
