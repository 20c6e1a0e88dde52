import { createHash } from "node:crypto";

/** What the draw of the halves needs to know of a table. */
export interface Drawable {
  id: string;
  family: string;
  task: "binary" | "multiclass" | "regression";
  /** Rows of the file. */
  rows: number;
}

export type Half = "development" | "set aside";

/**
 * Refuses the half that is judged a single time.
 *
 * @param once whether this is that time
 */
export function checkHalf(half: Half, once: boolean): void {
  if (half === "development" || once) return;
  throw new Error(
    "--half set-aside: this half is judged a single time, with the network that the development half has chosen. Add --once to do that now.",
  );
}

/** What a table is used for. */
export interface Drawn {
  half: Half;
  /** Whether single changes of the network are tried on it. */
  single: boolean;
}

const tasks = ["binary", "multiclass", "regression"] as const;
const seed = "networks-2026-12-02";
const singles = 20;
const mostRowsOfSingle = 2000;

const rankOf = (text: string): string => createHash("sha256").update(`${seed}:${text}`).digest("hex");

const byRank = (prefix: string) => (a: string, b: string) =>
  rankOf(`${prefix}:${a}`) < rankOf(`${prefix}:${b}`) ? -1 : 1;

/**
 * Draws the halves by family. A family has the task of its first table by name. Families of a task come in the order of a hash, and each
 * goes to the half that has fewer tables of the task; at a tie the hash decides. Families of tables on which changes of the network were
 * tried before are drawn first and are development.
 *
 * @param alreadyTried ids of such tables
 * @returns what each table is used for, by id
 */
export function drawHalves(tables: readonly Drawable[], alreadyTried: readonly string[]): Map<string, Drawn> {
  const families = Map.groupBy(
    tables.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    ({ family }) => family,
  );
  const known = new Set(tables.filter(({ id }) => alreadyTried.includes(id)).map(({ family }) => family));
  const drawn = new Map<string, Drawn>();
  for (const task of tasks) {
    const count: Record<Half, number> = { development: 0, "set aside": 0 };
    const names = [...families.keys()]
      .filter((name) => families.get(name)![0].task === task)
      .sort(byRank("half"))
      .sort((a, b) => Number(known.has(b)) - Number(known.has(a)));
    for (const name of names) {
      const own = families.get(name)!;
      const half = known.has(name) ? "development" : smallerHalf(count, name);
      count[half] += own.length;
      for (const { id } of own) drawn.set(id, { half, single: false });
    }
  }
  for (const id of drawSingles(tables, drawn)) drawn.get(id)!.single = true;
  return drawn;
}

function smallerHalf(count: Record<Half, number>, family: string): Half {
  const difference = count.development - count["set aside"];
  const first = difference === 0 ? rankOf(`tie:${family}`) < "8" : difference < 0;
  return first ? "development" : "set aside";
}

/** Small development tables, task by task in turn, one of a family. */
function drawSingles(tables: readonly Drawable[], drawn: ReadonlyMap<string, Drawn>): string[] {
  const small = tables.filter(
    ({ id, rows }) => drawn.get(id)!.half === "development" && rows <= mostRowsOfSingle,
  );
  const order = byRank("single");
  const queues = tasks.map((task) =>
    small.filter((table) => table.task === task).sort((a, b) => order(a.id, b.id)),
  );
  const [taken, families] = [[] as string[], new Set<string>()];
  while (taken.length < singles && queues.some((queue) => queue.length > 0))
    for (const queue of queues) {
      const next = queue.findIndex(({ family }) => !families.has(family));
      const [table] = queue.splice(0, next < 0 ? queue.length : next + 1).slice(-1);
      if (table === undefined || next < 0 || taken.length === singles) continue;
      taken.push(table.id);
      families.add(table.family);
    }
  return taken;
}
