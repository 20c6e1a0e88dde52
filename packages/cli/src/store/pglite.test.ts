import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { exitCodeOf } from "../failure.ts";
import { openPglite } from "./pglite.ts";

const program = fileURLToPath(new URL("pglite-writer.fixture.ts", import.meta.url));
const kills = process.env.MINIMAND_LONG ? 20 : 3;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** A process that writes into the database of a folder. */
function writer(folder: string): {
  pid: number;
  lines: string[];
  begun: Promise<void>;
  kill(): Promise<void>;
} {
  const args = ["--conditions=minimand-source", program, folder];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  const begun = new Promise<void>((resolve) => {
    reader.on("line", (line) => {
      lines.push(line);
      if (lines.length === 2) resolve();
    });
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const kill = (): Promise<void> => {
    child.kill("SIGKILL");
    return ended;
  };
  return { pid: child.pid!, lines, begun, kill };
}

describe("openPglite", () => {
  // One folder for all: to make a database takes seconds.
  const folder = join(temporaryFolder(), "store");
  const address = { kind: "pglite", folder } as const;

  it(`loses nothing that was acknowledged when it is killed, ${kills} times over, and once while it is made`, async () => {
    const making = writer(folder);
    await sleep(500 + 1000 * Math.random());
    await making.kill();
    const acknowledged: number[] = making.lines.slice(1).map(Number);
    for (let i = 0; i <= kills; i++) {
      const { lines, begun, kill } = writer(folder);
      await begun;
      const found: number[] = JSON.parse(lines[0]);
      expect(found).toEqual(expect.arrayContaining(acknowledged));
      // A row more may be there whose acknowledgement was lost, or two of a transaction, never one of two.
      const more = found.filter((id) => id > (acknowledged.at(-1) ?? 0));
      expect(more.length).toBeLessThanOrEqual(2);
      await sleep(300 * Math.random());
      await kill();
      acknowledged.splice(0, Number.POSITIVE_INFINITY, ...found, ...lines.slice(1).map(Number));
    }
    expect(acknowledged.length).toBeGreaterThan(4 * kills);
  });

  it.skipIf(process.platform === "win32")(
    "lets nobody but its owner read or write its files, those of earlier versions neither",
    async () => {
      const database = join(folder, "database");
      const modes = (): Set<string> =>
        new Set(
          ["", ...fs.readdirSync(database, { recursive: true, encoding: "utf8" })].map((name) => {
            const stats = fs.lstatSync(join(database, name));
            return `${stats.isDirectory() ? "folder" : "file"} ${(stats.mode & 0o777).toString(8)}`;
          }),
        );
      const own = new Set(["folder 700", "file 600"]);
      expect(modes()).toEqual(own);
      fs.chmodSync(join(database, "PG_VERSION"), 0o666);
      fs.chmodSync(database, 0o755);
      const opened = await openPglite(address);
      await opened.query("create table mine (text text)");
      await opened.close();
      expect(modes()).toEqual(own);
    },
  );

  it("refuses a folder that another process has, by its number, and takes it when that has ended", async () => {
    const other = writer(folder);
    await other.begun;
    const refused = [1, 2].map(() => openPglite(address).catch((error: Error) => error));
    for (const error of await Promise.all(refused)) {
      expect((error as Error).message).toBe(
        `${folder}: expected a folder that no other process uses, got one that process ${other.pid} uses`,
      );
      expect(exitCodeOf(error)).toBe(2);
    }
    await other.kill();
    const database = await openPglite(address);
    await expect(openPglite(address)).rejects.toThrow(`process ${process.pid} uses`);
    expect(await database.session()).toBeNull();
    await database.close();
    expect(fs.readdirSync(folder)).toEqual(["database"]);
  });

  it("forces what it acknowledges to the disk", async () => {
    const database = await openPglite(address);
    await database.query("create table forced (i int)");
    const sync = vi.spyOn(fs, "fdatasyncSync");
    for (let i = 0; i < 5; i++) {
      const before = sync.mock.calls.length;
      await database.query("insert into forced values ($1)", [i]);
      expect(sync.mock.calls.length).toBeGreaterThan(before);
    }
    sync.mockRestore();
    await database.close();
  });

  it("rolls back nothing of ours where a statement of the queue fails", async () => {
    const database = await openPglite(address);
    await database.query("create table ours (i int primary key)");
    const failing = "begin; insert into ours values (-1); select 1 / 0; commit";
    const work: Promise<unknown>[] = [];
    for (let i = 0; i < 30; i += 3) {
      const queue = database.boss.db.executeSql(failing);
      work.push(expect(queue).rejects.toThrow("division by zero"));
      work.push(database.query("insert into ours values ($1)", [i]));
      work.push(
        database.transaction(async (sql) => {
          for (const each of [i + 1, i + 2]) {
            await sql.query("insert into ours values ($1)", [each]);
            await sleep(1);
          }
        }),
      );
    }
    await Promise.all(work);
    const rows = await database.query<{ i: number }>("select i from ours order by i");
    expect(rows.map(({ i }) => i)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    const half = database.transaction(async (sql) => {
      await sql.query("insert into ours values (100)");
      throw new Error("halfway");
    });
    await expect(half).rejects.toThrow("halfway");
    expect(await database.query("select i from ours where i = 100")).toEqual([]);
    await database.close();
  });

  it("says in one line that a damaged database can't be opened, and lets go of the folder", async () => {
    const control = join(folder, "database", "global", "pg_control");
    const content = fs.readFileSync(control);
    fs.writeFileSync(
      control,
      content.map((byte) => byte ^ 255),
    );
    for (let i = 0; i < 2; i++) {
      const error = await openPglite(address).catch((error: Error) => error);
      expect((error as Error).message).toMatch(
        /database: expected a database that can be opened, got one that is damaged or of another version \(.+\)$/,
      );
      expect(exitCodeOf(error)).toBe(2);
    }
    fs.writeFileSync(control, content);
    await (await openPglite(address)).close();
  });
});
