import type { numpy as np } from "@jax-js/jax";
import { unitNorm } from "../engine/numerics.ts";
import type { Tree } from "../engine/tree.ts";
import { cosineHeadScale, type Head, sphericalLogits, taylorLogits } from "./head.ts";
import { dense } from "./layers/dense.ts";
import { batchNorm } from "./layers/normalization.ts";
import type { Layered } from "./model.ts";

/** Parameters of a layer of an mlp. */
export interface MlpLayer {
  weight: np.Array;
  /** Absent from the last layer of a cosine head. */
  bias?: np.Array;
  norm?: { scale: np.Array; shift: np.Array };
}

/** What an mlp is made of. */
interface MlpParts {
  sizes: readonly number[];
  activate: (x: np.Array) => np.Array;
  head: Head;
}

/** An mlp as layers one after the other, of the same outputs in evaluation. Consumes parameters and state. */
export function mlpAsLayers(
  { sizes, activate, head }: MlpParts,
  layers: readonly MlpLayer[],
  state: Tree,
): Layered {
  const pieces: Layered["pieces"][number][] = [];
  const params: Tree[] = [];
  const states: Tree[] = [];
  const add = (piece: Layered["pieces"][number], own: Tree = {}, ownState: Tree = {}): void => {
    pieces.push(piece);
    params.push(own);
    states.push(ownState);
  };
  layers.forEach(({ weight, bias, norm }, i) => {
    const [inputs, outputs] = [sizes[i], sizes[i + 1]];
    if (i < layers.length - 1) {
      add(dense({ inputs, outputs }), { weight, bias: bias as np.Array });
      add(activate);
      if (norm !== undefined) add(batchNorm(outputs), norm, (state as Tree[])[i]);
    } else if (head === "cosine") {
      add(unitRows);
      add(dense({ inputs, outputs, bias: false }), { weight: unitNorm(weight, 0).mul(cosineHeadScale) });
    } else {
      add(dense({ inputs, outputs }), { weight, bias: bias as np.Array });
      if (head !== "linear") add(head === "taylor" ? taylorLogits : sphericalLogits);
    }
  });
  return { pieces, variables: { params, state: states } };
}

const unitRows = (h: np.Array): np.Array => unitNorm(h, 1);
