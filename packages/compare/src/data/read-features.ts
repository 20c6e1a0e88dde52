import { listed, quoted } from "../data-error.ts";
import { isMissing } from "../read/cells.ts";
import type { Column, Table } from "../read/table.ts";
import type { ColumnKind, Note } from "../results.ts";
import { columnsWord } from "../shell-words.ts";
import { dayOrderOption, type TypedColumn, typeColumn } from "./column-type.ts";
import type { Feature } from "./dataset.ts";
import { type DateColumn, spanOf } from "./dates/date-column.ts";
import { featuresOfDates } from "./dates/parts.ts";
import { type Drop, mayBeKey, reasonToDrop } from "./drop-column.ts";
import { gramsOf, nGramRuleOf } from "./text/n-grams.ts";

/** More levels than this, and than a quarter of the rows, are worth a note. */
const manyLevels = 50;

/** This many columns that may be keys have a note each. */
const mostKeyNotes = 5;

export interface ReadFeaturesOptions {
  types: Readonly<Record<string, ColumnKind>>;
  missing: Readonly<Record<string, readonly string[]>>;
  /** The names of all columns of the file. */
  names: ReadonlySet<string>;
  /** How many rows of the file are not among these. */
  leftOut: number;
  /** The target on the same rows: a row is a copy of another where it is equal, too. */
  target?: Column;
  /** The column that says when each row was. */
  time?: string;
}

/** A column that is no input, and why. */
export interface Dropped extends Drop {
  name: string;
}

/** Returns the inputs that columns become, why others are left out, and what a reader should know. */
export function readFeatures(
  table: Table,
  columns: readonly Column[],
  { types, missing, names, leftOut, target, time }: ReadFeaturesOptions,
): { features: Feature[]; dropped: Dropped[]; notes: Note[] } {
  const features: Feature[] = [];
  const dropped: Dropped[] = [];
  const notes: Note[] = [];
  const keys: string[] = [];
  const taken = new Set(names);
  const isCopy = target === undefined ? undefined : copiesIn([...columns, target]);
  const rows = { leftOut, ...(isCopy !== undefined && { isCopy }) };
  for (const { column, typed, asMissing, override } of typeAll(table, columns, types, missing, notes)) {
    const { name } = column;
    const drop = reasonToDrop(column, typed, override, rows);
    if (drop !== null) {
      const doubt = typed.kind === "categorical" ? typed.doubt : undefined;
      const more = doubt === undefined ? "" : `, and ${doubt.text}; ${remedyOf(name, doubt.order)}`;
      dropped.push({ name, ...drop, reason: `${drop.reason}${more}` });
      continue;
    }
    const own = asMissing === undefined ? {} : { asMissing };
    if (typed.kind === "date") {
      const parts = featuresOfDates(name, typed, (other) => taken.has(other));
      for (const part of parts) {
        taken.add(part.name);
        features.push({ ...part, ...own });
      }
      notes.push(...dateNotes(name, typed, parts));
    } else if (typed.kind === "text") {
      const rule = nGramRuleOf(typed.texts);
      features.push({
        kind: "text",
        name,
        codes: typed.codes,
        grams: gramsOf(typed.texts, rule),
        why: typed.why,
        ...own,
      });
      const what = override === undefined ? `${typed.why}: ` : "";
      const parts = rule.startsWith("words")
        ? "the words that occur in it, and pairs of them"
        : "what occurs in it, three letters each";
      const text = `${what}read as ${parts}; --types ${columnsWord([name], "=categorical")} keeps it whole`;
      notes.push({ level: "info", column: name, text });
    } else if (typed.kind === "numeric") {
      const { format } = column;
      const { others } = typed;
      features.push({
        kind: "numeric",
        name,
        values: typed.values,
        why: typed.why,
        ...(format !== null && { format }),
        ...(others !== undefined && { textsAsMissing: true as const }),
        ...own,
      });
      if (others !== undefined) notes.push(othersNote(name, typed.values, others));
      if (override === undefined && name !== time && mayBeKey(typed.values, rows)) keys.push(name);
    } else {
      const { codes, levels, why } = typed;
      features.push({ kind: "categorical", name, codes, levels, why, ...own });
      notes.push(...levelNotes(name, typed));
    }
  }
  return { features, dropped, notes: [...notes, ...keyNotes(keys)] };
}

/** What is said of inputs that may be keys; of many in one line, since a table of counts has them by the hundred. */
function keyNotes(names: readonly string[]): Note[] {
  if (names.length <= mostKeyNotes)
    return names.map((name) => ({
      level: "info",
      column: name,
      text: `differs in every row and is a whole number; if it is a key: --ignore ${columnsWord([name])}`,
    }));
  const text = `${names.length} columns differ in every row and are whole numbers (${listed(names)}); those that are keys: --ignore COLUMN`;
  return [{ level: "info", text }];
}

/** Whether two rows have equal cells in all of these columns. Each column may ask about the same rows, so each row is looked at once. */
function copiesIn(columns: readonly Column[]): (row: number, other: number) => boolean {
  const numbers = new Map<string, number>();
  const known = new Map<number, number>();
  const numberOf = (row: number): number => {
    const found = known.get(row);
    if (found !== undefined) return found;
    const cells = JSON.stringify(columns.map((column) => String(column.at(row))));
    const number = numbers.get(cells) ?? numbers.size;
    numbers.set(cells, number);
    known.set(row, number);
    return number;
  };
  return (row, other) => numberOf(row) === numberOf(other);
}

interface Typed {
  column: Column;
  typed: TypedColumn;
  asMissing: readonly string[] | undefined;
  override: ColumnKind | undefined;
}

/** The types of all columns. Where the order of dates in one is unknown, the others may show it. */
function typeAll(
  table: Table,
  columns: readonly Column[],
  types: ReadFeaturesOptions["types"],
  missing: ReadFeaturesOptions["missing"],
  notes: Note[],
): Typed[] {
  const all = columns.map((named): Typed => {
    const { name } = named;
    const asMissing = Object.hasOwn(missing, name) ? missing[name] : undefined;
    const column = asMissing === undefined ? named : named.without(asMissing);
    if (asMissing !== undefined) notes.push(missingNote(named, column, asMissing));
    const override = Object.hasOwn(types, name) ? types[name] : undefined;
    return { column, typed: typeColumn(table, column, override), asMissing, override };
  });
  const orders = new Set(all.flatMap(({ typed }) => (typed.kind === "date" ? (typed.order ?? []) : [])));
  const [order] = orders;
  if (orders.size !== 1 || order === undefined) return all;
  return all.map((one) => {
    if (one.typed.kind !== "categorical" || one.typed.doubt?.order !== true) return one;
    const typed = typeColumn(table, one.column, `date-${order}`);
    return { ...one, typed: { ...typed, why: "day and month as in other columns" } };
  });
}

/** What is said of dates: how they were read, and what became of them. */
function dateNotes(name: string, dates: DateColumn, parts: readonly { name: string }[]): Note[] {
  const { why, instants, mixedZones } = dates;
  const inputs = parts.map((part) => part.name.slice(name.length + 1)).join(", ");
  const text = `read as dates (${why}) from ${spanOf(instants)}; inputs are ${inputs}`;
  const notes: Note[] = [{ level: "info", column: name, text }];
  if (mixedZones) {
    const warning = "some dates have a time zone and others none, which are taken to be in UTC";
    notes.push({ level: "warning", column: name, text: warning });
  }
  return notes;
}

function levelNotes(name: string, typed: TypedColumn & { kind: "categorical" }): Note[] {
  const { doubt, levels, codes, mixed, why } = typed;
  const warning = (text: string): Note[] => [{ level: "warning", column: name, text }];
  if (doubt !== undefined)
    return warning(`read as categories, not as dates: ${doubt.text}; ${remedyOf(name, doubt.order)}`);
  if (mixed) return warning(`read as categories: ${why}`);
  if (levels.length > manyLevels && levels.length > codes.length / 4)
    return warning(
      `${levels.length} different texts in ${codes.length} rows (names? codes?) hardly help as an input: --ignore leaves the column out, --types ${columnsWord([name], "=text")} reads its words`,
    );
  return [];
}

const remedyOf = (name: string, order: boolean): string =>
  order
    ? `say it with ${dayOrderOption(name)}`
    : `fix it, or read it as missing with --missing ${columnsWord([name], "=VALUE")}`;

/** What is said of cells that are no numbers in a column of them. */
function othersNote(
  name: string,
  values: Float64Array,
  { cells, texts }: { cells: number; texts: string[] },
): Note {
  const present = cells + values.reduce((n, value) => n + Number(!Number.isNaN(value)), 0);
  const what = `${cells} of ${present} values ${cells === 1 ? "is no number and" : "are no numbers and"} read as missing`;
  const undo = `--types ${columnsWord([name], "=text")} (or =categorical) keeps ${cells === 1 ? "it" : "them"}`;
  return { level: "warning", column: name, text: `${what}: ${listed(texts)}; ${undo}` };
}

/** Returns the note on values that stand for missing ones. */
export function missingNote(before: Column, after: Column, values: readonly string[]): Note {
  const what = values.map(quoted).join(" or ");
  if (before === after)
    return {
      level: "warning",
      column: before.name,
      text: `expected ${what} for missing values, got none of them`,
    };
  let found = 0;
  for (let row = 0; row < before.length; row++)
    if (!isMissing(before.at(row)) && isMissing(after.at(row))) found++;
  const cells = found === 1 ? "1 value" : `${found} values`;
  return { level: "info", column: before.name, text: `${cells} ${what} read as missing` };
}
