import { expit } from "minimand/engine";
import { inputColumns } from "../data/encode.ts";
import { readTextPairs, tableOfTexts } from "../data/pairs/text-pairs.ts";
import { dataError, listed, quoted } from "../data-error.ts";
import { Column, columnsByName, type Table } from "../read/table.ts";
import type { Note } from "../results.ts";
import type { ModelDescription } from "./description.ts";
import type { predictTable } from "./saved-model.ts";

type Predicted = Awaited<ReturnType<typeof predictTable>>;

/** How both sides of a pair may be distinguished: endings of column names, or names of columns of texts. */
const namesOfSides = [
  ["first", "second"],
  ["chosen", "rejected"],
  ["a", "b"],
  ["1", "2"],
] as const;

/** The column of texts that a reward is of. */
const response = "response";

/**
 * Predicts the rows of a table with a kept model. With a model of pairs, rows of single responses get their reward. Rows of pairs (columns
 * such as `price_first` and `price_second`, or texts `first` and `second`) get the probability that the first response is preferred:
 * `sigma` of the difference of both rewards, flips left out.
 *
 * @param predict of the model, for a table of its own columns
 * @throws DataError as `predict` does; for a table that is neither, with the columns that it may have
 */
export async function predictResponses(
  { task, encoder }: Pick<ModelDescription, "task" | "encoder">,
  table: Table,
  predict: (table: Table) => Promise<Predicted>,
): Promise<Predicted> {
  if (task !== "preference") return predict(table);
  const names = inputColumns(encoder);
  const byName = columnsByName(table);
  if (names.every((name) => byName.has(name))) return predict(table);
  const sides = sidesOf(table, byName, names);
  if (sides === null) {
    const [name] = names;
    const pair =
      name === response
        ? "'first' and 'second'"
        : `${quoted(`${name}_first`)} and ${quoted(`${name}_second`)}`;
    const lacking = names.find((one) => !byName.has(one))!;
    const expected = `expected the column ${quoted(lacking)} of single responses, or pairs in columns such as ${pair}`;
    throw dataError(
      { file: table.name },
      expected,
      `only ${listed(table.columns.map(({ name: own }) => own))}`,
    );
  }
  const [first, second] = [await predict(sides[0]), await predict(sides[1])];
  return inPairs(first, second);
}

/** Both sides of the pairs of a table with the columns of a response; null where it has no such pairs. */
function sidesOf(
  table: Table,
  byName: ReadonlyMap<string, Column>,
  names: readonly string[],
): [Table, Table] | null {
  const isText = names.length === 1 && names[0] === response;
  for (const [one, other] of namesOfSides) {
    if (isText) {
      const [chosen, rejected] = [one, other].map(
        (side) => byName.get(side) ?? byName.get(`${response}_${side}`),
      );
      if (chosen === undefined || rejected === undefined) continue;
      const pairs = readTextPairs(table, { prompt: byName.get("prompt"), chosen, rejected });
      return [
        tableOfTexts(
          table,
          pairs.map((pair) => pair.chosen),
        ),
        tableOfTexts(
          table,
          pairs.map((pair) => pair.rejected),
        ),
      ];
    }
    // What has no side of its own belongs to both.
    const columnsOf = (side: string): (Column | undefined)[] =>
      names.map((name) => {
        const column = byName.get(`${name}_${side}`) ?? byName.get(name);
        return column && new Column(name, column.data, column.format);
      });
    const some = names.some((name) => byName.get(`${name}_${one}`) !== undefined);
    const [left, right] = [columnsOf(one), columnsOf(other)];
    if (!some || ![...left, ...right].every((column) => column !== undefined)) continue;
    return [
      { ...table, columns: left as Column[] },
      { ...table, columns: right as Column[] },
    ];
  }
  return null;
}

/** The probability that each first response is preferred, by both rewards. */
function inPairs(first: Predicted, second: Predicted): Predicted {
  const { rows } = first;
  const probabilities = new Float64Array(2 * rows);
  const predicted = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const margin = first.prediction.predictions[row] - second.prediction.predictions[row];
    probabilities[2 * row] = expit(margin);
    probabilities[2 * row + 1] = expit(-margin);
    predicted[row] = Number(margin < 0);
  }
  const notes = new Map<string, Note>();
  for (const note of [...first.notes, ...second.notes]) notes.set(`${note.column} ${note.text}`, note);
  return {
    prediction: { probabilities, predicted, predictions: new Float64Array(0) },
    rows,
    unreadable: Int32Array.from(new Set([...first.unreadable, ...second.unreadable])).sort(),
    notes: [...notes.values()],
  };
}
