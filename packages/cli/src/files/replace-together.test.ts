import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Contents } from "@minimand/compare/artifacts";
import { describe, expect, it } from "vitest";
import { everythingIn, temporaryFolder } from "../../../../test/support/cli.ts";
import { exitCodeOf, failureLine } from "../failure.ts";
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

/** By which a folder is known as that of a run. */
const resultsNamed = (text: string): string => JSON.stringify({ versions: { minimand: text } });

const old = { "results.json": resultsNamed("old"), "model/one.onnx": "old one", "model/two.onnx": "old two" };
const now = {
  "results.json": resultsNamed("new"),
  "model/one.onnx": null,
  "model/two.onnx": "new two",
  "model/x/y.json": "new y",
};
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
/** Files below a folder, with what they hold. */
const contentsOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    everythingIn(folder)
      .filter((path) => statSync(join(folder, path)).isFile())
      .map((path) => [path, readFileSync(join(folder, path), "utf8")]),
  );
const allOld = { ...Object.fromEntries(paths.map((path) => [path, null])), ...old };
const allNow = { ...Object.fromEntries(paths.map((path) => [path, null])), ...now };

describe("replaceTogether", () => {
  it("puts all files into their places, takes away those that are to go, and leaves nothing else", async () => {
    const folder = folderWith({ ...old, "model/theirs": "x" });
    await replaceTogether(folder, now);
    expect(seen(folder)).toEqual(allNow);
    expect(everythingIn(folder)).toEqual([
      "model",
      "model/theirs",
      "model/two.onnx",
      "model/x",
      "model/x/y.json",
      "results.json",
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
      const isOld = told["results.json"] === old["results.json"];
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
    await expect(replaceTogether(folder, { ...now, "model/one.onnx/b.json": "text" })).rejects.toMatchObject({
      code: expect.stringMatching(/EEXIST|ENOTDIR/),
    });
    expect(seen(folder)).toEqual(allOld);
    rmSync(join(folder, "report.html"), { recursive: true });
    // A folder for a file that came to nothing may stay.
    expect(everythingIn(folder).filter((path) => path !== "model/x")).toEqual([
      "model",
      "model/one.onnx",
      "model/two.onnx",
      "results.json",
    ]);
  });

  it("gives the folder to one of several that come at once, whole", async () => {
    const folder = temporaryFolder();
    const all = Array.from({ length: 10 }, (_, i) => ({
      "results.json": resultsNamed(String(i)),
      "model/b.json": `b ${i}`,
      "model/c.json": `c ${i}`,
    }));
    await Promise.all(all.map((contents) => replaceTogether(folder, contents)));
    const [number] = /\d/.exec(readFileSync(join(folder, "results.json"), "utf8")) ?? [];
    for (const [path, text] of Object.entries(all[Number(number)]))
      expect(readFileSync(join(folder, path), "utf8")).toBe(text);
    expect(everythingIn(folder)).toEqual(["model", "model/b.json", "model/c.json", "results.json"]);
  });

  it("follows no plan that names what no run writes, and drops one that is damaged", async () => {
    for (const plan of [
      '{"gone":["../outside.json"],"come":[]}',
      '{"gone":[],"come":["../outside.json"]}',
      '{"gone":["src/index.ts"],"come":[]}',
      '{"gone":["package.json",".env"],"come":[]}',
      '{"gone":["model/../../outside.json"],"come":[]}',
      '{"gone":[1],"come":[]}',
      JSON.stringify({ gone: Array(1001).fill("model/a.json"), come: [] }),
      JSON.stringify({ gone: ["model/a.json"], come: Array(1001).fill("model/b.json") }),
      "{",
      "null",
    ]) {
      const folder = folderWith({
        "outside.json": "stays",
        "inside/.minimand-new/plan.json": plan,
        "inside/.minimand-new/files/b.json": "",
        "inside/package.json": "a",
        "inside/.env": "b",
        "inside/src/index.ts": "c",
        "inside/model/a.json": "d",
      });
      const before = everythingIn(folder).filter((path) => !path.includes(".minimand-new"));
      expect((await readCurrent(join(folder, "inside/package.json"))).toString()).toBe("a");
      await finishReplacement(join(folder, "inside"));
      expect(everythingIn(folder)).toEqual(before);
      expect(readFileSync(join(folder, "outside.json"), "utf8")).toBe("stays");
    }
  });

  it.each([
    ["a folder that files come into", "inside/model", { gone: [], come: ["model/a.json"] }],
    ["a folder that files go from", "inside/model", { gone: ["model/theirs.json"], come: [] }],
    [
      "the folder of what is to come",
      "inside/.minimand-new/files/model",
      { gone: [], come: ["model/theirs.json"] },
    ],
    ["the plan's own folder", "inside/.minimand-new", { gone: [], come: ["theirs.json"] }],
  ])("refuses a link in the place of %s", async (_, link, plan) => {
    const planned = {
      "plan.json": JSON.stringify(plan),
      "files/model/a.json": "evil",
      "files/theirs.json": "evil",
    };
    const own = link.endsWith(".minimand-new") ? "far" : "inside/.minimand-new";
    const folder = folderWith({
      "far/theirs.json": "stays",
      ...Object.fromEntries(Object.entries(planned).map(([path, text]) => [`${own}/${path}`, text])),
    });
    const inside = join(folder, "inside");
    mkdirSync(inside, { recursive: true });
    rmSync(join(folder, link), { recursive: true, force: true });
    symlinkSync(join(folder, "far"), join(folder, link));
    const before = contentsOf(join(folder, "far"));
    const refused = new RangeError(
      `${join(folder, link)}: expected a folder, got a symbolic link: name the folder that it leads to, or remove it`,
    );
    await expect(finishReplacement(inside)).rejects.toThrow(refused);
    await expect(replaceTogether(inside, { "model/b.json": "b", "theirs.json": "c" })).rejects.toThrow(
      refused,
    );
    expect(contentsOf(join(folder, "far"))).toEqual(before);
  });

  it("refuses a folder in the place of a file that is to go", async () => {
    const folder = folderWith({
      ".minimand-new/plan.json": JSON.stringify({ gone: ["model/a.json"], come: [] }),
      "model/a.json/theirs": "stays",
    });
    const error = await finishReplacement(folder).catch((error: unknown) => error);
    expect(exitCodeOf(error)).toBe(2);
    expect(failureLine(error)).toBe(`${join(folder, "model/a.json")}: is a folder, expected a file`);
  });

  it("replaces no report and no model that minimand did not write, and no file that no run writes", async () => {
    for (const path of ["report.html", "results.json", "model/model.json"]) {
      const folder = folderWith({ [path]: "{}" });
      const [name] = path.split("/");
      await expect(replaceTogether(folder, { [path]: "new" })).rejects.toThrow(
        `${folder}: expected a folder of its own, or that of an earlier run, got one with ${name}, which minimand did not write: name another --out`,
      );
      expect(contentsOf(folder)).toEqual({ [path]: "{}" });
    }
    for (const path of ["../a.json", "/a.json", ".a.json", "b/a.json", "a.exe"])
      await expect(replaceTogether(temporaryFolder(), { [path]: "x" })).rejects.toThrow(
        `expected a file that runs write, got ${JSON.stringify(path)}`,
      );
  });
});
