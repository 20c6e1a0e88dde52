import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Contents } from "@minimand/compare/keep";
import { describe, expect, it } from "vitest";
import { everythingIn, temporaryFolder } from "../../../../test/support/cli.ts";
import { finishReplacement, isThere, readCurrent, replaceTogether } from "./replace-together.ts";

const support = (name: string): string =>
  fileURLToPath(new URL(`../../../../test/support/${name}`, import.meta.url));

/** In a process of its own, which is killed at the nth step; false where it had no nth step. */
async function isKilledAt(nth: number, folder: string, contents: Contents): Promise<boolean> {
  const child = spawn(
    process.execPath,
    ["--conditions=minimand-source", support("replace-files.mjs"), folder, JSON.stringify(contents)],
    {
      env: {
        ...process.env,
        NODE_OPTIONS: `--import=${support("killed-at.mjs")}`,
        KILL_IN: folder,
        KILL_NTH: String(nth),
      },
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  const [code, signal] = await new Promise<unknown[]>((resolve) =>
    child.once("close", (...ended) => resolve(ended)),
  );
  expect([0, null]).toContain(code);
  return signal === "SIGKILL";
}

const old = { "a.txt": "old a", "model/one.bin": "old one", "model/two.bin": "old two" };
const now = { "a.txt": "new a", "model/one.bin": null, "model/two.bin": "new two", "model/x/y.bin": "new y" };
const paths = Object.keys({ ...old, ...now });

function folderWith(contents: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(contents)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** What a reader finds, and what lies there. */
async function read(folder: string): Promise<Record<string, string | null>> {
  const entries = paths.map(async (path) => {
    const at = join(folder, path);
    return [path, isThere(at) ? (await readCurrent(at)).toString() : null] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
const seen = (folder: string): Record<string, string | null> =>
  Object.fromEntries(
    paths.map((path) => [
      path,
      existsSync(join(folder, path)) ? readFileSync(join(folder, path), "utf8") : null,
    ]),
  );
const allOld = { ...Object.fromEntries(paths.map((path) => [path, null])), ...old };
const allNow = { ...Object.fromEntries(paths.map((path) => [path, null])), ...now };

describe("replaceTogether", () => {
  it("puts all files into their places, takes away those that are to go, and leaves nothing else", async () => {
    const folder = folderWith({ ...old, "model/theirs": "x" });
    await replaceTogether(folder, now);
    expect(seen(folder)).toEqual(allNow);
    expect(everythingIn(folder)).toEqual([
      "a.txt",
      "model",
      "model/theirs",
      "model/two.bin",
      "model/x",
      "model/x/y.bin",
    ]);
  });

  it("killed at any step leaves all that was there or all that is new, and the next one ends as ever", async () => {
    const before = folderWith(old);
    const found = { old: 0, now: 0, between: 0 };
    for (let nth = 1; ; nth++) {
      const folder = temporaryFolder();
      cpSync(before, folder, { recursive: true });
      if (!(await isKilledAt(nth, folder, now))) break;
      const [told, lies] = [await read(folder), seen(folder)];
      const isOld = told["a.txt"] === old["a.txt"];
      expect({ nth, told }).toEqual({ nth, told: isOld ? allOld : allNow });
      // Where the files that lie there are some of both, a folder beside them tells so.
      if (!existsSync(join(folder, ".minimand-new"))) expect({ nth, lies }).toEqual({ nth, lies: told });
      else found.between++;
      found[isOld ? "old" : "now"]++;
      await finishReplacement(folder);
      expect(seen(folder)).toEqual(told);
      await replaceTogether(folder, now);
      expect(seen(folder)).toEqual(allNow);
      expect(readdirSync(folder).filter((name) => /new$|lock/.test(name))).toEqual([]);
    }
    for (const count of Object.values(found)) expect(count).toBeGreaterThan(3);
  });

  it("keeps what is there where a folder has the place of a file, or a file that of a folder", async () => {
    const folder = folderWith(old);
    mkdirSync(join(folder, "report.html"));
    await expect(replaceTogether(folder, { ...now, "report.html": "text" })).rejects.toMatchObject({
      code: "EISDIR",
      path: join(folder, "report.html"),
    });
    await expect(replaceTogether(folder, { ...now, "a.txt/b": "text" })).rejects.toMatchObject({
      code: expect.stringMatching(/EEXIST|ENOTDIR/),
    });
    expect(seen(folder)).toEqual(allOld);
    rmSync(join(folder, "report.html"), { recursive: true });
    // A folder for a file that came to nothing may stay.
    expect(everythingIn(folder).filter((path) => path !== "model/x")).toEqual([
      "a.txt",
      "model",
      "model/one.bin",
      "model/two.bin",
    ]);
  });

  it("gives the folder to one of several that come at once, whole", async () => {
    const folder = temporaryFolder();
    const all = Array.from({ length: 10 }, (_, i) => ({
      "a.txt": `a ${i}`,
      "m/b.txt": `b ${i}`,
      "m/c.txt": `c ${i}`,
    }));
    await Promise.all(all.map((contents) => replaceTogether(folder, contents)));
    const [number] = /\d/.exec(readFileSync(join(folder, "a.txt"), "utf8")) ?? [];
    for (const [path, text] of Object.entries(all[Number(number)]))
      expect(readFileSync(join(folder, path), "utf8")).toBe(text);
    expect(everythingIn(folder)).toEqual(["a.txt", "m", "m/b.txt", "m/c.txt"]);
  });

  it("follows no plan that leads out of the folder, and takes one that is none for nothing", async () => {
    for (const plan of [
      '{"gone":["../outside.txt"],"come":[]}',
      '{"gone":[],"come":["../outside.txt"]}',
      '{"gone":[1],"come":[]}',
      "{",
      "null",
    ]) {
      const folder = folderWith({
        "outside.txt": "stays",
        "inside/.minimand-new/plan.json": plan,
        "inside/.minimand-new/files/b": "",
        "inside/a.txt": "a",
      });
      expect((await readCurrent(join(folder, "inside/a.txt"))).toString()).toBe("a");
      await finishReplacement(join(folder, "inside"));
      expect(everythingIn(folder)).toEqual(["inside", "inside/a.txt", "outside.txt"]);
      expect(readFileSync(join(folder, "outside.txt"), "utf8")).toBe("stays");
    }
  });
});
