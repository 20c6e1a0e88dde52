/* Runs in a store: what was asked for, how far it is, and what came of it. */
import type { Origin } from "@minimand/compare";
import { isModelFile } from "@minimand/compare/artifacts";
import { UsageError } from "../failure.ts";
import { holdBlobs, putBlob, readBlob } from "../store/blobs.ts";
import type { Database, Sql } from "../store/database.ts";
import { keptReason } from "./attempts.ts";
import type { Environment } from "./environment.ts";
import { suspectedOf } from "./suspicion.ts";

export type RunState = "waiting" | "running" | "finished" | "failed" | "cancelled";

/** A run as the store keeps it. */
export interface Run {
  id: string;
  kind: "compare" | "reproduce";
  title: string;
  /** Everything that decides its results, as plain JSON. */
  request: unknown;
  /** Files of it that not every installation has: their names, and their contents among the blobs. */
  attached: { name: string; sha256: string }[];
  /** Hash of the environment and the own modules, by which its jobs find workers; `house` is the name of its column. */
  house: string;
  /** The arguments of the command that started it, for advice. */
  typed: string[];
  needs: Environment;
  origins: Origin[];
  state: RunState;
  /** Of what is counted now, e.g. trials. */
  done: number;
  total: number;
  label: string | null;
  /** Milliseconds until all is done, where that can be told. */
  left: number | null;
  /** Why it failed. */
  reason: string | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

const columns = `id, kind, title, request, attached, typed, house, needs, origins, state, done, total, label, left_ms as "left", reason,
  created_at as "createdAt", started_at as "startedAt", finished_at as "finishedAt"`;

/**
 * Puts a run into the store, where it isn't there yet.
 *
 * @param inputs - hashes of the files that it is asked with
 * @returns false where one of these isn't stored, or no more: nothing is changed then
 */
export async function addRun(
  database: Database,
  run: Pick<Run, "id" | "kind" | "title" | "request" | "attached" | "typed" | "house" | "needs" | "origins">,
  inputs: readonly string[],
): Promise<boolean> {
  const { id, kind, title, request, attached, typed, house, needs, origins } = run;
  return database.transaction(async (sql) => {
    if (!(await holdBlobs(sql, inputs))) return false;
    const added = await sql.query(
      `insert into minimand.runs (id, kind, title, house, request, attached, typed, needs, origins)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing returning id`,
      [
        id,
        kind,
        title,
        house,
        ...[request, attached, typed, needs, origins].map((part) => JSON.stringify(part)),
      ],
    );
    if (added.length === 0) return true;
    await sql.query("insert into minimand.run_inputs (run, sha256) select distinct $1, unnest($2::text[])", [
      id,
      inputs,
    ]);
    await tellEvent(sql, id, "started", `started: ${title}`);
    return true;
  });
}

/** A run by its id, or by the beginning of it that no other has. */
export async function findRun(sql: Sql, id: string): Promise<Run> {
  const found = await sql.query<Run>(
    `select ${columns} from minimand.runs where starts_with(id, $1) order by id = $1 desc, created_at limit 2`,
    [id],
  );
  if (found.length === 1 || found[0]?.id === id) return found[0];
  const what = found.length === 0 ? "none of this id" : "several that begin so";
  throw new UsageError(`${id}: expected the id of a run ('minimand runs' lists them), got ${what}`);
}

/** What a date of JavaScript can be: a row of somebody else's may hold any time, infinity too. */
const isDate = (column: string): string => `${column} between '0001-01-01' and '9999-12-31'`;

export async function listRuns(sql: Sql): Promise<Run[]> {
  return sql.query<Run>(
    `select ${columns} from minimand.runs where ${isDate("created_at")} order by created_at desc limit 1000`,
  );
}

/** What a worker has to know of the unfinished runs, and whether suspected trials of their code are waiting. */
export async function runsToServe(
  sql: Sql,
): Promise<(Pick<Run, "id" | "title" | "house" | "needs" | "origins"> & { isSuspected: boolean })[]> {
  return sql.query(
    `select id, title, house, needs, origins, exists (select ${suspectedOf("house")}) as "isSuspected"
     from minimand.runs where state in ('waiting', 'running') order by created_at`,
  );
}

export async function stateOf(sql: Sql, id: string): Promise<RunState | null> {
  const [found] = await sql.query<{ state: RunState }>("select state from minimand.runs where id = $1", [id]);
  return found?.state ?? null;
}

/**
 * A worker has begun to coordinate the run.
 *
 * @returns how often that was begun since the last trial was done, or has come to nothing: where trials end their workers, the coordinator that
 *   was there, too, is not to blame; null where the run is at its end
 */
export async function beginRun(sql: Sql, id: string): Promise<number | null> {
  const begun = await sql.query<{ beginnings: number }>(
    `with done as (
       select least(count(*) filter (where state <> 'open') + coalesce(sum(tries), 0), 2147483647)::int as n
       from minimand.run_trials left join minimand.tries using (key) where run = $1)
     update minimand.runs set state = 'running', started_at = coalesce(started_at, now()),
       beginnings = case when done.n > done_at_beginning then 1 else least(beginnings, 1000000) + 1 end, done_at_beginning = done.n
     from done where id = $1 and runs.state in ('waiting', 'running') returning beginnings`,
    [id],
  );
  return begun[0]?.beginnings ?? null;
}

/** A worker that leaves has not begun it. */
export async function unbeginRun(sql: Sql, id: string): Promise<void> {
  await sql.query("update minimand.runs set beginnings = greatest(0, beginnings - 1) where id = $1", [id]);
}

/** How far a run is. */
export interface RunProgress {
  done: number;
  total: number;
  label: string;
  left: number | null;
}

/** Notes how far a run is; what comes after its end is late. */
export async function setProgress(
  sql: Sql,
  id: string,
  { done, total, label, left }: RunProgress,
): Promise<void> {
  await sql.query(
    `update minimand.runs set done = $2, total = $3, label = $4, left_ms = $5
     where id = $1 and state in ('waiting', 'running')`,
    [id, done, total, label, left],
  );
}

/** The run has come to its end with these files, by their paths in the output folder; null: none of this name stays there. */
export async function finishRun(
  database: Database,
  id: string,
  files: Readonly<Record<string, string | Uint8Array | null>>,
): Promise<void> {
  const encoder = new TextEncoder();
  const bytesOf = (content: string | Uint8Array): Uint8Array =>
    typeof content === "string" ? encoder.encode(content) : content;
  while (true) {
    const kept: { path: string; sha256: string | null }[] = [];
    for (const [path, content] of Object.entries(files))
      kept.push({ path, sha256: content === null ? null : await putBlob(database, bytesOf(content)) });
    if (await endWith(database, id, kept)) return;
  }
}

/** False where one of the files has been removed meanwhile, with another run. */
async function endWith(
  database: Database,
  id: string,
  kept: readonly { path: string; sha256: string | null }[],
): Promise<boolean> {
  return database.transaction(async (sql) => {
    const hashes = kept.flatMap(({ sha256 }) => (sha256 === null ? [] : [sha256]));
    if (!(await holdBlobs(sql, hashes))) return false;
    const finished = await sql.query(
      // Notes of progress may come in another order than they were sent.
      `update minimand.runs set state = 'finished', finished_at = now(), reason = null, done = total, left_ms = 0
       where id = $1 and state = 'running' returning id`,
      [id],
    );
    // Another coordinator, thought to be gone, was first.
    if (finished.length === 0) return true;
    await sql.query(
      `insert into minimand.run_files (run, path, sha256) select $1, * from unnest($2::text[], $3::text[])
       on conflict (run, path) do update set sha256 = excluded.sha256`,
      [id, kept.map(({ path }) => path), kept.map(({ sha256 }) => sha256)],
    );
    await tellEvent(sql, id, "finished", "finished");
    return true;
  });
}

/** Whether a run may have a file of this path: the page isn't kept, and whoever can write to the store shall not write elsewhere. */
function isOutput(path: string): boolean {
  return ["results.json", "report.json", "tuned.json"].includes(path) || isModelFile(path);
}

/**
 * The files of a finished run.
 *
 * @throws UsageError for one that lies elsewhere than those of a run do, and for one that is damaged
 */
export async function filesOf(database: Database, id: string): Promise<Record<string, Uint8Array | null>> {
  const rows = await database.query<{ path: string; sha256: string | null }>(
    "select path, sha256 from minimand.run_files where run = $1 order by path",
    [id],
  );
  const files: Record<string, Uint8Array | null> = {};
  const stray = rows.find(({ path }) => !isOutput(path));
  if (stray !== undefined)
    throw new UsageError(`run ${id}: expected files of an output folder, got '${stray.path}'`);
  for (const { path, sha256 } of rows)
    files[path] = sha256 === null ? null : await readBlob(database, sha256);
  return files;
}

/** Ends a run that can't go on. */
export async function failRun(sql: Sql, id: string, cause: string): Promise<void> {
  const reason = keptReason(cause);
  const failed = await sql.query(
    `update minimand.runs set state = 'failed', finished_at = now(), reason = $2
     where id = $1 and state in ('waiting', 'running') returning id`,
    [id, reason],
  );
  if (failed.length > 0) await tellEvent(sql, id, "failed", reason);
}

/** Stops a run for good; what is computed of it stays. */
export async function cancelRun(sql: Sql, id: string): Promise<boolean> {
  const cancelled = await sql.query(
    `update minimand.runs set state = 'cancelled', finished_at = now()
     where id = $1 and state in ('waiting', 'running') returning id`,
    [id],
  );
  if (cancelled.length > 0) await tellEvent(sql, id, "cancelled", "cancelled");
  return cancelled.length > 0;
}

/** Lets a run go on that was cancelled or has failed, or that is finished without trials which failed: these are tried again. */
export async function reviveRun(database: Database, id: string): Promise<boolean> {
  return database.transaction(async (sql) => {
    const revived = await sql.query(
      `update minimand.runs set state = 'waiting', finished_at = null, reason = null, beginnings = 0
       where id = $1 and (state in ('failed', 'cancelled') or state = 'finished' and exists (
         select from minimand.run_trials where run = $1 and state = 'failed')) returning id`,
      [id],
    );
    if (revived.length === 0) return false;
    const keys = "select key from minimand.run_trials where run = $1";
    await sql.query(`delete from minimand.failures where key in (${keys})`, [id]);
    await sql.query(`delete from minimand.tries where key in (${keys})`, [id]);
    await sql.query("delete from minimand.run_trials where run = $1", [id]);
    await tellEvent(sql, id, "resumed", "resumed");
    return true;
  });
}

/** Something that people who watch a run want to know. */
export interface RunEvent {
  at: Date;
  kind: string;
  text: string;
}

export async function tellEvent(sql: Sql, run: string, kind: string, text: string): Promise<void> {
  // One that somebody has deleted is no one's any more.
  await sql.query(
    "insert into minimand.events (run, kind, text) select id, $2, $3 from minimand.runs where id = $1 for key share",
    [run, kind, text],
  );
}

/** The latest ones, the oldest of them first. */
export async function eventsOf(sql: Sql, run: string, count = 20): Promise<RunEvent[]> {
  const rows = await sql.query<RunEvent>(
    `select at, kind, text from minimand.events where run = $1 and ${isDate("at")} order by id desc limit $2`,
    [run, count],
  );
  return rows.reverse();
}
