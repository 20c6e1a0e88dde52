import { dataError } from "../data-error.ts";
import type { Table } from "../read/table.ts";
import type { Note } from "../results.ts";
import type { Dataset, Feature, UnlabeledRows } from "./dataset.ts";
import { encode, readColumns } from "./encode.ts";
import { type Encoder, fitEncoder } from "./encoder.ts";
import { gramsOf } from "./text/n-grams.ts";

/**
 * Returns a data set with the rows of another table as unlabelled ones. Its columns are found by name and must hold what those of the data
 * set do; more columns and another order do no harm, and a target among them is not looked at.
 *
 * @throws DataError for a regression, a table without rows, every column that lacks, and line and value of a text or a number
 * beyond float32 in a numeric column
 */
export function withUnlabeled(dataset: Dataset, table: Table): Dataset {
  if (dataset.task === "regression")
    throw dataError(
      { file: table.name },
      "expected data with classes, as unlabelled rows are given labels in training",
      "the task regression",
    );
  if (table.rows === 0) throw dataError({ file: table.name }, "expected at least one unlabelled row", "none");
  const all = Int32Array.from({ length: dataset.rows }, (_, row) => row);
  const { columns, notes } = readColumns(fitEncoder(dataset, all), table);
  const features = dataset.features.map((feature, i): Feature => {
    const { name, kind, why } = feature;
    const column = columns[i];
    if (kind === "text") {
      const texts = column as string[];
      return {
        kind,
        name,
        codes: Int32Array.from(texts, (t, row) => (t === "" ? -1 : row)),
        grams: gramsOf(texts, feature.grams.rule),
        why,
      };
    }
    if (kind === "numeric") return { kind, name, values: column as Float64Array, why };
    const levels = [...new Set(column as string[])].filter((text) => text !== "");
    const code = new Map(levels.map((level, k) => [level, k]));
    return { kind, name, codes: Int32Array.from(column as string[], (t) => code.get(t) ?? -1), levels, why };
  });
  const hasTarget = table.columns.some(({ name }) => name === dataset.target);
  const which = table.rows === 1 ? "1 unlabelled row" : `${table.rows} unlabelled rows`;
  const ignored = hasTarget ? `; the target '${dataset.target}' among its columns is not looked at` : "";
  const own: Note[] = [
    { level: "info", text: `${table.name}: ${which}${ignored}` },
    ...[...table.notes, ...notes].map((note): Note => ({ ...note, text: `${table.name}: ${note.text}` })),
  ];
  return {
    ...dataset,
    unlabeled: { features, rows: table.rows },
    notes: [...dataset.notes, ...own],
  };
}

/** Encodes the unlabelled rows of a data set by an encoder that was fitted on rows of it, `[rows, inputs]`. */
export function encodeUnlabeled(
  encoder: Encoder,
  dataset: Dataset & { unlabeled: UnlabeledRows },
): Float32Array {
  const { features, rows } = dataset.unlabeled;
  const every = Int32Array.from({ length: rows }, (_, row) => row);
  return encode(encoder, { ...dataset, features, rows }, every).x;
}
