import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { cachedBlob, checkCache, sweepCache, usualCache } from "./blob-cache.ts";
import type { Database } from "./database.ts";

/** A database that has one file, and counts how often its content is asked for. */
function databaseWith(content: Uint8Array): { database: Database; sha256: string; fetched: () => number } {
  const query = vi.fn(async (text: string) => {
    if (text.includes("blob_chunks")) return [{ content }];
    return [{ bytes: content.length }];
  });
  return {
    database: { name: "a database", query } as unknown as Database,
    sha256: createHash("sha256").update(content).digest("hex"),
    fetched: () => query.mock.calls.filter(([text]) => text.includes("blob_chunks")).length,
  };
}

describe("checkCache", () => {
  it("makes the folder, and refuses in one line where that can't be", async () => {
    const folder = join(temporaryFolder(), "a", "b");
    await checkCache(folder);
    expect(existsSync(folder)).toBe(true);
    const file = join(folder, "file");
    writeFileSync(file, "");
    await expect(checkCache(file)).rejects.toThrow(
      `--cache: expected a folder that can be written, got ${file} (EEXIST)`,
    );
  });
});

describe("cachedBlob", () => {
  it("fetches a file once, and again where it was damaged", async () => {
    const folder = join(temporaryFolder(), "a", "b");
    const { database, sha256, fetched } = databaseWith(new TextEncoder().encode("size,y\n1,2\n"));
    const path = await cachedBlob(database, sha256, folder);
    expect(readFileSync(path, "utf8")).toBe("size,y\n1,2\n");
    await cachedBlob(database, sha256, folder);
    expect(fetched()).toBe(1);
    writeFileSync(path, "size,y\n1,3\n");
    expect(readFileSync(await cachedBlob(database, sha256, folder), "utf8")).toBe("size,y\n1,2\n");
    expect(fetched()).toBe(2);
    expect(readdirSync(folder)).toEqual([sha256]);
  });

  it.skipIf(process.platform === "win32")(
    "waits for no pipe, and touches nothing that a link leads to",
    async () => {
      const folder = temporaryFolder();
      const { database, sha256 } = databaseWith(new Uint8Array([1, 2]));
      const path = join(folder, sha256);
      execFileSync("mkfifo", [path]);
      expect(await cachedBlob(database, sha256, folder)).toBe(path);
      expect([...readFileSync(path)]).toEqual([1, 2]);
      rmSync(path);
      const theirs = join(temporaryFolder(), "theirs");
      writeFileSync(theirs, new Uint8Array([1, 2]));
      utimesSync(theirs, 1, 1);
      symlinkSync(theirs, path);
      await cachedBlob(database, sha256, folder);
      expect(statSync(theirs).mtimeMs).toBe(1000);
      expect(lstatSync(path).isFile()).toBe(true);
      // One that leads to nothing, and one that leads to itself.
      for (const target of ["nowhere", sha256]) {
        rmSync(path);
        symlinkSync(target, path);
        expect(await cachedBlob(database, sha256, folder)).toBe(path);
      }
      expect(readdirSync(folder)).toEqual([sha256]);
    },
  );

  it("leaves a folder that has the name of a file, and goes on with a copy that the sweep removes", async () => {
    const folder = temporaryFolder();
    const { database, sha256, fetched } = databaseWith(new Uint8Array([1, 2]));
    const theirs = join(folder, sha256);
    mkdirSync(theirs);
    writeFileSync(join(theirs, "notes.txt"), "x");
    const copies = [await cachedBlob(database, sha256, folder), await cachedBlob(database, sha256, folder)];
    for (const copy of copies) {
      expect([...readFileSync(copy)]).toEqual([1, 2]);
      utimesSync(copy, 1, 1);
    }
    expect(fetched()).toBe(2);
    await sweepCache(folder);
    expect(readdirSync(folder)).toEqual([sha256]);
    expect(readdirSync(theirs)).toEqual(["notes.txt"]);
  });

  it("names the path where nothing can be written, and leaves nothing", async () => {
    const folder = temporaryFolder();
    const { database, sha256 } = databaseWith(new Uint8Array([1]));
    const file = join(folder, "file");
    writeFileSync(file, "");
    await expect(cachedBlob(database, sha256, join(file, "cache"))).rejects.toMatchObject({
      path: expect.stringContaining(file),
    });
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  it("is where the system keeps caches", () => {
    expect(usualCache({ XDG_CACHE_HOME: "/elsewhere" })).toBe("/elsewhere/minimand/blobs");
    expect(usualCache({})).toMatch(/\.cache\/minimand\/blobs$/);
  });
});

it.skipIf(process.platform === "win32")("keeps files where their owner alone can read them", async () => {
  const folder = join(temporaryFolder(), "cache");
  const { database, sha256 } = databaseWith(new Uint8Array([1]));
  const path = await cachedBlob(database, sha256, folder);
  expect([folder, path].map((at) => (statSync(at).mode & 0o777).toString(8))).toEqual(["700", "600"]);
});

describe("sweepCache", () => {
  it("removes what nobody has used for 30 days, and what was never finished", async () => {
    const folder = temporaryFolder();
    const { database, sha256 } = databaseWith(new Uint8Array([1, 2, 3]));
    const used = await cachedBlob(database, sha256, folder);
    const put = (name: string, days: number): string => {
      const path = join(folder, name);
      writeFileSync(path, "x");
      const then = Date.now() / 1000 - days * 24 * 3600;
      utimesSync(path, then, then);
      return path;
    };
    const hash = (digit: string): string => digit.repeat(64);
    const [old, young] = [put(hash("a"), 31), put(hash("b"), 29)];
    const left = put(`${hash("c")}.12345678.minimand-partial`, 1);
    const unfinished = put(`${hash("c")}.12345679.minimand-partial`, 0);
    const foreign = ["notes.txt", "a.partial", hash("A"), `${hash("d")}.txt`, hash("e").slice(1)];
    const theirs = foreign.map((name) => put(name, 400));
    mkdirSync(join(folder, hash("f")));
    utimesSync(join(folder, hash("f")), 0, 0);
    // Long ago, but it has been used since.
    utimesSync(used, 0, 0);
    await cachedBlob(database, sha256, folder);
    await sweepCache(folder);
    expect([used, young, unfinished].map(existsSync)).toEqual([true, true, true]);
    expect([old, left].map(existsSync)).toEqual([false, false]);
    expect([...theirs, join(folder, hash("f"))].filter((path) => !existsSync(path))).toEqual([]);
    await sweepCache(join(folder, "nowhere"));
  });
});
