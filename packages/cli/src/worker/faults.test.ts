import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Environment } from "../queue/environment.ts";
import { type Jobs, openJobs } from "../queue/jobs.ts";
import { environment, submitNumbers, undisturbed } from "../queue/numbers.fixture.ts";
import { filesOf, findRun } from "../queue/run-store.ts";
import { submitRun } from "../queue/submit.ts";
import type { Database, Sql } from "../store/database.ts";
import { freshPglite, silent } from "../store/databases.fixture.ts";
import { openDatabase } from "../store/open-database.ts";
import { checkJoining } from "./worker.ts";
import { startWorker } from "./workers.fixture.ts";

/** A database that refuses a statement now and then, for a reason that no outage is. */
function refusing(database: Database, refuses: (text: string) => boolean): Database {
  const limited = (sql: Sql): Sql => ({
    async query(text, parameters) {
      if (refuses(text)) throw Object.assign(new Error("canceling statement"), { code: "57014" });
      return sql.query(text, parameters);
    },
  });
  return {
    ...database,
    query: (text, parameters) => limited(database).query(text, parameters),
    transaction: (work) => database.transaction((sql) => work(limited(sql))),
  };
}

/** The n-th statement of those that have this in them. */
function nth(n: number, what: string): (text: string) => boolean {
  let seen = 0;
  return (text) => text.includes(what) && ++seen === n;
}

describe("a worker", () => {
  let database: Database;
  let jobs: Jobs;
  beforeAll(async () => {
    database = await openDatabase(await freshPglite(), silent);
    jobs = await openJobs(database);
  });
  afterAll(async () => {
    await jobs?.end();
    await database?.close();
  });

  async function outcomes(id: string): Promise<unknown> {
    for (let state = ""; state !== "finished"; { state } = await findRun(database, id)) await sleep(30);
    const { "results.json": file } = await filesOf(database, id);
    return JSON.parse(new TextDecoder().decode(file!));
  }

  it("isn't refused for runs of others, which are no concern of a command's worker", async () => {
    const numbers = [1, 2];
    const others: Environment = { ...environment, code: "another" };
    const title = "another's";
    const request = { numbers, name: title };
    const rest = { attached: [], typed: [], origins: [], files: new Map() };
    await submitRun(database, jobs, { kind: "compare", title, request, environment: others, ...rest });
    await expect(checkJoining({ database, environment, origins: [] })).rejects.toThrow(
      /^worker: run [0-9a-f]{12} \(another's\): expected the same code of minimand/,
    );
    const worker = await startWorker(database, { shared: true });
    const ended = worker.ended.then(() => "ended");
    expect(await Promise.race([ended, sleep(500, "there")])).toBe("there");
    await worker.leave();
  }, 30_000);

  it.each([
    ["the last result", nth(1, "insert into minimand.results")],
    ["what it wants of more trials", nth(2, "from unnest($1::text[]) as asked")],
  ])(
    "loses nothing: %s",
    async (what, refuses) => {
      const numbers = what === "the last result" ? [1] : Array.from({ length: 30 }, (_, i) => 100 + i);
      const id = await submitNumbers(database, jobs, { numbers, name: what });
      const worker = await startWorker(refusing(database, refuses), { shared: true });
      try {
        expect(await outcomes(id)).toEqual(undisturbed(numbers));
      } finally {
        await worker.leave().catch(() => {});
      }
    },
    30_000,
  );
});
