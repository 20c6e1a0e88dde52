import type { Dataset } from "../data/dataset.ts";
import { DataError } from "../data-error.ts";
import { weightedMean } from "../judge/ensemble/greedy.ts";
import type { Table } from "../read/table.ts";
import type { KeptChoice, KeptEnsemble, Note } from "../results.ts";
import { type Prediction, predictionFrom, valuesOf } from "../train/outcome.ts";
import { packFiles, unpackFiles } from "../train/references/archive.ts";
import { type SavedEnsemble, type SavedSingle, weightsFile } from "./description.ts";
import { sha256Of } from "./sums.ts";

const schema = "minimand.ensemble/1";

/** A model of an ensemble, and its weight. */
export interface WeightedModel {
  weight: number;
  model: SavedSingle;
}

/** Trains the members of an ensemble one after the other, each by `fit`. */
export async function fitEnsemble(
  { name, rows, task, target, classes, targetReading }: Dataset,
  { candidate, why, ensemble }: KeptEnsemble,
  fit: (member: KeptChoice) => Promise<SavedSingle>,
): Promise<SavedEnsemble> {
  const members: WeightedModel[] = [];
  for (const { weight, ...member } of ensemble) members.push({ weight, model: await fit(member) });
  const weights = packFiles(
    { schema },
    new Map(members.map(({ model }, i) => [`${i}/${weightsFile(model.description)}`, model.weights])),
  );
  // Trees have no free text, and their encoder has no bins: the most that a member reads.
  const encoders = members.map(({ model }) => model.description.encoder);
  const encoder = encoders.reduce((most, own) => (own.features.length > most.features.length ? own : most));
  return {
    description: {
      schema: "minimand.model/1",
      task,
      target,
      ...(targetReading && { targetReading }),
      classes,
      encoder,
      ensemble: members.map(({ weight, model }) => ({ weight, model: model.description })),
      candidate,
      why,
      rows,
      dataset: name,
      weightsSha256: await sha256Of(weights),
    },
    weights,
  };
}

/** Returns the members of a kept ensemble; a DataError where its file doesn't hold what the description says. */
export function membersOf({ description, weights }: SavedEnsemble): WeightedModel[] {
  const place = weightsFile(description);
  const unpacked = unpackFiles(weights);
  if (unpacked?.about.schema !== schema)
    throw new DataError(
      `${place}: expected models (${schema}), got something else, or a file that is cut off`,
    );
  return description.ensemble.map(({ weight, model }, i) => {
    const name = `${i}/${weightsFile(model)}`;
    const own = unpacked.files.get(name);
    if (own === undefined) throw new DataError(`${place}: expected the file '${name}' in it, got none`);
    return { weight, model: { description: model, weights: own } };
  });
}

/** Predicts the rows of a new table by the weighted mean of the members; notes that several have are one. */
export async function predictWithEnsemble(
  model: SavedEnsemble,
  table: Table,
  predict: (member: SavedSingle) => Promise<{ prediction: Prediction; notes: Note[] }>,
): Promise<{ prediction: Prediction; rows: number; notes: Note[] }> {
  const members = membersOf(model);
  const values: Float64Array[] = [];
  const notes = new Map<string, Note>();
  for (const { model: member } of members) {
    const predicted = await predict(member);
    values.push(valuesOf(predicted.prediction));
    for (const note of predicted.notes) notes.set(JSON.stringify(note), note);
  }
  const mean = weightedMean(
    values,
    members.map(({ weight }) => weight),
  );
  const { classes } = model.description;
  return { prediction: predictionFrom(mean, classes.length), rows: table.rows, notes: [...notes.values()] };
}
