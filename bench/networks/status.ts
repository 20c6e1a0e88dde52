import { type BenchRecord, type Job, keyOf } from "./records.ts";

/** Returns how many jobs of each arm are done, and the hours that the others take, from the seconds of those. */
export function statusOf(
  jobs: readonly Job[],
  records: readonly BenchRecord[],
  tables: readonly { id: string; used: number; columns: number }[],
): string {
  const known = new Map(records.map((record) => [keyOf(record), record]));
  const sizes = new Map(tables.map(({ id, used, columns }) => [id, used * columns]));
  let [allDone, allSeconds] = [0, 0];
  const lines = [...Map.groupBy(jobs, ({ arm }) => arm)].map(([arm, own]) => {
    const done = own.flatMap((job) => known.get(keyOf(job)) ?? []);
    const left = own.filter((job) => !known.has(keyOf(job)));
    // Ensembles only combine what is there: their seconds are those of others.
    const isEnsemble = own[0].version.includes(".");
    const seconds = isEnsemble ? 0 : secondsOf(done, left, sizes);
    allDone += done.length;
    allSeconds += seconds;
    const hours = done.length === 0 && !isEnsemble ? "unknown" : (seconds / 3600).toFixed(1);
    return `${arm}: ${done.length} of ${own.length} records, ${hours} hours left`;
  });
  return [
    ...lines,
    `all: ${allDone} of ${jobs.length} records, ${(allSeconds / 3600).toFixed(1)} hours left`,
  ].join("\n");
}

/** Seconds of jobs: as the others of the table, or from a line through seconds by size of the tables that are done. */
function secondsOf(
  done: readonly BenchRecord[],
  left: readonly Job[],
  sizes: ReadonlyMap<string, number>,
): number {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const byTable = new Map(
    [...Map.groupBy(done, ({ table }) => table)].map(([table, own]) => [
      table,
      mean(own.map(({ seconds }) => seconds)),
    ]),
  );
  if (byTable.size === 0) return 0;
  const points = [...byTable].map(([table, seconds]) => ({ x: sizes.get(table)!, y: seconds }));
  const [mx, my] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const spread = points.reduce((sum, { x }) => sum + (x - mx) ** 2, 0);
  const joint = points.reduce((sum, { x, y }) => sum + (x - mx) * (y - my), 0);
  const slope = spread === 0 ? 0 : Math.max(0, joint / spread);
  const least = Math.min(...byTable.values());
  return left.reduce(
    (sum, { table }) => sum + (byTable.get(table) ?? Math.max(least, my + slope * (sizes.get(table)! - mx))),
    0,
  );
}
