import type { Database } from "../store/database.ts";

/**
 * Removes a run that is at its end from the store: its files, its trials and what happened. What another run needs too stays.
 *
 * @returns false where it isn't at its end; nothing is changed then
 */
export async function removeRun(database: Database, id: string): Promise<boolean> {
  return database.transaction(async (sql) => {
    // Whoever would let it go on waits, and finds none.
    const found = await sql.query(
      "select id from minimand.runs where id = $1 and state in ('finished', 'failed', 'cancelled') for update",
      [id],
    );
    if (found.length === 0) return false;
    const files = await sql.query<{ sha256: string }>(
      `select sha256 from minimand.run_inputs where run = $1
       union select sha256 from minimand.run_files where run = $1 and sha256 is not null`,
      [id],
    );
    // One that begins to wait for a trial at this moment finds it gone, and asks for it.
    for (const table of ["results", "failures", "tries"])
      await sql.query(
        `delete from minimand.${table} where key in (
           select key from minimand.run_trials own where run = $1 and not exists (
             select from minimand.run_trials other where other.key = own.key and other.run <> $1))`,
        [id],
      );
    await sql.query("delete from minimand.runs where id = $1", [id]);
    const hashes = files.map(({ sha256 }) => sha256);
    // A statement of its own: the next one sees who has come to need them while this one waited.
    await sql.query(
      "select 1 from minimand.blobs where sha256 = any($1::text[]) order by sha256 for update",
      [hashes],
    );
    await sql.query(
      `delete from minimand.blobs b where sha256 = any($1::text[])
       and not exists (select from minimand.run_inputs i where i.sha256 = b.sha256)
       and not exists (select from minimand.run_files f where f.sha256 = b.sha256)`,
      [hashes],
    );
    return true;
  });
}
