import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as native from "fs-native-extensions";
import { afterEach, describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";

/*
 * Between the moment at which a lock file is opened and the one at which it is locked, its last holder may let go of the folder and take
 * the file along. A lock of a file without a name keeps nobody out.
 */
const program = fileURLToPath(new URL("../../../../test/support/folder-holder.mjs", import.meta.url));

/** Another process that asks for a folder: what it says (`held`, or that it was refused), and its number. It ends with the test. */
async function another(folder: string, ...use: string[]) {
  const args = ["--conditions=minimand-source", program, folder, ...use];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const kill = (): Promise<void> => {
    child.kill("SIGKILL");
    return closed;
  };
  afterwards.push(kill);
  const said = await new Promise<string>((resolve) => {
    child.stdout.once("data", (text) => resolve(String(text).trim()));
  });
  return { said, pid: child.pid!, kill };
}
const anotherSays = async (folder: string, ...use: string[]) => (await another(folder, ...use)).said;

const afterwards: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(afterwards.splice(0).map((end) => end()));
  vi.doUnmock("fs-native-extensions");
});

/** `lockFolder` with a system that takes the lock file away just before one of the calls that lock it. */
async function lockFolderWithout(path: string, isMoment: (shared: boolean) => boolean) {
  let taken = 0;
  vi.doMock("fs-native-extensions", () => ({
    ...native,
    tryLock: (fd: number, offset: number, length: number, options?: { shared: boolean }) => {
      if (isMoment(options?.shared === true) && taken++ === 0) rmSync(path);
      return native.tryLock(fd, offset, length, options);
    },
  }));
  vi.resetModules();
  const { lockFolder } = await import("./folder-lock.ts");
  return { lockFolder, times: () => taken };
}

describe("a lock file that has lost its name", () => {
  it("is no lock of the folder: another one is made, and others are refused", async () => {
    const folder = temporaryFolder();
    const path = join(folder, ".minimand-lock");
    const { lockFolder, times } = await lockFolderWithout(path, () => true);
    const lock = await lockFolder(folder);
    expect(times()).toBeGreaterThan(1);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: process.pid });
    expect(await anotherSays(folder)).toContain(`got one that process ${process.pid} uses`);
    lock.release();
  });

  it("is none that can be shared, either", async () => {
    const folder = temporaryFolder();
    const path = join(folder, ".minimand-lock");
    expect(await anotherSays(folder, "this")).toBe("held");
    const { lockFolder, times } = await lockFolderWithout(path, (shared) => shared);
    const lock = await lockFolder(folder, { use: "this" });
    expect(times()).toBe(1);
    expect(await anotherSays(folder, "that")).toContain(`got one that process ${process.pid} uses`);
    lock.release();
  });
});

describe("a folder that several processes share", () => {
  it("is refused in the name of one that runs, whoever came first", async () => {
    const folder = temporaryFolder();
    const first = await another(folder, "this");
    const second = await another(folder, "this");
    expect([first.said, second.said]).toEqual(["held", "held"]);
    await first.kill();
    expect(await anotherSays(folder, "that")).toContain(`process ${second.pid} uses with other settings`);
  });

  it("is not shared with one of whose use nothing is known", async () => {
    const folder = temporaryFolder();
    expect(await anotherSays(folder, "this")).toBe("held");
    writeFileSync(join(folder, ".minimand-lock"), "\0");
    expect(await anotherSays(folder, "this")).toContain("got one that another process uses");
  });
});
