import { rangeError } from "../engine/checks.ts";
import { oneOf, readOptions } from "../engine/options.ts";
import type { Parameter } from "../engine/parameter.ts";
import { disposeTree, leavesOf, mapTree } from "../engine/tree.ts";
import { type AdamOptions, adamw } from "./adam.ts";
import { newtonSchulz } from "./kappa/matrices.ts";
import { partition } from "./partition.ts";
import { addDecayedWeights, type DecayMask, scaleByLearningRate } from "./scale.ts";
import type { LearningRate } from "./schedules.ts";
import { trace } from "./sgd.ts";
import { chain, type GradientTransformation } from "./transformation.ts";

/** Options of the direction of {@link muon}. */
export interface MuonDirection {
  /** In [0, 1); default 0.95. */
  momentum?: Parameter;
  /** Default true. */
  nesterov?: boolean;
  /** Steps of Newton and Schulz, >= 1; default 5. */
  steps?: number;
  /**
   * The length of a step. `original` (default): `sqrt(max(1, outputs / inputs))` times the factor of unit singular values.
   * `match-rms`: `0.2 sqrt(max(inputs, outputs))` times, so that its entries are about as large as those of AdamW, whose learning
   * rate and decay then fit.
   */
  adjust?: "original" | "match-rms";
}

/**
 * The direction of Muon for matrices `[inputs, outputs]`: momentum, then the nearest matrix whose singular values are all 1, by
 * matrix products alone.
 *
 * `v <- momentum v + g`, `O = newtonSchulz(momentum v + g)`, `sqrt(max(1, outputs / inputs)) O`
 *
 * @throws RangeError for options outside of their ranges, and for parameters that are no matrices; TypeError for an option that
 *   is none
 * @example
 * chain(scaleByMuon({ adjust: "match-rms" }), scaleByLearningRate(1e-3)) // where all parameters are matrices
 * @see Jordan et al. 2024, Muon: an optimizer for hidden layers in neural networks; `match-rms`: Liu et al. 2025, arXiv 2502.16982,
 *   section 2.2
 */
export function scaleByMuon(options: MuonDirection = {}): GradientTransformation {
  const { momentum, nesterov, steps, adjust } = readOptions("scaleByMuon", options, {
    momentum: [0.95],
    nesterov: [true],
    steps: [5, { min: 1, integer: true }],
    adjust: ["original", oneOf(["original", "match-rms"])],
  });
  const orthogonalize: GradientTransformation = {
    init(params) {
      for (const leaf of leavesOf(params))
        if (leaf.ndim !== 2) throw rangeError("params", "matrices alone", leaf);
      return {};
    },
    update(updates, state, params) {
      const scaled = mapTree(
        (u, p) => {
          p.dispose();
          const [inputs, outputs] = u.shape;
          const length =
            adjust === "original"
              ? Math.sqrt(Math.max(1, outputs / inputs))
              : 0.2 * Math.sqrt(Math.max(inputs, outputs));
          return newtonSchulz(u, steps).mul(length);
        },
        updates,
        params,
      );
      return [scaled, state];
    },
  };
  return chain(trace(momentum, nesterov), orthogonalize);
}

/** Options of {@link muon}. */
export interface MuonOptions extends MuonDirection {
  /** Decoupled, >= 0, for matrices and the rest; default 0. */
  weightDecay?: Parameter;
  /** Which parameters decay, default all. */
  mask?: DecayMask;
  /** Which arrays are made orthogonal, of those that are matrices; default all. Paths are keys and positions joined by dots. */
  matrices?: (param: { shape: number[] }, path: string) => boolean;
  /** AdamW's, for the rest: its options, and `learningRate`, which is that of the matrices unless it is given. */
  adam?: AdamOptions & { learningRate?: LearningRate };
}

/**
 * Muon: matrices move along their momentum made orthogonal, everything else by AdamW.
 *
 * `v <- momentum v + g`, `p <- p - learningRate (sqrt(max(1, outputs / inputs)) newtonSchulz(momentum v + g) + weightDecay p)`
 *
 * Singular values of the step lie between about 0.7 and 1.2 instead of at 1, but for those that are tiny. Its author leaves tables of
 * embeddings and the output layer to AdamW: say so with `matrices`. For the vector of a flat model see `flatTransformation`. State: 4
 * bytes a float32 parameter of a matrix, 8 of the rest, and counts.
 *
 * @param learningRate number, 0-d array or schedule; about 0.02, or with `match-rms` that of AdamW
 * @param options `momentum` in [0, 1), default 0.95; `nesterov`, default true; `steps` >= 1, default 5; `adjust`, `weightDecay`,
 *   `mask`, `matrices`, `adam`
 * @throws RangeError outside of those ranges, and at the start for parameters without a matrix; TypeError for an option that is none
 * @example
 * muon(0.02, { adam: { learningRate: 3e-4 } })
 * muon(1e-3, { adjust: "match-rms", weightDecay: 0.1, matrices: (_, path) => !path.startsWith("layers.2") })
 * @see Jordan et al. 2024, Muon: an optimizer for hidden layers in neural networks; `match-rms`: Liu et al. 2025, arXiv 2502.16982,
 *   section 2.2
 */
export function muon(learningRate: LearningRate, options: MuonOptions = {}): GradientTransformation {
  const {
    weightDecay,
    mask,
    matrices = () => true,
    adam,
    ...direction
  } = readOptions("muon", options, {
    momentum: true,
    nesterov: true,
    steps: true,
    adjust: true,
    weightDecay: [0],
    mask: true,
    matrices: true,
    adam: [{}],
  });
  const { learningRate: rate = learningRate, ...moments } = adam;
  const groups = partition(
    {
      muon: chain(
        scaleByMuon(direction),
        ...(weightDecay === 0 ? [] : [addDecayedWeights(weightDecay, mask)]),
        scaleByLearningRate(learningRate),
      ),
      adamw: adamw(rate, { ...moments, weightDecay, mask }),
    },
    (param, path) => (param.shape.length === 2 && matrices(param, path) ? "muon" : "adamw"),
  );
  return {
    ...groups,
    init(params) {
      const state = groups.init(params);
      if (!("muon" in (state as object))) {
        disposeTree(state);
        throw rangeError("params", "at least one matrix (a flat model's vector: flatTransformation)", params);
      }
      return state;
    },
  };
}
