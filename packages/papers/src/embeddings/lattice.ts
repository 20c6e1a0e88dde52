import type { LatticeArm } from "../kit/tune-lattice.ts";
import { type Arm, type Configuration, scales, usualScale } from "./arms.ts";

/** What is tuned. */
export const columns = ["learningRate", "parameter", "scale"] as const;

const learningRates = [3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3];

/** Where tuning begins with the learning rate: letters and characters want faster ones than pictures. */
const firstRate: Readonly<Record<string, number>> = {
  letter: 0.01,
  omniglot: 0.01,
  fashion: 1e-3,
  orl: 1e-3,
};

/** Lists of values and start of an arm; what it doesn't have is 0. */
function listsOf(
  { parameter, head }: Arm,
  material: string,
): { axes: Record<keyof Configuration, readonly number[]>; start: Configuration } {
  const learningRate = firstRate[material];
  if (learningRate === undefined)
    throw new RangeError(`material: expected one that is tuned, got ${material}`);
  const { values, start } = parameter ?? { values: [0], start: 0 };
  const scaled = head === "cosine" && parameter?.name === "margin";
  return {
    axes: { learningRate: learningRates, parameter: values, scale: scaled ? scales : [0] },
    start: { learningRate, parameter: start, scale: scaled ? usualScale : 0 },
  };
}

/** What is tuned on a material: rate, scale and margin of every arm alike. */
export const lattices = <Spec>(
  material: string,
  arms: readonly Arm[],
  specsOf: (arm: string, configuration: Configuration) => readonly Spec[],
): LatticeArm<Spec, keyof Configuration>[] =>
  arms.map((arm) => ({
    choice: `${material}, ${arm.id}`,
    label: { material, arm: arm.id },
    ...listsOf(arm, material),
    specsOf: (configuration) => specsOf(arm.id, configuration),
  }));
