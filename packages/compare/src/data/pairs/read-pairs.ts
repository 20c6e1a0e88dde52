import { readOptions } from "minimand/engine";
import { dataError, listed, quoted } from "../../data-error.ts";
import { isMissing } from "../../read/cells.ts";
import { placesOf } from "../../read/damage.ts";
import { columnFinder } from "../../read/find-column.ts";
import { type Column, columnsByName, placeOf, type Table } from "../../read/table.ts";
import { sharedNote, sidePairs, sideTables } from "./feature-pairs.ts";
import { groupPairs, type PairKeys } from "./pair-groups.ts";
import type { PairTable } from "./pair-table.ts";
import { readTextPairs, tableOfTexts } from "./text-pairs.ts";

export interface PairTableOptions {
  /** The column whose equal values keep pairs together in every split; it is no input. */
  group?: string;
  /** Columns that are no inputs. */
  ignore?: readonly string[];
}

/** Columns of which only one is read of pairs of texts. */
const textColumns = ["prompt", "chosen", "rejected"] as const;

/** What both sides have that names them and describes nothing. */
const itemNames: ReadonlySet<string> = new Set(["item", "item_id", "id"]);

/**
 * Reads pairs of responses from a table, one pair per row, the preferred response first.
 *
 * Texts: columns `chosen` and `rejected`, and `prompt`, where a cell may hold a list of messages, too, if the file was read with
 * `nested: "json"`; see `readTextPairs`. Features: each column `NAME_chosen` with its partner `NAME_rejected`; columns without a partner
 * belong to both sides. `item_chosen` and `item_rejected` (or `id_`, `item_id_`) name what is compared, and describe nothing.
 *
 * Pairs that share a prompt or an item are of one group, as far as `groupPairs` can: without such names, items are equal responses, or
 * sides whose columns all are equal.
 *
 * @returns the pairs whose sides differ; notes say what was dropped and decided
 * @throws DataError, with the line: what is missing or empty, numbers where texts are expected, columns without a partner; no pair whose
 * sides differ; names that are no columns
 *
 * @example
 * const table = await readTable(bytes, { name: "pairs.jsonl", nested: "json" });
 * pairTable(table).kind; // "text"
 */
export function pairTable(table: Table, options: PairTableOptions = {}): PairTable {
  const { group, ignore } = readOptions("pairTable", options, { group: true, ignore: [[]] });
  const byName = columnsByName(table);
  const find = columnFinder(table);
  const groupColumn = group === undefined ? undefined : find("group", group);
  const left = new Set(ignore.map((name) => find("ignore", name).name));
  if (group !== undefined) left.add(group);
  const used = { ...table, columns: table.columns.filter(({ name }) => !left.has(name)) };
  const given = givenGroups(table, groupColumn);

  const [chosen, rejected] = [byName.get("chosen"), byName.get("rejected")];
  if ((chosen === undefined) !== (rejected === undefined)) {
    const [there, other] = chosen === undefined ? ["rejected", "chosen"] : ["chosen", "rejected"];
    const expected = `expected a column ${quoted(other!)} in addition to ${quoted(there!)}`;
    throw dataError({ file: table.name }, expected, `none among ${listed([...byName.keys()])}`);
  }
  return chosen === undefined || rejected === undefined
    ? featurePairs(used, byName.get("prompt"), given)
    : textPairs(used, { prompt: byName.get("prompt"), chosen, rejected }, given);
}

function textPairs(
  table: Table,
  columns: { prompt: Column | undefined; chosen: Column; rejected: Column },
  given: PairKeys | null,
): PairTable {
  const all = readTextPairs(table, columns);
  const rows = differing(table, (row) => all[row]!.chosen === all[row]!.rejected);
  const pairs = Array.from(rows.kept, (row) => all[row]!);
  const prompts = pairs.map(({ prompt }) => prompt ?? "");
  const known = prompts.some((prompt) => prompt !== "");
  const names = new Set<string>(textColumns);
  const items = itemPair(table);
  const others = table.columns.filter(
    (column) => !names.has(column.name) && column !== items?.chosen && column !== items?.rejected,
  );
  const kept = { ...table, lines: rows.kept.map((row) => table.lines[row]!) };
  const unasked = known ? [...kept.lines].filter((_, i) => prompts[i] === "") : [];
  const keys = (side: "chosen" | "rejected"): string[] =>
    items === null ? pairs.map((pair) => pair[side]) : namesOf(table, items[side], rows.kept);
  const grouped = grouping(rows.kept, given, known ? prompts : null, keys("chosen"), keys("rejected"));
  const side = (name: "chosen" | "rejected"): Table =>
    tableOfTexts(
      kept,
      pairs.map((pair) => pair[name]),
      known ? prompts : undefined,
    );
  return {
    kind: "text",
    chosen: side("chosen"),
    rejected: side("rejected"),
    ...(known && { prompts }),
    groups: grouped.groups,
    notes: [
      ...rows.notes,
      ...(unasked.length === 0 ? [] : [unaskedNote(unasked, table)]),
      ...(others.length === 0
        ? []
        : [
            `left out ${listed(others.map(({ name }) => name))}: of texts only prompt and responses are read`,
          ]),
      ...grouped.notes,
    ],
  };
}

/** Two answers to two questions say little of each other. */
function unaskedNote(lines: readonly number[], { unit }: Table): string {
  const which = lines.length === 1 ? "1 pair has" : `${lines.length} pairs have`;
  return `${which} no prompt, or none that both sides begin with (${placesOf(lines, unit)}): were both responses asked for alike?`;
}

function featurePairs(table: Table, prompt: Column | undefined, given: PairKeys | null): PairTable {
  const described = sidePairs(table);
  const items = itemPair(table);
  const pairs = described.filter(({ chosen }) => chosen !== items?.chosen);
  if (pairs.length === 0) {
    const expected =
      "expected columns 'chosen' and 'rejected', or some such as 'price_chosen' and 'price_rejected'";
    throw dataError({ file: table.name }, expected, listed(table.columns.map(({ name }) => name)));
  }
  const own = new Set(described.flatMap(({ chosen, rejected }) => [chosen, rejected]));
  const shared = table.columns.filter((column) => !own.has(column) && column !== prompt);
  const rows = differing(table, (row) =>
    pairs.every(({ chosen, rejected }) => chosen.at(row) === rejected.at(row)),
  );
  const keys = (side: "chosen" | "rejected"): string[] =>
    items === null
      ? Array.from(rows.kept, (row) => JSON.stringify(pairs.map((pair) => pair[side].at(row))))
      : namesOf(table, items[side], rows.kept);
  const prompts = prompt === undefined ? null : namesOf(table, prompt, rows.kept);
  const grouped = grouping(rows.kept, given, prompts, keys("chosen"), keys("rejected"));
  return {
    kind: "features",
    ...sideTables(table, pairs, shared, rows.kept),
    ...(prompts !== null && { prompts }),
    groups: grouped.groups,
    notes: [...rows.notes, ...sharedNote(shared), ...grouped.notes],
  };
}

/** The columns that name what is compared, if there are some. */
function itemPair(table: Table): { chosen: Column; rejected: Column } | null {
  return (
    sidePairs({
      ...table,
      columns: table.columns.filter(({ name }) => itemNames.has(name.replace(/_(?:chosen|rejected)$/, ""))),
    })[0] ?? null
  );
}

/** The rows whose sides differ, and what is said of the others. */
function differing(
  table: Table,
  isEqual: (row: number) => boolean,
): { kept: Int32Array<ArrayBuffer>; notes: string[] } {
  const rows = Array.from({ length: table.rows }, (_, row) => row);
  const equal = new Set(rows.filter(isEqual));
  if (equal.size === table.rows)
    throw dataError({ file: table.name }, "expected pairs whose sides differ", "none");
  const lines = [...equal].map((row) => table.lines[row]!);
  const which = equal.size === 1 ? "1 pair whose sides are" : `${equal.size} pairs whose sides are`;
  return {
    kept: Int32Array.from(rows.filter((row) => !equal.has(row))),
    notes: equal.size === 0 ? [] : [`left out ${which} equal (${placesOf(lines, table.unit)})`],
  };
}

/** The groups of pairs by what was asked for, and by what they have in common. */
function grouping(
  kept: Int32Array,
  given: PairKeys | null,
  prompts: readonly string[] | null,
  chosen: readonly string[],
  rejected: readonly string[],
): { groups: Int32Array; notes: string[] } {
  const together: PairKeys = {
    // Where these can't be kept together, items can't.
    name: null,
    of: chosen.map((key, i) => [unordered(key, rejected[i]!)]),
  };
  const items = { name: "items", of: chosen.map((key, i) => [key, rejected[i]!]) };
  const asked = { name: "prompts", of: (prompts ?? []).map((text) => (text === "" ? [] : [text])) };
  const must = given === null ? null : { ...given, of: Array.from(kept, (row) => given.of[row]!) };
  return groupPairs(kept.length, must, [...(prompts === null ? [] : [asked]), together, items]);
}

const unordered = (a: string, b: string): string => JSON.stringify(a < b ? [a, b] : [b, a]);

/** What names each row, in a column where every row needs a name. */
function namesOf(table: Table, column: Column, rows: Int32Array): string[] {
  return Array.from(rows, (row) => nameAt(table, column, row, quoted(column.name)));
}

function givenGroups(table: Table, column: Column | undefined): PairKeys | null {
  if (column === undefined) return null;
  const subject = `group ${quoted(column.name)}`;
  const of = Array.from({ length: table.rows }, (_, row) => [nameAt(table, column, row, subject)]);
  return { name: column.name, of };
}

function nameAt(table: Table, column: Column, row: number, subject: string): string {
  const cell = column.at(row);
  if (isMissing(cell))
    throw dataError(placeOf(table, row), `${subject}: expected a value in every row`, "none");
  return String(cell);
}
