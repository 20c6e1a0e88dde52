import { computedOnShape, engineShape, numbersOrNaN, parseShape, type Shape, shape } from "@minimand/compare";
import * as v from "valibot";
import type { Field, PaperCard, PictureRow, Row, Series } from "../reproduction.ts";
import type { RuleChange } from "../rule-log.ts";
import type { Tuned } from "./finish-reproduction.ts";
import type { SourceFile } from "./papers-data.ts";
import type { ReproductionFile, Versions } from "./reproduction-file.ts";

/* The checks of `report.json` and `tuned.json`, field by field: whoever can write the file or the store can write anything. */

const text = v.string();
const number = v.number();
const texts = v.array(text);
const numbers = v.array(number);
const optionalText = v.optional(text);
const numberOrNull = v.nullable(number);
const scaleOfAxis = v.optional(v.picklist(["linear", "log"]));
const ends = v.optional(v.tuple([number, number]));

const row: Shape<Row> = v.record(text, v.nullable(v.union([text, number])));

const ruleChange = shape<RuleChange>({
  date: text,
  commit: v.nullable(text),
  about: v.picklist(["rule", "wording", "protocol", "shown", "run"]),
  seen: v.picklist(["nothing", "trials", "results"]),
  what: text,
  verdict: optionalText,
  scale: v.optional(v.literal("full")),
  ruleHash: optionalText,
});

const card = shape<PaperCard>({
  slug: text,
  title: text,
  authors: number,
  arxiv: text,
  date: text,
  claim: text,
  rule: text,
  ruleLog: v.array(ruleChange),
  pieces: texts,
  data: texts,
});

const series = shape<Series>({
  name: text,
  xLabel: text,
  yLabel: text,
  x: numbersOrNaN,
  y: numbersOrNaN,
  low: v.optional(numbersOrNaN),
  high: v.optional(numbersOrNaN),
  xScale: scaleOfAxis,
  yScale: scaleOfAxis,
});

const field = shape<Field>({
  name: text,
  valueLabel: text,
  values: v.array(v.array(numberOrNull)),
  xLabel: text,
  yLabel: text,
  x: ends,
  y: ends,
});

const pictures = shape<PictureRow>({
  name: text,
  width: number,
  pictures: v.array(shape<PictureRow["pictures"][number]>({ caption: text, rgb: numbers })),
});

const file = shape<ReproductionFile>({
  schema: v.literal("minimand.reproduction/1"),
  created: text,
  card,
  scale: v.picklist(["quick", "default", "full"]),
  seeds: numberOrNull,
  firstSeed: numberOrNull,
  rows: v.array(row),
  series: v.array(series),
  fields: v.optional(v.array(field)),
  pictures: v.optional(v.array(pictures)),
  verdict: v.picklist(["reproduced", "partly reproduced", "not reproduced", "undecided"]),
  because: text,
  data: v.record(text, v.array(shape<SourceFile>({ file: text, sha256: text }))),
  code: text,
  versions: shape<Versions>({ minimand: text, engine: text, node: text }),
  engine: engineShape,
  seconds: number,
  trials: shape<ReproductionFile["trials"]>({ total: number, kept: number, seconds: number }),
  computedOn: v.optional(computedOnShape),
});

const tuned = shape<Tuned>({
  rows: v.array(row),
  choices: v.record(text, row),
  atEnds: v.optional(texts),
});

/**
 * Reads `report.json`. Every field is checked: numbers are numbers, texts are texts.
 *
 * @param content the text of the file
 * @param place its path, for messages
 * @throws DataError for a file that is cut off, of another kind, or has a field of another type
 */
export function readReproduction(content: string, place: string): ReproductionFile {
  return parseShape(file, content, "a report of minimand reproduce (minimand.reproduction/1)", place);
}

/**
 * Reads `tuned.json`, with the same checks.
 *
 * @throws DataError, as {@link readReproduction} does
 */
export function readTuned(content: string, place: string): Tuned {
  return parseShape(tuned, content, "choices of minimand reproduce --tune", place);
}
