import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lockFolder } from "@minimand/cli/folder-lock";
import { afterEach, describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";

const program = fileURLToPath(new URL("../../../../test/support/folder-holder.mjs", import.meta.url));
const lockOf = (folder: string): string => join(folder, ".minimand-lock");
const refused = (folder: string, who: string | number): string =>
  `RangeError: ${folder}: expected a folder that no other process uses, got one that ${who} uses`;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** A process that takes a folder and keeps it. */
async function holder(
  folder: string,
  use?: string,
): Promise<{ pid: number; said: string; end(signal?: "SIGKILL"): Promise<void> }> {
  const args = ["--conditions=minimand-source", program, folder, ...(use === undefined ? [] : [use])];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const said = await new Promise<string>((resolve) => {
    child.stdout.once("data", (text) => resolve(String(text).trim()));
  });
  const end = (signal?: "SIGKILL"): Promise<void> => {
    if (signal === undefined) child.stdin.end();
    else child.kill(signal);
    return closed;
  };
  return { pid: child.pid!, said, end };
}

describe("lockFolder", () => {
  it("gives a folder to one process at a time, and names it to others", async () => {
    const folder = temporaryFolder();
    const first = await holder(folder);
    expect(first.said).toBe("held");
    expect((await holder(folder)).said).toBe(refused(folder, `process ${first.pid}`));
    expect((await holder(folder, "a use")).said).toBe(refused(folder, `process ${first.pid}`));
    await expect(lockFolder(folder)).rejects.toThrow(RangeError);
    await first.end();
    expect(readdirSync(folder)).toEqual([]);
    expect((await holder(folder)).said).toBe("held");
  });

  it("gives it to one of many that come at once", async () => {
    const folder = temporaryFolder();
    const all = await Promise.all(Array.from({ length: 8 }, (_, i) => holder(folder, `use ${i}`)));
    const [winner, ...more] = all.filter(({ said }) => said === "held");
    expect(more).toEqual([]);
    for (const { said } of all)
      expect(["held", `${refused(folder, `process ${winner.pid}`)} with other settings`]).toContain(said);
  });

  it("lets those of one use share it, and others in when the last of them has gone", async () => {
    const folder = temporaryFolder();
    const same = await Promise.all(Array.from({ length: 4 }, () => holder(folder, "this")));
    expect(same.map(({ said }) => said)).toEqual(Array(4).fill("held"));
    await same[0].end();
    await same[1].end("SIGKILL");
    const { said } = await holder(folder, "that");
    const alive = same.slice(2).map(({ pid }) => `${refused(folder, `process ${pid}`)} with other settings`);
    expect(alive).toContain(said);
    expect((await holder(folder)).said).toMatch(/process \d+ uses$/);
    const another = await holder(folder, "this");
    expect(another.said).toBe("held");
    await Promise.all([another, ...same].map(({ end }) => end("SIGKILL")));
    expect((await holder(folder, "that")).said).toBe("held");
  });

  it("is gone with a process that was killed, whoever has its number now", async () => {
    const folder = temporaryFolder();
    const first = await holder(folder);
    await first.end("SIGKILL");
    expect(JSON.parse(readFileSync(lockOf(folder), "utf8"))).toMatchObject({ pid: first.pid });
    // A process of this number runs, the one of this test, and holds nothing.
    for (const text of [
      `{"pid":${process.pid},"host":${JSON.stringify(hostname())},"use":null}\n`,
      '{"pid":1,"host":"elsewhere","use":"this"}\n',
      '{"pid":1,"ho',
      "\0\xff\n",
    ]) {
      writeFileSync(lockOf(folder), text);
      const next = await holder(folder, "that");
      expect(next.said).toBe("held");
      await next.end();
    }
    expect(existsSync(lockOf(folder))).toBe(false);
  });

  it("names the machine of a process that runs on another one", async () => {
    const folder = temporaryFolder();
    await holder(folder);
    writeFileSync(lockOf(folder), '{"pid":7,"host":"elsewhere","use":null}\n');
    expect((await holder(folder)).said).toBe(refused(folder, "process 7 on elsewhere"));
  });

  it("is shared also where one of those that hold it could not say who it is", async () => {
    const folder = temporaryFolder();
    const first = await holder(folder, "this");
    appendFileSync(lockOf(folder), '{"pid":');
    expect((await holder(folder, "this")).said).toBe("held");
    expect((await holder(folder, "that")).said).toContain(`process ${first.pid} uses`);
  });

  it("waits as long as it is told to for one that lets go", async () => {
    const folder = temporaryFolder();
    const first = await holder(folder);
    const waiting = lockFolder(folder, { patience: 60_000 });
    await expect(lockFolder(folder)).rejects.toThrow(`process ${first.pid} uses`);
    await first.end();
    (await waiting).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("may be let go of twice, and refuses a folder that isn't there", async () => {
    const folder = temporaryFolder();
    const lock = await lockFolder(folder);
    lock.release();
    const again = await lockFolder(folder);
    lock.release();
    await expect(lockFolder(folder)).rejects.toThrow(`process ${process.pid} uses`);
    again.release();
    const absent = join(folder, "absent");
    await expect(lockFolder(absent)).rejects.toMatchObject({ code: "ENOENT", path: lockOf(absent) });
  });

  it.skipIf(process.platform === "win32")("writes no file but its own", async () => {
    const folder = temporaryFolder();
    const theirs = join(folder, "theirs");
    writeFileSync(theirs, "stays");
    const plants: Record<string, () => void> = {
      "a link to a file": () => symlinkSync(theirs, lockOf(folder)),
      "a link to what isn't there": () => symlinkSync(join(folder, "new"), lockOf(folder)),
      "another name of a file": () => linkSync(theirs, lockOf(folder)),
      "a pipe": () => execFileSync("mkfifo", [lockOf(folder)]),
      "a large file": () => writeFileSync(lockOf(folder), "x".repeat(100_000)),
    };
    for (const [what, plant] of Object.entries(plants)) {
      plant();
      const before = lstatSync(lockOf(folder)).size;
      await expect(lockFolder(folder), what).rejects.toThrow(
        new RangeError(`${lockOf(folder)}: expected a lock file of minimand, got something else: remove it`),
      );
      expect(lstatSync(lockOf(folder)).size, what).toBe(before);
      expect(readdirSync(folder), what).toEqual([".minimand-lock", "theirs"]);
      expect(readFileSync(theirs, "utf8"), what).toBe("stays");
      rmSync(lockOf(folder));
    }
  });

  it.skipIf(process.platform === "win32")("writes to no link that comes after it has looked", async () => {
    const folder = temporaryFolder();
    const theirs = join(folder, "theirs");
    writeFileSync(theirs, "stays");
    const fs = await vi.importActual<typeof import("node:fs")>("node:fs");
    vi.doMock("node:fs", () => ({
      ...fs,
      lstatSync: (path: string, options: object) => {
        const stats = fs.lstatSync(path, options);
        rmSync(path);
        symlinkSync(theirs, path);
        return stats;
      },
    }));
    vi.resetModules();
    const { lockFolder: mocked } = await import("./folder-lock.ts");
    (await mocked(folder)).release();
    expect(readFileSync(theirs, "utf8")).toBe("stays");
    // What is left there by the exchange.
    rmSync(lockOf(folder), { force: true });
    const first = await lockFolder(folder, { use: "a" });
    (await mocked(folder, { use: "a" })).release();
    expect(readFileSync(theirs, "utf8")).toBe("stays");
    first.release();
    vi.doUnmock("node:fs");
  });

  it("takes no lock that has lost its name after it was taken", async () => {
    const folder = temporaryFolder();
    const native = await vi.importActual<typeof import("fs-native-extensions")>("fs-native-extensions");
    let taken = 0;
    vi.doMock("fs-native-extensions", () => ({
      ...native,
      tryLock: (...args: Parameters<typeof native.tryLock>) => {
        const held = native.tryLock(...args);
        // Who held it before has removed it between our opening and our locking.
        if (held && ++taken === 1) rmSync(lockOf(folder));
        return held;
      },
    }));
    vi.resetModules();
    const { lockFolder: mocked } = await import("./folder-lock.ts");
    const lock = await mocked(folder);
    expect(taken).toBe(2);
    expect(JSON.parse(readFileSync(lockOf(folder), "utf8"))).toMatchObject({ pid: process.pid });
    lock.release();
    vi.doUnmock("fs-native-extensions");
  });

  it("does without where the system has no locks, and says so", async () => {
    const folder = temporaryFolder();
    vi.doMock("fs-native-extensions", () => ({
      tryLock: () => {
        throw Object.assign(new Error("no locks available"), { code: "ENOLCK" });
      },
    }));
    vi.resetModules();
    const { lockFolder: unable } = await import("./folder-lock.ts");
    const told = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    (await unable(folder)).release();
    expect(told.mock.calls.map(([text]) => text)).toEqual([
      `${folder}: can't be locked here (no locks available): take care that no other process uses it\n`,
    ]);
    expect(readdirSync(folder)).toEqual([]);
    vi.restoreAllMocks();
    vi.doUnmock("fs-native-extensions");
  });
});
