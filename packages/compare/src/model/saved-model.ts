import { type Tensor, writeSafetensors } from "minimand";
import { type Compile, derive, readOptions } from "minimand/engine";
import { metricById } from "minimand/metrics";
import { NonFiniteError } from "minimand/training";
import type { Dataset } from "../data/dataset.ts";
import { encodeTable, type UnreadableRows } from "../data/encode.ts";
import { inputNames } from "../data/encoder.ts";
import { unreadableRows } from "../data/new-rows/unreadable.ts";
import { dataError } from "../data-error.ts";
import { isTrees, minimisedBy, type NetworkCandidate } from "../plan/candidate.ts";
import { plannedFor } from "../plan/candidates.ts";
import type { OwnModel, OwnParts } from "../plan/own-parts.ts";
import { checkSettingNames, metricFor } from "../plan/settings.ts";
import { settingsFor } from "../plan/trials.ts";
import type { Table } from "../read/table.ts";
import type { KeptChoice, KeptEnsemble, Note, Settings } from "../results.ts";
import { outputsFor } from "../task.ts";
import { averagedOutputs } from "../train/averaged-outputs.ts";
import { makeWhole, type TrainingParts } from "../train/fold.ts";
import { buildInfoOf, makeLearner } from "../train/learner.ts";
import { trainMember } from "../train/members.ts";
import { discard, type Trained } from "../train/network.ts";
import { type Prediction, predictionOf } from "../train/outcome.ts";
import { checkOwnModel, makeNetworkOf } from "../train/own-network.ts";
import { ownModelIn, type SavedModel, type SavedNetwork, type SavedSingle } from "./description.ts";
import { ownTensors } from "./own-weights.ts";
import { rewardScale, taskOfKept } from "./reward.ts";
import { fitEnsemble, membersOf, predictWithEnsemble } from "./saved-ensemble.ts";
import { builtNetwork, checkNetwork, layerTensors, networkOfOwn, prefixOf } from "./saved-network.ts";
import { fitTrees, predictWithTrees, treesOf } from "./saved-trees.ts";
import { sha256Of } from "./sums.ts";

/**
 * Trains what was chosen again on all rows of a data set: a network with a loss, or a reference, of an ensemble all members.
 *
 * @param options `candidates`: own ones that it may be of; `model`: as in trials; `mayGoOn`: asked after each epoch where time is short:
 *   members then train for the chosen epochs, and those that there is no time for are left out
 */
export async function fitWhole(
  dataset: Dataset,
  settings: Settings,
  chosen: KeptChoice | KeptEnsemble,
  options: OwnParts & FitOptions = {},
): Promise<SavedModel> {
  checkSettingNames(settings);
  readOptions("fitWhole", options, {
    ...{ signal: true, compile: true, candidates: true, model: true },
    mayGoOn: true,
  });
  checkOwnModel(settings, options.model);
  return "ensemble" in chosen
    ? fitEnsemble(dataset, chosen, (member) => fitSingle(dataset, settings, member, options))
    : fitSingle(dataset, settings, chosen, options);
}

function fitSingle(
  dataset: Dataset,
  settings: Settings,
  chosen: KeptChoice,
  options: OwnParts & FitOptions,
): Promise<SavedSingle> {
  const candidate = plannedFor(chosen.candidate, dataset.task, settings, options.candidates);
  if (isTrees(candidate)) return fitTrees(dataset, chosen, options.signal);
  const applied = settingsFor(candidate, settings);
  // A reference trains its own network, whatever the losses do.
  const model = "network" in candidate ? undefined : options.model;
  return fitNetwork(dataset, applied, chosen, candidate, { ...options, model });
}

interface FitOptions {
  signal?: AbortSignal;
  compile?: Compile;
  mayGoOn?: () => boolean;
}

async function fitNetwork(
  dataset: Dataset,
  settings: Settings,
  chosen: KeptChoice,
  candidate: NetworkCandidate,
  { signal, compile, model, mayGoOn }: OwnParts & FitOptions,
): Promise<SavedNetwork> {
  const { task, classes } = dataset;
  const seed = derive(0, dataset.rows);
  const { encoder, whole, members } = makeWhole(dataset, { ...settings, seed });
  const { preference } = chosen;
  const { head = "linear" } = minimisedBy(candidate);
  const network = makeNetworkOf(model, whole.inputs, task, classes.length, { ...settings, head }, compile);
  const info = buildInfoOf(dataset, settings);
  const learner = makeLearner(network, candidate, info, settings, compile);
  const hidden = settings.model === "mlp" && model === undefined ? settings.hidden : [];
  const sizes = [whole.inputs, ...hidden, outputsFor(task, classes.length)];
  const tensorsOf = (trained: Trained) =>
    model === undefined ? layerTensors(network, trained, sizes) : ownTensors(trained);
  const tensors: Record<string, Tensor> = {};
  let targetScale = whole.target;
  let { epochs } = chosen;
  if (members.length === 0) {
    const all = { ...whole, ...(preference && { flips: preference }) };
    const options = { seed, signal, mayGoOn };
    const fitted = await learner.trainFor(chosen.epochs, all, chosen.configuration, options);
    const { trained } = fitted;
    epochs = fitted.epochs;
    Object.assign(tensors, tensorsOf(trained));
    if (preference !== undefined)
      targetScale = await rewardScale(network, trained, whole.fit, preference.temperature);
    discard(trained);
  }
  const metric = metricById(metricFor(settings.metric, task));
  /** Until its validation part shows no improvement, or for the epochs that were chosen if there is time for so many. */
  const train = (parts: TrainingParts, own: number): Promise<{ trained: Trained; epochs: number }> =>
    mayGoOn === undefined
      ? trainMember(parts, chosen.configuration, { learner, seed: own, metric, signal })
      : learner.trainFor(chosen.epochs, parts, chosen.configuration, { seed: own, signal, mayGoOn });
  const kept: Record<string, Tensor>[] = [];
  for (const [member, make] of members.entries()) {
    if (member > 0 && mayGoOn?.() === false) break;
    const fitted = await train(make(), derive(seed, member));
    // One that was cut short would spoil the mean.
    const isCut = mayGoOn !== undefined && fitted.epochs < chosen.epochs;
    if (member === 0 || !isCut) kept.push(tensorsOf(fitted.trained));
    discard(fitted.trained);
    if (!isCut) continue;
    if (member === 0) epochs = fitted.epochs;
    break;
  }
  for (const [member, own] of kept.entries())
    for (const [name, tensor] of Object.entries(own)) tensors[prefixOf(member, kept.length) + name] = tensor;
  learner.dispose();
  network.dispose();
  const weights = writeSafetensors(tensors, { format: "minimand.model/1" });
  return {
    description: {
      schema: "minimand.model/1",
      task,
      target: dataset.target,
      ...(dataset.targetReading && { targetReading: dataset.targetReading }),
      classes,
      inputs: inputNames(encoder),
      encoder,
      network: {
        hidden,
        activation: "relu",
        ...(head === "linear" ? {} : { head }),
        ...(kept.length > 1 && { members: kept.length }),
        ...(model && { own: { id: model.id, ...(model.origin && { sha256: model.origin.sha256 }) } }),
      },
      targetScale,
      candidate: chosen.candidate,
      configuration: chosen.configuration,
      epochs,
      why: chosen.why,
      rows: dataset.rows,
      dataset: dataset.name,
      weightsSha256: await sha256Of(weights),
    },
    weights,
  };
}

/**
 * Predicts the rows of a new table with a kept model, encoded as in training.
 *
 * @param own the own model that it is of, where it is of one
 * @returns a prediction for every row; what it says of the `unreadable` ones, which have a note, means nothing
 * @throws DataError naming every column that lacks, what is wrong with the first row where there is none to predict, or where
 *   description and weights don't fit together
 */
export async function predictTable(
  model: SavedModel,
  table: Table,
  own?: OwnModel,
): Promise<{ prediction: Prediction; rows: number; unreadable: Int32Array; notes: Note[] }> {
  const faults: UnreadableRows = new Map();
  const { description, weights } = model;
  const predict = ({ description, weights }: SavedSingle, of: OwnModel | undefined) =>
    "trees" in description
      ? predictWithTrees({ description, weights }, table, faults)
      : predictWithNetwork({ description, weights }, table, faults, of);
  const { prediction, rows, notes } = await ("ensemble" in description
    ? predictWithEnsemble({ description, weights }, table, (member) =>
        predict(member, ownModelIn(member.description) && own),
      )
    : predict({ description, weights } as SavedSingle, own));
  const { unreadable, notes: more } = unreadableRows(table, faults);
  return { prediction, rows, unreadable, notes: [...notes, ...more] };
}

async function predictWithNetwork(
  model: SavedNetwork,
  table: Table,
  faults: UnreadableRows,
  own?: OwnModel,
): Promise<{ prediction: Prediction; rows: number; notes: Note[] }> {
  const { task, targetScale } = model.description;
  const { outputs, rows, notes } = await outputsOfTable(model, table, faults, own);
  return { prediction: predictionOf(outputs, rows, taskOfKept(task), targetScale), rows, notes };
}

/** Throws a DataError where the weights, or the trees, are not those of the description. */
export function checkWeights({ description, weights }: SavedModel): void {
  if ("ensemble" in description)
    for (const { model } of membersOf({ description, weights })) checkWeights(model);
  else if ("trees" in description) treesOf({ description, weights });
  else checkNetwork({ description, weights });
}

/**
 * Returns the outputs of a kept network for the rows of a new table, `[rows, outputs]`: logits, or standardised numbers.
 *
 * @param faults takes what is wrong with rows that can't be encoded; without it the first such row is an error
 * @param own as for {@link predictTable}
 * @throws DataError as {@link predictTable}; RangeError for another own model, or none
 */
export async function outputsOfTable(
  model: SavedNetwork,
  table: Table,
  faults?: UnreadableRows,
  own?: OwnModel,
): Promise<{ outputs: Float32Array; rows: number; notes: Note[] }> {
  const { description } = model;
  const { x, rows, notes } = encodeTable(description.encoder, table, faults);
  const { network, members } = own === undefined ? builtNetwork(model) : networkOfOwn(model, own);
  const { task, classes } = description;
  try {
    const outputs: Float32Array[] = [];
    for (const trained of members) outputs.push(await network.outputs(trained, { x, rows }));
    return { outputs: averagedOutputs(outputs, task, outputsFor(task, classes.length)), rows, notes };
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    const expected = "expected rows for which the outputs of the model are finite";
    throw dataError(
      { file: table.name },
      `${expected}, as damaged weights or numbers far beyond those of training make others`,
      String(error.value),
    );
  } finally {
    members.forEach(discard);
    network.dispose();
  }
}
