import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { hasPostgres, noPostgres, startPostgres, type TestPostgres } from "./postgres.ts";

async function ask(config: pg.ClientConfig, text: string): Promise<unknown[]> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const isGone = (pid: number): boolean => !existsSync(`/proc/${pid}`);
const pidOf = ({ dataFolder }: TestPostgres): number =>
  Number(readFileSync(`${dataFolder}/postmaster.pid`, "utf8").split("\n")[0]);

describe.skipIf(!hasPostgres())(`a PostgreSQL for tests${noPostgres}`, () => {
  it("lets an ordinary role in by its password alone, as owner of its databases", async () => {
    await using server = await startPostgres();
    const asks = "select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user";
    expect(await ask({ connectionString: server.url }, asks)).toEqual([
      { rolsuper: false, rolcreatedb: false, rolcreaterole: false },
    ]);
    await expect(
      ask({ connectionString: server.url.replace(server.password, "no") }, "select 1"),
    ).rejects.toThrow("password authentication failed");
    const other = await server.createDatabase();
    await ask({ connectionString: other.url }, "create schema mine create table t (x int)");
    expect(await server.query("select * from mine.t", [], other.name)).toEqual([]);
    await expect(server.query("select * from mine.t")).rejects.toThrow("does not exist");
    if (process.getuid?.() === 0) expect(statSync(`/proc/${pidOf(server)}`).uid).not.toBe(0);
  });

  it("keeps what was committed when it is stopped or killed, and comes back on its port", async () => {
    await using server = await startPostgres();
    await server.query("create table t (x int)");
    const ends = [() => server.stop(), () => server.stop("immediate"), () => server.crash()];
    for (const [i, end] of ends.entries()) {
      await server.query("insert into t values ($1)", [i]);
      await end();
      await expect(ask({ connectionString: server.url }, "select 1")).rejects.toThrow("ECONNREFUSED");
      await server.start();
    }
    expect(await server.query("select x from t order by x")).toEqual([{ x: 0 }, { x: 1 }, { x: 2 }]);
    expect(server.log()).toContain("database system was not properly shut down");
  });

  it("takes encrypted connections alone where it is asked to", async () => {
    await using server = await startPostgres({ tls: true });
    const ca = readFileSync(server.certificate, "utf8");
    const asks = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    expect(await ask({ connectionString: server.url, ssl: { ca } }, asks)).toEqual([{ ssl: true }]);
    await expect(ask({ connectionString: server.url }, asks)).rejects.toThrow("no encryption");
    await expect(ask({ connectionString: server.url, ssl: true }, asks)).rejects.toThrow("self-signed");
  });

  it("leaves nothing behind, even if the process that started it is killed or killed it", async () => {
    const program = `
      import { startPostgres } from ${JSON.stringify(new URL("./postgres.ts", import.meta.url))};
      const server = await startPostgres();
      if (process.argv[1] === "crash") await server.crash();
      console.log(server.dataFolder);
      setInterval(() => {}, 1000);`;
    for (const crash of ["", "crash"]) {
      const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program, "--", crash], {
        cwd: fileURLToPath(new URL("../..", import.meta.url)),
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [line] = await once(child.stdout, "data");
      const dataFolder = String(line).trim();
      const pid = pidOf({ dataFolder } as TestPostgres);
      expect(isGone(pid)).toBe(crash === "crash");
      child.kill("SIGKILL");
      await expect.poll(() => existsSync(dirname(dataFolder)), { timeout: 60_000 }).toBe(false);
      await expect.poll(() => isGone(pid), { timeout: 60_000 }).toBe(true);
    }
  });
});
