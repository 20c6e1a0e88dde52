import type { LatticeArm } from "../../kit/tune-lattice.ts";
import { armOf } from "./arms.ts";
import { lists, type Tuned } from "./settings.ts";

/** What is tuned: the learning rate of each objective, and the weight between two losses where there are two. */
export const lattices = <Spec>(
  specsOf: (arm: string, configuration: Tuned) => readonly Spec[],
): LatticeArm<Spec, keyof Tuned>[] =>
  ["text", "image", "full"].map((id) => {
    const { label, refiner } = armOf(id);
    const both = refiner!.image && refiner!.text;
    return {
      choice: id,
      label: { arm: label },
      axes: { ...lists, gamma: both ? lists.gamma : [1] },
      start: { gamma: both ? 0.3 : 1, learningRate: 2e-3 },
      specsOf: (configuration) => specsOf(id, configuration),
    };
  });
