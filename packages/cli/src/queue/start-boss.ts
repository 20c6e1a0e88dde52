import { PgBoss } from "pg-boss";
import type { Database } from "../store/database.ts";
import { schemas } from "../store/migrate.ts";

/** What an instance of pg-boss looks after in addition to its own jobs. */
export interface BossOptions {
  /** Whether it looks for missed heartbeats and for jobs that take too long by itself. */
  supervise: boolean;
  /** Whether jobs are sent by their schedules. */
  schedule: boolean;
}

/** Starts pg-boss on a database; who stops it leaves the database open. */
export async function startBoss(database: Database, { supervise, schedule }: BossOptions): Promise<PgBoss> {
  const boss = new PgBoss({
    ...database.boss,
    schema: schemas.queue,
    // Made with our own tables: to ask for it again would want a right that the role may lack.
    createSchema: false,
    schedule,
    registerInstance: false,
    openTelemetry: { enabled: false },
    supervise,
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 1,
    monitorVacuum: false,
  });
  // The statements themselves fail, and say so; what runs beside them tries again.
  boss.on("error", () => {});
  boss.on("warning", () => {});
  await boss.start();
  return boss;
}
