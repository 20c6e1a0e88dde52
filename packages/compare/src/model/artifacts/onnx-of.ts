import { numpy as np } from "@jax-js/jax";
import type { TablePart, TabularModel, WeightedPart } from "@minimand/native/onnx";
import { mlp, type Variables } from "minimand";
import { disposeTree, logSoftmax, logSumExp, type Tree } from "minimand/engine";
import { startEngine } from "minimand/start";
import { mostDeviations } from "../../data/encode.ts";
import { listed } from "../../data-error.ts";
import type { OwnModel } from "../../plan/own-parts.ts";
import { missingWords } from "../../read/cells.ts";
import { givesNumbers, outputsFor } from "../../task.ts";
import { refusalOf, UsageError } from "../../usage-error.ts";
import type {
  ModelDescription,
  NetworkDescription,
  SavedModel,
  SavedNetwork,
  SavedSingle,
} from "../description.ts";
import { membersOf } from "../saved-ensemble.ts";
import { networkOfOwn, savedLayers, sizesOf } from "../saved-network.ts";
import { metadataOf } from "./metadata.ts";
import { partOfTrees } from "./onnx-of-trees.ts";

/**
 * Writes a kept model as an ONNX file, with all steps between a table and its predictions.
 *
 * @param own the own model that it is of, where it is of one
 * @throws UsageError in one line where free text, the own model or trees do what ONNX has no equivalent of
 */
export async function onnxOf(model: SavedModel, own?: OwnModel): Promise<Uint8Array> {
  const { description, weights } = model;
  const reason = noOnnxOf(description);
  if (reason !== null) throw new UsageError(`no model.onnx: ${reason}`);
  const { ensembleToOnnx } = await import("@minimand/native/onnx");
  const members =
    "ensemble" in description
      ? membersOf({ description, weights })
      : [{ weight: 1, model: { description, weights } }];
  const made: Tree[] = [];
  try {
    const parts: WeightedPart[] = [];
    for (const { weight, model: member } of members)
      parts.push({ weight, model: await partOf(member, own, (params) => made.push(params)) });
    return ensembleToOnnx(parts, metadataOf(description));
  } catch (error) {
    if (own?.origin === undefined) throw error;
    throw refusalOf(error, own.origin.file, `${own.id} can't be written as ONNX`);
  } finally {
    made.forEach(disposeTree);
  }
}

/** A model as a part of a file. Its parameters, which `given` is called with, have to live until the file is written. */
async function partOf(
  { description, weights }: SavedSingle,
  own: OwnModel | undefined,
  given: (params: Tree) => void,
): Promise<TablePart> {
  if ("trees" in description) return partOfTrees({ description, weights });
  const { tabularPart } = await import("@minimand/native/onnx");
  await startEngine();
  const network = { description, weights };
  const ofEach =
    own === undefined || description.network.own === undefined ? ofLayers(network) : ofOwn(network, own);
  const { params, forward } = forwardOfAll(ofEach, givesNumbers(description.task));
  given(params);
  return tabularPart(forward, params, tableOf(description));
}

/** Returns why there is no ONNX file of a model; null where there can be one. */
export function noOnnxOf(description: ModelDescription): string | null {
  const texts = description.encoder.features.filter(({ kind }) => kind === "text").map(({ name }) => name);
  if (texts.length === 0) return null;
  return `words of the free text ${listed(texts)} cannot be read inside of an ONNX file, only by predict; predict uses the folder`;
}

/** Returns what comes before and after the network of a file. */
export function tableOf(description: NetworkDescription): TabularModel {
  return {
    columns: onnxColumns(description),
    missingWords: [...missingWords],
    mostDeviations,
    output: givesNumbers(description.task) ? description.targetScale : { classes: description.classes },
  };
}

/** The inputs of the file. Parts of dates are inputs of their own, to which values that stand for missing dates do not belong. */
function onnxColumns(description: NetworkDescription): TabularModel["columns"] {
  return description.encoder.features.flatMap((feature) => {
    if (feature.kind === "text") return [];
    return feature.date === undefined ? [feature] : [{ ...feature, asMissing: [] }];
  });
}

/** Outputs of the network by its parameters, with those of each member. */
interface Forward {
  members: Tree[];
  forward: (params: Tree, x: np.Array) => np.Array;
}

/** One member after the other, then their average; see `averagedOutputs`. */
function forwardOfAll({ members, forward }: Forward, numbers: boolean) {
  if (members.length === 1) return { params: members[0], forward };
  return {
    params: { members },
    forward(given: Tree, x: np.Array): np.Array {
      const { members: all } = given as { members: Tree[] };
      const outputs = all.map((params, member) => forward(params, member < all.length - 1 ? x.ref : x));
      const stacked = np.stack(numbers ? outputs : outputs.map((logits) => logSoftmax(logits)));
      return numbers ? np.mean(stacked, 0) : logSumExp(stacked, 0).sub(Math.log(all.length));
    },
  };
}

function ofLayers(model: SavedNetwork): Forward {
  const sizes = sizesOf(model.description);
  const { hidden, head } = model.description.network;
  const network = mlp({ inputs: sizes[0], hidden, outputs: sizes[sizes.length - 1], head });
  const members = savedLayers(model).map((saved) => ({
    layers: saved.map(({ weight, bias }, i) => ({
      weight: np.array(new Float32Array(weight), { shape: [sizes[i], sizes[i + 1]] }),
      ...(bias !== undefined && { bias: np.array(new Float32Array(bias)) }),
    })),
  }));
  const forward: Forward["forward"] = (given, x) =>
    network.apply({ params: (given as { layers: Tree }).layers, state: {} }, x, { training: false })[0];
  return { members, forward };
}

function ofOwn(model: SavedNetwork, own: OwnModel): Forward {
  const { network, members } = networkOfOwn(model, own);
  const params = members.map(({ params, state }) => ({
    params: network.model.unflatten(params as np.Array),
    state,
  }));
  network.dispose();
  const { encoder, task, classes } = model.description;
  const { apply } = own.make({ inputs: encoder.inputs, outputs: outputsFor(task, classes.length) });
  const forward: Forward["forward"] = (given, x) =>
    apply(given as unknown as Variables, x, { training: false })[0];
  return { members: params, forward };
}
