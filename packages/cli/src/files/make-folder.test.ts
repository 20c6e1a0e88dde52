import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeFolder, unmakeFolder } from "./make-folder.ts";

const at = mkdtempSync(join(tmpdir(), "minimand-"));

it("makes what is missing and says where it began", async () => {
  expect(await makeFolder(join(at, "a", "b", "c"))).toBe(join(at, "a"));
  expect(statSync(join(at, "a", "b", "c")).isDirectory()).toBe(true);
  expect(await makeFolder(join(at, "a", "b"))).toBeNull();
});

it("takes away what it has made, but nothing that others have put there", async () => {
  const path = join(at, "m", "n", "o");
  await unmakeFolder(path, await makeFolder(path));
  expect(existsSync(join(at, "m"))).toBe(false);
  const made = await makeFolder(path);
  writeFileSync(join(at, "m", "theirs"), "");
  await unmakeFolder(path, made);
  expect(readdirSync(join(at, "m"))).toEqual(["theirs"]);
  await unmakeFolder(join(at, "m"), null);
  expect(existsSync(join(at, "m"))).toBe(true);
});

it("may be asked for the same one twice at once", async () => {
  await Promise.all([makeFolder(join(at, "x", "y")), makeFolder(join(at, "x", "y"))]);
  expect(existsSync(join(at, "x", "y"))).toBe(true);
});

it("refuses a path through a file, and leaves nothing", async () => {
  mkdirSync(join(at, "f"));
  writeFileSync(join(at, "f", "file"), "");
  await expect(makeFolder(join(at, "f", "file"))).rejects.toThrow(/EEXIST/);
  await expect(makeFolder(join(at, "f", "file", "below"))).rejects.toThrow(/ENOTDIR/);
});

it.skipIf(process.platform === "win32")(
  "refuses a link to nothing on the way, and leaves nothing",
  async () => {
    mkdirSync(join(at, "l"));
    symlinkSync(join(at, "nowhere"), join(at, "l", "nowhere"));
    symlinkSync(join(at, "l", "circle"), join(at, "l", "circle"));
    for (const path of ["nowhere", "nowhere/below", "circle", "circle/below"])
      await expect(makeFolder(join(at, "l", path))).rejects.toThrow(/EEXIST|ELOOP/);
    expect(existsSync(join(at, "nowhere"))).toBe(false);
  },
);

it.skipIf(process.platform !== "linux")("comes back from a folder that takes no other", async () => {
  await expect(makeFolder("/proc/minimand/below")).rejects.toThrow(/ENOENT|EACCES|EPERM/);
});
