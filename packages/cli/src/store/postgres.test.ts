import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { hasPostgres, noPostgres, sharedPostgres } from "../../../../test/support/shared-postgres.ts";
import { exitCodeOf } from "../failure.ts";
import type { Database } from "./database.ts";
import { postgresAddress, silent } from "./databases.fixture.ts";
import { openPostgres } from "./postgres.ts";
import { type PostgresAddress, parseStore } from "./store-address.ts";

const server = sharedPostgres();

/** Everything that can be read of a value, hidden or not. */
const allOf = (value: unknown): string =>
  inspect(value, { depth: 20, showHidden: true, maxArrayLength: null });

async function refusalOf(url: string): Promise<Error> {
  const error = await openPostgres(postgresAddress(url), silent).then(
    async (database) => {
      await database.close();
      return null;
    },
    (error: Error) => error,
  );
  if (error === null) throw new Error(`nothing was refused at ${url}`);
  expect(exitCodeOf(error)).toBe(2);
  expect(error.message).not.toContain("\n");
  return error;
}

describe.runIf(hasPostgres())(`openPostgres${noPostgres}`, () => {
  it("says at once, in one line without the password, why there is no connection", async () => {
    const { password, port } = server;
    const at = (rest: string, given = password): string => `postgres://minimand:${given}@${rest}`;
    const none = await refusalOf(at("127.0.0.1:1/minimand"));
    expect(none.message).toBe("127.0.0.1:1/minimand: can't be reached: nobody listens there");
    expect((await refusalOf(at("no.such.host.invalid/minimand"))).message).toMatch(/can't be reached: /);
    const wrong = await refusalOf(at(`127.0.0.1:${port}/minimand`, "correct-horse"));
    expect(wrong.message).toMatch(/expected a user and a password that the server takes, got: password auth/);
    expect(allOf(wrong)).not.toContain("correct-horse");
    const without = await refusalOf(`postgres://minimand@127.0.0.1:${port}/minimand`);
    expect(without.message).toContain("expected a password, got none in DATABASE_URL, PGPASSWORD");
    const nowhere = await refusalOf(at(`127.0.0.1:${port}/nowhere`));
    expect(nowhere.message).toContain('expected a database that is there, got: database "nowhere"');
    const plain = await refusalOf(at(`127.0.0.1:${port}/minimand?sslmode=require`));
    expect(plain.message).toContain("expected a server with TLS, as sslmode asks for, got one without");
    for (const error of [none, without, nowhere, plain]) expect(allOf(error)).not.toContain(password);
  });

  it("answers with bytes, several statements and sessions; its objects show no password", async () => {
    const database = await openPostgres(postgresAddress(server.url), silent);
    const [row] = await database.query("select $1::bytea as bytes, $2::jsonb as json", [
      new Uint8Array([0, 255]),
      '{"a":[1]}',
    ]);
    expect(row).toEqual({ bytes: Buffer.from([0, 255]), json: { a: [1] } });
    const answer = await database.boss.db.executeSql("begin; select 1 as a; select 2 as a; commit");
    expect(answer.rows).toEqual([{ a: 1 }, { a: 2 }]);
    const session = await database.session();
    expect(session?.alive).toBe(true);
    const [set] = await database.query("select current_setting('client_connection_check_interval') as each");
    expect(set).toEqual({ each: "5s" });
    for (const value of [database, session]) expect(allOf(value)).not.toContain(server.password);
    const failure = await database.query("select no_such_thing").catch((error: Error) => error);
    expect(allOf(failure)).not.toContain(server.password);
    await session?.close();
    expect(session?.alive).toBe(false);
    await database.close();
    await expect(database.query("select 1")).rejects.toThrow("got one that is closed");
    const pooled = await openPostgres(postgresAddress(`${server.url}?pooled=true`), silent);
    expect(await pooled.session()).toBeNull();
    await pooled.close();
  });

  it("reads times of a database that writes them in another form", async () => {
    const options = encodeURIComponent("-c datestyle=German");
    const database = await openPostgres(postgresAddress(`${server.url}?options=${options}`), silent);
    expect(await database.query("select timestamptz '2026-03-04 05:06:07Z' as at")).toEqual([
      { at: new Date("2026-03-04T05:06:07Z") },
    ]);
    await database.close();
  });

  it("does all of a transaction, or nothing", async () => {
    const database = await openPostgres(postgresAddress(server.url), silent);
    await database.query("create table whole (i int primary key)");
    await database.transaction(async (sql) => {
      await sql.query("insert into whole values (1)");
      await sql.query("insert into whole values (2)");
    });
    const half = database.transaction(async (sql) => {
      await sql.query("insert into whole values (3)");
      throw new Error("halfway");
    });
    await expect(half).rejects.toThrow("halfway");
    await expect(
      database.boss.db.executeSql("begin; insert into whole values (4); select 1 / 0; commit"),
    ).rejects.toThrow("by zero");
    expect(await database.query("select i from whole order by i")).toEqual([{ i: 1 }, { i: 2 }]);
    await database.close();
  });

  it("does again what another transaction was in the way of", async () => {
    const database = await openPostgres(postgresAddress(server.url), silent);
    await database.query("create table crossed (i int primary key, n int)");
    await database.query("insert into crossed values (1, 0), (2, 0)");
    const add = (first: number, second: number): Promise<void> =>
      database.transaction(async (sql) => {
        await sql.query("update crossed set n = n + 1 where i = $1", [first]);
        await sleep(200);
        await sql.query("update crossed set n = n + 1 where i = $1", [second]);
      });
    await Promise.all([add(1, 2), add(2, 1)]);
    expect(server.log()).toContain("deadlock detected");
    expect(await database.query("select n from crossed")).toEqual([{ n: 2 }, { n: 2 }]);
    await database.close();
  });

  it("sends statements and transactions again, whole, while the server is gone, and tells of it once", async () => {
    const told: string[] = [];
    const database = await openPostgres(postgresAddress(server.url), { tell: (line) => told.push(line) });
    await database.query("create table outlived (i int primary key, at text)");
    const session = (await database.session())!;
    let going = true;
    const writers = Array.from({ length: 6 }, (_, w) => write(database, w, () => going));
    for (const stop of [() => server.stop("immediate"), () => server.stop("fast"), () => server.crash()]) {
      await sleep(300);
      await stop();
      await vi.waitFor(() => expect(told.length % 2).toBe(1), 20_000);
      await server.start();
      await vi.waitFor(() => expect(told.length % 2).toBe(0), 20_000);
    }
    await sleep(300);
    going = false;
    const acknowledged = (await Promise.all(writers)).flat();
    const found = await database.query<{ i: number }>("select i from outlived order by i");
    // Both rows of each transaction, and no half of one.
    expect(found.map(({ i }) => i)).toEqual(acknowledged.sort((a, b) => a - b));
    expect(acknowledged.length).toBeGreaterThan(30);
    const waiting = /^127\.0\.0\.1:\d+\/minimand: waiting for the database \(.+\)$/;
    expect(told).toEqual(
      Array(3)
        .fill([expect.stringMatching(waiting), `${database.name}: the database is back`])
        .flat(),
    );
    expect(session.alive).toBe(false);
    await expect(session.query("select 1")).rejects.toThrow();
    await session.close();
    await database.close();
  });

  it("bears a connection that breaks without a word, idle or busy", async () => {
    const told: string[] = [];
    const database = await openPostgres(postgresAddress(server.url), { tell: (line) => told.push(line) });
    const [{ pid }] = await database.query<{ pid: number }>("select pg_backend_pid() as pid");
    await server.query("select pg_terminate_backend($1)", [pid]);
    expect(await database.query("select 1 as a")).toEqual([{ a: 1 }]);
    const slow = database.query("select pg_sleep(1), 2 as a");
    await sleep(300);
    await server.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'minimand' and usename = 'minimand'",
    );
    expect(await slow).toMatchObject([{ a: 2 }]);
    expect(told).toEqual([]);
    await database.close();
  });

  it("gives up after a time, in one line", async () => {
    const database = await openPostgres(postgresAddress(server.url), { ...silent, patience: 1000 });
    await server.stop("immediate");
    const failure = await database.query("select 1").catch((error: Error) => error);
    await server.start();
    expect(exitCodeOf(failure)).toBe(2);
    expect((failure as Error).message).toMatch(
      /: expected the database to come back within 1 s, got: nobody listens/,
    );
    expect(allOf(failure)).not.toContain(server.password);
    await database.close();
  });

  it("stops waiting when it is closed", async () => {
    const database = await openPostgres(postgresAddress(server.url), silent);
    await server.stop("immediate");
    const refused = expect(database.query("select 1")).rejects.toThrow("got one that is closed");
    await sleep(500);
    await database.close();
    await refused;
    await server.start();
  });

  it("reads the password file as libpq does, and warns of nothing", async () => {
    const file = join(temporaryFolder(), "passwords");
    writeFileSync(file, `127.0.0.1:${server.port}:minimand:minimand:${server.password}\n`, { mode: 0o600 });
    const warnings: string[] = [];
    const warn = ({ message }: Error): void => void warnings.push(message);
    process.on("warning", warn);
    const before = process.env.PGPASSFILE;
    process.env.PGPASSFILE = file;
    try {
      const database = await openPostgres(parseStore(server.address, {}) as PostgresAddress, silent);
      expect(await database.query("select current_user::text as me")).toEqual([{ me: "minimand" }]);
      await database.close();
    } finally {
      if (before === undefined) delete process.env.PGPASSFILE;
      else process.env.PGPASSFILE = before;
      process.off("warning", warn);
    }
    expect(warnings).toEqual([]);
  });
});

/** Writes numbers as long as it goes on, by statements and by transactions of two; returns those that were acknowledged. */
async function write(database: Database, writer: number, going: () => boolean): Promise<number[]> {
  const acknowledged: number[] = [];
  const insert = "insert into outlived values ($1, 'x') on conflict do nothing";
  for (let i = writer * 1_000_000; going(); i += 3) {
    await database.query(insert, [i]);
    await database.transaction(async (sql) => {
      await sql.query(insert, [i + 1]);
      await sql.query(insert, [i + 2]);
    });
    acknowledged.push(i, i + 1, i + 2);
    await sleep(5);
  }
  return acknowledged;
}
