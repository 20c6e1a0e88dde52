import { readOptions } from "minimand/engine";
import { dataError, listed, quoted } from "../../data-error.ts";
import { type Cell, Column, columnsByName, type Table } from "../../read/table.ts";
import type { ColumnKind, Note } from "../../results.ts";
import { columnKinds } from "../column-kinds.ts";
import type { Dataset } from "../dataset.ts";
import { dropNotes } from "../drop-notes.ts";
import { readFeatures } from "../read-features.ts";
import type { PairTable } from "./pair-table.ts";

export interface PairDatasetOptions {
  /** Kinds of columns of a response, where the inferred one is not wanted. */
  types?: Readonly<Record<string, ColumnKind>>;
  /** Columns of a response that are no inputs. */
  ignore?: readonly string[];
  /** Values that stand for missing ones, by column. */
  missing?: Readonly<Record<string, readonly string[]>>;
}

/** Sides of a pair, as classes: which of both responses was chosen. */
const sides = ["first", "second"];

/** The column that is the same for both responses of a pair and so can't show which of them is better. */
const promptColumn = "prompt";

/**
 * Returns a data set whose rows are pairs of responses. The response that was chosen is first in every other pair, so that sides say
 * nothing about it; the columns are read, and their types decided, from both responses together.
 *
 * @returns task `preference`, classes `first` and `second`; `groups` are those of the pairs, null where each stands for itself
 * @throws DataError for a name that is no column of a response, for fewer than two pairs, and where no column is left
 */
export function makePairDataset(pairs: PairTable, options: PairDatasetOptions = {}): Dataset {
  const { types, ignore, missing } = readOptions("makePairDataset", options, {
    types: [{}],
    ignore: [[]],
    missing: [{}],
  });
  const { chosen, rejected, kind, groups } = pairs;
  const { rows, name } = chosen;
  const names = chosen.columns.map((column) => column.name);
  for (const [argument, given] of Object.entries({ types, ignore: nameSet(ignore), missing })) {
    const unknown = Object.keys(given).find((one) => !names.includes(one));
    if (unknown === undefined) continue;
    const expected = `${argument}: expected a column of a response (${listed(names)})`;
    throw dataError({ file: name }, expected, quoted(unknown));
  }
  for (const [column, one] of Object.entries(types))
    if (!columnKinds.includes(one))
      throw new TypeError(
        `types: expected one of ${columnKinds.join(", ")} for ${quoted(column)}, got ${one}`,
      );
  if (rows < 2) throw dataError({ file: name }, "expected at least two pairs", `${rows}`);
  const labels = Int32Array.from({ length: rows }, (_, row) => row & 1);
  const table = responsesOf(chosen, rejected, labels);
  const outside = new Set([...ignore, ...(kind === "text" ? [promptColumn] : [])]);
  const { features, dropped, notes } = readFeatures(
    table,
    table.columns.filter((column) => !outside.has(column.name)),
    {
      types: kind === "text" ? { response: "text", ...types } : types,
      missing,
      names: new Set(names),
      leftOut: 0,
    },
  );
  if (features.length === 0) {
    const [first] = dropped;
    const got = first === undefined ? "none" : `none: ${quoted(first.name)} ${first.reason}`;
    throw dataError({ file: name }, "expected at least one column of the responses as an input", got);
  }
  const told = pairs.notes.map((text): Note => ({ level: "info", text }));
  const prompts = names.includes(promptColumn) && kind === "text";
  if (prompts)
    told.push({ level: "info", column: promptColumn, text: "keeps pairs together, and is no input" });
  const count = new Set(groups).size;
  if (count < rows) told.push({ level: "info", text: `${count} groups of pairs, each in one fold` });
  return {
    name,
    task: "preference",
    target: "preference",
    classes: [...sides],
    labels,
    features: features.map((one) =>
      kind === "text" && types[one.name] === undefined ? { ...one, why: "a response is a text" } : one,
    ),
    targets: new Float64Array(0),
    groups: count === rows ? null : groups,
    rows,
    pairs: true,
    notes: [...told, ...notes, ...dropNotes(dropped)],
  };
}

const nameSet = (names: readonly string[]): Record<string, true> =>
  Object.fromEntries(names.map((name) => [name, true as const]));

/** The responses as rows, those of a pair one after the other. */
function responsesOf(chosen: Table, rejected: Table, labels: Int32Array): Table {
  const entries = Array.from({ length: 2 * labels.length }, (_, i) => ({
    row: i >> 1,
    of: labels[i >> 1] === (i & 1) ? ("chosen" as const) : ("rejected" as const),
  }));
  const byName = columnsByName(rejected);
  const columns = chosen.columns.map((one) => {
    const other = byName.get(one.name)!;
    const sideOf = { chosen: one, rejected: other };
    const cells = entries.map(({ row, of }): Cell => sideOf[of].at(row));
    return new Column(one.name, { kind: "cells", cells }, one.format ?? other.format);
  });
  return {
    ...chosen,
    columns,
    rows: entries.length,
    lines: Int32Array.from(entries, ({ row, of }) => (of === "chosen" ? chosen : rejected).lines[row]),
    unreadable: new Int32Array(0),
  };
}
