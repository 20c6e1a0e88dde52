import { rangeError, typeError } from "../engine/checks.ts";
import { leavesOf, type Tree } from "../engine/tree.ts";
import type { LayerLike } from "../models/layers/sequential.ts";
import type { Model, Variables } from "../models/model.ts";
import { foldBatchNorm } from "./fold-batch-norm.ts";

/**
 * A trained model as pieces that {@link elasticNetwork} takes, of the same outputs in evaluation. Layers of layers are laid out one after
 * the other, dropout is left out, and batch normalisation is folded into the layers next to it ({@link foldBatchNorm}). The head of an
 * `mlp` becomes a dense layer and a function.
 *
 * What other pieces hold, `residual` blocks or `layerNorm`, stays as it is, in float32.
 *
 * @param model `mlp`, `sequential`, or a single layer
 * @param variables of the model; consumed
 * @returns the pieces, and their variables
 * @throws TypeError for what is no model; RangeError for batch normalisation that can't be folded, within other pieces for example
 * @example
 * const model = mlp({ inputs: 4, hidden: [8], outputs: 2, batchNorm: true })
 * const { pieces, variables } = quantisableLayers(model, model.init(keyOf(1)))
 * pieces.length // 3
 * elasticNetwork(pieces).layers // 2
 */
export function quantisableLayers(
  model: Model,
  variables: Variables,
): { pieces: LayerLike[]; variables: Variables } {
  if (typeof model?.apply !== "function") throw typeError("model", "a model", model);
  const parts = partsOf(model, variables).filter(({ piece }) => !nameOf(piece).startsWith("dropout("));
  const folded = foldBatchNorm(
    parts.map(({ piece }) => piece),
    { params: parts.map(({ params }) => params), state: parts.map(({ state }) => state) },
  );
  const withState = (folded.variables.state as Tree[]).findIndex((state) => leavesOf(state).length > 0);
  if (withState >= 0)
    throw rangeError(
      "model",
      "batch normalisation beside its layers alone, where it can be folded",
      nameOf(folded.pieces[withState]),
    );
  return folded;
}

interface Part {
  piece: LayerLike;
  params: Tree;
  state: Tree;
}

function partsOf(piece: LayerLike, { params, state }: Variables): Part[] {
  if (typeof piece === "function" || piece.asLayers === undefined) return [{ piece, params, state }];
  const { pieces, variables } = piece.asLayers({ params, state });
  const [own, states] = [variables.params as Tree[], variables.state as Tree[]];
  return pieces.flatMap((one, i) => partsOf(one, { params: own[i], state: states[i] }));
}

function nameOf(piece: LayerLike): string {
  return "name" in piece ? String(piece.name) : "model";
}
