/*
 * Writes tables.json: the tables of the bench, with family, checksum, size and half.
 *
 *   npx node --conditions=minimand-source bench/networks/draw-tables.ts
 *
 * Families and copies are named by hand in families.json. Two tables of different families that share a column of numbers are an error.
 */
import { readFileSync, writeFileSync } from "node:fs";
import type { Dataset } from "@minimand/compare";
import { type Drawable, type Drawn, drawHalves } from "./halves.ts";
import { prepare, readSource } from "./read.ts";
import { findSources } from "./sources.ts";

/** A line of tables.json; task and classes are those of the rows that are used. */
export type TableEntry = Drawable &
  Drawn & { sha256: string; used: number; columns: number; classes: number };

/** families.json. */
export interface Families {
  /** Tables that are left out, and the one that each repeats. */
  copies: Record<string, string>;
  families: Record<string, string[]>;
  /** Tables that are left out as a class has fewer than 15 rows, and no two others remain. */
  tooFewOfAClass: string[];
  alreadyTried: string[];
}

const at = (name: string): URL => new URL(name, import.meta.url);

export const readFamilies = (): Families => JSON.parse(readFileSync(at("families.json"), "utf8"));
export const readEntries = (): TableEntry[] => JSON.parse(readFileSync(at("tables.json"), "utf8"));

/** Columns with fewer different values may be equal by chance. */
const leastDifferent = 30;

/** The sorted numbers of each column that has many different ones. */
export function fingerprintsOf({ features }: Pick<Dataset, "features">): string[] {
  return features.flatMap((feature) => {
    if (feature.kind !== "numeric") return [];
    const values = feature.values.filter((value) => !Number.isNaN(value)).sort();
    return new Set(values).size < leastDifferent ? [] : [values.map((v) => Number(v.toPrecision(5))).join()];
  });
}

async function drawTables(): Promise<void> {
  const { copies, families, tooFewOfAClass, alreadyTried } = readFamilies();
  const familyOf = new Map(Object.entries(families).flatMap(([name, ids]) => ids.map((id) => [id, name])));
  const { sources, missing } = findSources();
  if (missing.length > 0) throw new Error(`missing: ${missing.join(", ")}. Set MINIMAND_SHARED.`);
  const seen = new Map<string, Drawable>();
  const tables: Omit<TableEntry, keyof Drawn>[] = [];
  for (const source of sources) {
    const { id, sha256 } = source;
    if (Object.hasOwn(copies, id) || tooFewOfAClass.includes(id)) continue;
    const all = await readSource(source);
    const used = prepare(all);
    const table = {
      ...{ id, family: familyOf.get(id) ?? id.replace(/^.*\//, ""), sha256 },
      ...{ task: used.task as Drawable["task"], rows: all.rows, used: used.rows },
      ...{ columns: used.features.length, classes: used.classes.length },
    };
    for (const print of fingerprintsOf(all)) {
      const other = seen.get(print);
      if (other !== undefined && other.family !== table.family)
        throw new Error(`${id} and ${other.id} share a column, but no family`);
      seen.set(print, table);
    }
    tables.push(table);
  }
  const drawn = drawHalves(tables, alreadyTried);
  const entries = tables
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((table): TableEntry => ({ ...table, ...drawn.get(table.id)! }));
  writeFileSync(at("tables.json"), `${JSON.stringify(entries, null, 2)}\n`);
}

if (import.meta.main) await drawTables();
