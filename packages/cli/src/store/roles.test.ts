import { beforeAll, describe, expect, it } from "vitest";
import { minimand } from "../../../../test/support/cli.ts";
import { hasPostgres, noPostgres, sharedPostgres } from "../../../../test/support/shared-postgres.ts";

const server = sharedPostgres();
beforeAll(async () => {
  if (!hasPostgres()) return;
  for (const role of ["maker", "member", "reader"])
    await server.query(`create role ${role} login password 'x'`);
}, 60_000);

describe.runIf(hasPostgres())(`the role that opens a store${noPostgres}`, () => {
  const list = (role: string, database: string) =>
    minimand(
      ["runs", "list", "--json", "--store", `postgres://${role}@127.0.0.1:${server.port}/${database}`],
      {
        env: { PGPASSWORD: "x" },
      },
    );
  const lines = (text: string): number => text.split("\n").length - 1;

  it("needs no more than the right to make schemas, or schemas that are made for it", async () => {
    await server.query("create database empty", [], "postgres");
    const refused = await list("maker", "empty");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toMatch(/the role needs: grant create on database empty to maker\n$/);
    await server.query("grant create on database empty to maker", [], "postgres");
    expect(await list("maker", "empty")).toMatchObject({ code: 0 });

    await server.query("create database prepared", [], "postgres");
    for (const schema of ["minimand", "minimand_queue"])
      await server.query(`create schema ${schema} authorization maker`, [], "prepared");
    expect(await list("maker", "prepared")).toMatchObject({ code: 0 });
  }, 60_000);

  it("may be one of several that share what another made; who may only read lists runs", async () => {
    await server.query("create database shared", [], "postgres");
    await server.query("grant create on database shared to maker", [], "postgres");
    expect(await list("maker", "shared")).toMatchObject({ code: 0 });
    for (const role of ["member", "reader"]) {
      const { code, stdout, stderr } = await list(role, "shared");
      expect({ code, stdout, lines: lines(stderr) }, stderr).toEqual({ code: 2, stdout: "", lines: 1 });
    }
    await server.query("grant maker to member", [], "postgres");
    expect(await list("member", "shared")).toMatchObject({ code: 0 });

    for (const schema of ["minimand", "minimand_queue"]) {
      await server.query(`grant usage on schema ${schema} to reader`, [], "shared");
      await server.query(`grant select on all tables in schema ${schema} to reader`, [], "shared");
    }
    // Who may read lists runs, and does nothing else.
    expect(await list("reader", "shared")).toMatchObject({ code: 0 });
    const address = `postgres://reader@127.0.0.1:${server.port}/shared`;
    const worker = await minimand(["worker", "--engine", "wasm", "--store", address], {
      env: { PGPASSWORD: "x" },
    });
    expect(worker.code).toBe(2);
    expect(worker.stderr).toMatch(
      /^minimand: \S+\/shared: expected a role that may write, got: permission denied for [^\n]*\n$/m,
    );
  }, 60_000);

  it("is told in a line that the tables are of a newer version", async () => {
    const { name } = await server.createDatabase();
    const as = (role: string) =>
      minimand(["runs", "list", "--store", `postgres://${role}@127.0.0.1:${server.port}/${name}`], {
        env: server.env,
      });
    expect(await as("minimand")).toMatchObject({ code: 0 });
    await server.query("insert into minimand.schema_version values (1000, '9.1.0')", [], name);
    const { code, stdout, stderr } = await as("minimand");
    expect({ code, stdout, lines: lines(stderr) }).toEqual({ code: 2, stdout: "", lines: 1 });
    expect(stderr).toMatch(
      /expected tables of minimand \S+ or older, got those of 9.1.0 .*: use minimand 9.1.0 or newer/,
    );
  }, 60_000);
});
