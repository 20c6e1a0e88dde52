import { numpy as np } from "@jax-js/jax";
import { rangeError, typeError } from "../engine/checks.ts";
import { disposeTree, type Tree } from "../engine/tree.ts";
import { eps } from "../models/batch-norm.ts";
import type { LayerLike } from "../models/layers/sequential.ts";
import type { Variables } from "../models/model.ts";
import { weightName, weightOf, withWeight } from "./elastic-network.ts";

type Norm = { scale: np.Array; shift: np.Array };
type Statistics = { mean: np.Array; variance: np.Array };

/**
 * Batch normalisation as part of the layers next to it, in evaluation mode: a network without it, of the same outputs.
 *
 * With `g = scale / sqrt(variance + 1e-5)` and `d = shift - mean g`, the layer before becomes `W diag(g)`, `b g + d`; where none stands
 * right before, the dense layer right behind becomes `diag(g) W`, `b + d W`.
 *
 * @param pieces as `sequential` takes them
 * @param variables of `sequential(pieces)`; consumed
 * @returns the pieces that are left, and their variables; layers that had no bias have one where it is needed
 * @throws RangeError for a batch normalisation that neither a dense or convolutional layer stands before nor a dense one behind
 * @example
 * const pieces = [dense({ inputs: 2, outputs: 3 }), batchNorm(3), relu]
 * foldBatchNorm(pieces, sequential(pieces).init(keyOf(1))).pieces.length // 2
 * @see Jacob et al. 2018, arXiv 1712.05877, section 3.2
 */
export function foldBatchNorm(
  pieces: readonly LayerLike[],
  variables: Variables,
): { pieces: LayerLike[]; variables: Variables } {
  if (!Array.isArray(pieces)) throw typeError("pieces", "a list of layers", pieces);
  if (!Array.isArray(variables?.params))
    throw typeError("variables", "those of sequential(pieces)", variables?.params);
  const params = [...(variables.params as Tree[])];
  const state = variables.state as Tree[];
  const kept: number[] = [];
  (pieces as readonly LayerLike[]).forEach((piece, i) => {
    if (!isBatchNorm(piece)) {
      kept.push(i);
      return;
    }
    const { gain, offset } = affineOf(params[i] as unknown as Norm, state[i] as unknown as Statistics);
    const before = kept.at(-1);
    if (before === i - 1 && weightName(pieces[before]) !== null)
      params[before] = behind(pieces[before], params[before], gain, offset);
    else if (i + 1 < pieces.length && weightName(pieces[i + 1]) === "weight")
      params[i + 1] = ahead(pieces[i + 1], params[i + 1], gain, offset);
    else
      throw rangeError(
        `pieces[${i}]`,
        "a batch normalisation right behind a dense or conv2d layer, or right before a dense one",
        (piece as { name: string }).name,
      );
    disposeTree([params[i], state[i]]);
  });
  return {
    pieces: kept.map((i) => pieces[i]),
    variables: { params: kept.map((i) => params[i]), state: kept.map((i) => state[i]) },
  };
}

function isBatchNorm(piece: LayerLike): boolean {
  return typeof piece !== "function" && "name" in piece && String(piece.name).startsWith("batchNorm(");
}

/** What a batch normalisation does in evaluation: `gain x + offset`. Looks at both. */
function affineOf(
  { scale, shift }: Norm,
  { mean, variance }: Statistics,
): { gain: np.Array; offset: np.Array } {
  const gain = scale.ref.div(np.sqrt(variance.ref.add(eps)));
  return { gain, offset: shift.ref.sub(mean.ref.mul(gain.ref)) };
}

/** A layer followed by `gain y + offset`. Consumes all. */
function behind(piece: LayerLike, params: Tree, gain: np.Array, offset: np.Array): Tree {
  const { bias } = params as { bias?: np.Array };
  const moved = bias === undefined ? offset : bias.ref.mul(gain.ref).add(offset);
  return replaced(piece, params, weightOf(piece, params).mul(gain), moved);
}

/** A dense layer of `gain x + offset`. Consumes all. */
function ahead(piece: LayerLike, params: Tree, gain: np.Array, offset: np.Array): Tree {
  const { bias } = params as { bias?: np.Array };
  const weight = weightOf(piece, params);
  const added = offset.reshape([-1, 1]).mul(weight.ref).sum(0);
  const moved = bias === undefined ? added : bias.ref.add(added);
  return replaced(piece, params, weight.mul(gain.reshape([-1, 1])), moved);
}

function replaced(piece: LayerLike, params: Tree, weight: np.Array, bias: np.Array): Tree {
  const next = { ...(withWeight(piece, {}, weight) as { [name: string]: Tree }), bias };
  disposeTree(params);
  return next;
}
