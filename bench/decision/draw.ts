import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type Dataset, type Feature, makeDataset, pickRows, readTable, type Table } from "@minimand/compare";
import { dataFile, tables } from "@minimand/data";
import { derive, normal, type RandomSource, randomSource, shuffle } from "minimand/engine";
import type { Setting } from "./settings.ts";

/** A bundled table, with the lines of its file: the header, and one for each row of the data set. */
export interface Source {
  dataset: Dataset;
  header: string;
  lines: string[];
}

/** The bundled tables that a setting draws from. */
export async function tablesOf({ tables: names }: Setting): Promise<Source[]> {
  const index = tables();
  return Promise.all(
    names.map(async (wanted) => {
      const { file, target, task } = index.find(({ name }) => name === wanted)!;
      const bytes = gunzipSync(readFileSync(dataFile(file)));
      const dataset = makeDataset(
        await readTable(new Uint8Array(bytes), { name: file.replace(/\.gz$/, "") }),
        { target, task },
      );
      const [header, ...lines] = bytes.toString().trimEnd().split("\n");
      if (lines.length !== dataset.rows) throw new RangeError(`${file}: expected a row on each line`);
      return { dataset, header, lines };
    }),
  );
}

/** Streams of random numbers of a replication. */
export const streams = { rows: 1, labels: 2, training: 3 } as const;

/** The data of a replication; `test` is the file that is tested on, where there is one. */
export interface Drawn {
  dataset: Dataset;
  test: Table | null;
}

/**
 * Rows of a table for a replication, and others for its test file.
 *
 * @param probabilities of a teacher, `[rows of the table, classes]`, where labels are planted
 * @returns with a planted gain the better labels stand as one-hot logits of a teacher
 */
export async function draw(
  source: Source,
  setting: Setting,
  root: number,
  probabilities: Float64Array | null,
): Promise<Drawn> {
  const { dataset: table } = source;
  const random = randomSource(derive(root, streams.rows));
  const order = shuffle(
    Int32Array.from({ length: table.rows }, (_, row) => row),
    random,
  );
  const rows = setting.clustered ? clusters(order, setting.rows, random) : order.slice(0, setting.rows);
  const { testRows } = setting;
  const test =
    testRows === null ? null : await fileOf(source, order.slice(setting.rows, setting.rows + testRows));
  return { dataset: datasetOf(table, setting, root, { rows, probabilities, random }), test };
}

/** The file of some rows, read as one that is given. */
function fileOf({ dataset: { name }, header, lines }: Source, rows: Int32Array): Promise<Table> {
  const text = [header, ...Array.from(rows, (row) => lines[row])].join("\n");
  return readTable(new TextEncoder().encode(text), { name });
}

function datasetOf(
  table: Dataset,
  setting: Setting,
  root: number,
  {
    rows,
    probabilities,
    random,
  }: { rows: Int32Array; probabilities: Float64Array | null; random: RandomSource },
): Dataset {
  const drawn = { ...pickRows(table, rows), notes: [] };
  if (setting.clustered) {
    const numbers = new Map([...new Set(rows)].map((row, number) => [row, number]));
    const groups = rows.map((row) => numbers.get(row) as number);
    return { ...drawn, features: drawn.features.map((feature) => jittered(feature, random)), groups };
  }
  if (setting.labels === "real") return drawn;
  const labelled = randomSource(derive(root, streams.labels));
  if (setting.labels === "permuted") return { ...drawn, labels: shuffle(drawn.labels.slice(), labelled) };
  return planted(drawn, rows, probabilities as Float64Array, setting.labels.planted, labelled);
}

/** Rows of the table, each one to eight times, until there are enough. */
function clusters(order: Int32Array, rows: number, random: RandomSource): Int32Array {
  const drawn: number[] = [];
  for (const row of order) {
    const size = Math.min(rows - drawn.length, 1 + Math.floor(8 * random()));
    for (let i = 0; i < size; i++) drawn.push(row);
    if (drawn.length === rows) break;
  }
  return Int32Array.from(drawn);
}

/** Numbers moved by a fifth of their standard deviation: rows of a cluster are alike, not equal. */
function jittered(feature: Feature, random: RandomSource): Feature {
  if (feature.kind !== "numeric") return feature;
  const known = feature.values.filter((v) => !Number.isNaN(v));
  const mean = known.reduce((a, b) => a + b, 0) / known.length;
  const sd = Math.sqrt(known.reduce((sum, v) => sum + (v - mean) ** 2, 0) / known.length);
  return { ...feature, values: feature.values.map((v) => v + 0.2 * sd * normal(random)) };
}

/** Labels drawn from the teacher, and beside them better ones for a share of the rows: whether a class is likelier than usual. */
function planted(
  drawn: Dataset,
  rows: Int32Array,
  probabilities: Float64Array,
  share: number,
  random: RandomSource,
): Dataset {
  const positive = Float64Array.from(rows, (row) => probabilities[2 * row + 1]);
  const usual = positive.reduce((a, b) => a + b, 0) / rows.length;
  const labels = Int32Array.from(positive, (p) => Number(random() < p));
  const better = labels.map((label, i) => (random() < share ? Number(positive[i] > usual) : label));
  const teacher = Float32Array.from({ length: 2 * rows.length }, (_, i) =>
    Number(better[i >> 1] === (i & 1)),
  );
  return { ...drawn, labels, teacher };
}
