import { readOptions } from "minimand/engine";
import type { Dataset } from "../data/dataset.ts";
import { encodeTarget } from "../data/encode-target.ts";
import { fitEncoder } from "../data/encoder.ts";
import { DataError, listed, quoted } from "../data-error.ts";
import type { Table } from "../read/table.ts";
import type { Note } from "../results.ts";
import type { NetworkDescription, SavedModel } from "./description.ts";
import { outputsOfTable } from "./saved-model.ts";

/**
 * Returns a data set with the logits of a kept model for each of its rows, as the distillation losses need them. The teacher reads the
 * table with its own columns and encoding, so that these need not be those of the students.
 *
 * @param table the table that the data set was made of
 * @param options `place`: where the teacher was found, for messages; `testsElsewhere`: a second file is the test part, so that a
 * teacher of these very rows is a fair one
 * @throws DataError where teacher or data are not for classes, their classes differ, or as `predictTable` does
 */
export async function withTeacher(
  dataset: Dataset,
  table: Table,
  teacher: SavedModel,
  options: { place: string; testsElsewhere?: boolean },
): Promise<Dataset> {
  const { place, testsElsewhere } = readOptions("withTeacher", options, {
    place: true,
    testsElsewhere: [false],
  });
  const { description } = teacher;
  if (!("network" in description))
    throw new DataError(
      `${place}: expected a network as the teacher, whose logits are learned from, got ${"trees" in description ? "gradient-boosted trees" : "an ensemble of several models"}`,
    );
  const { task, classes } = description;
  if (dataset.task === "regression" || task === "regression")
    throw new DataError(
      `${place}: expected a teacher and data with classes, as distillation compares logits, got the task regression`,
    );
  // The same classes may be in another order: which one is positive is for each comparison to say.
  const position = dataset.classes.map((name) => classes.indexOf(name));
  if (classes.length !== dataset.classes.length || position.includes(-1))
    throw new DataError(
      `${place}: expected a teacher of the classes ${listed(dataset.classes)} of ${quoted(dataset.target)}, got one of ${listed(classes)}`,
    );
  const { outputs, notes } = await outputsOfTable({ ...teacher, description }, table);
  const { rows } = encodeTarget(dataset, table);
  const logits = new Float32Array(rows.length * classes.length);
  rows.forEach((row, i) => {
    position.forEach((from, k) => {
      logits[i * classes.length + k] = outputs[row * classes.length + from];
    });
  });
  const own = notes.map((note): Note => ({ ...note, text: `teacher: ${note.text}` }));
  if (!testsElsewhere)
    own.push(hasSeen(description, dataset) ? seenAll(place) : maybeSeen(place, description));
  return { ...dataset, teacher: logits, notes: [...dataset.notes, ...own] };
}

/** Whether the teacher was trained on as many rows, with the same median, mean, deviation and levels in every common column. */
function hasSeen(description: NetworkDescription, dataset: Dataset): boolean {
  if (description.rows !== dataset.rows) return false;
  const { features } = fitEncoder(
    dataset,
    Int32Array.from({ length: dataset.rows }, (_, row) => row),
  );
  // Bins are the teacher's own: the same rows have them or not.
  const textOf = (feature: object): string => JSON.stringify({ ...feature, edges: undefined });
  const own = new Map(features.map((feature) => [feature.name, textOf(feature)]));
  const common = description.encoder.features.filter(({ name }) => own.has(name));
  return common.length > 0 && common.every((feature) => own.get(feature.name) === textOf(feature));
}

/** A kept model was trained on all rows of its data, so its logits know the labels of every test part. */
function seenAll(place: string): Note {
  return {
    level: "warning",
    about: "leak",
    text: `the teacher ${place} seems to have been trained on all of these rows, those of the test parts too: distillation may look better here than on new data; --test with rows that it never saw is a fair test`,
  };
}

/** A part of its rows can't be distinguished from others. */
function maybeSeen(place: string, { rows, dataset }: NetworkDescription): Note {
  const of = dataset === undefined ? "" : ` of '${dataset}'`;
  return {
    level: "info",
    text: `the teacher ${place} was trained on ${rows} rows${of}: where some of these are among them, distillation looks better here than on new data`,
  };
}
