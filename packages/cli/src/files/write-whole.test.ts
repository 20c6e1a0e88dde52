import { execFileSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { checkWritable, writeWhole } from "./write-whole.ts";

describe("writeWhole", () => {
  it("writes text and bytes, over what was there, and leaves nothing beside", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "a.json");
    await writeWhole(path, "first and longer");
    await writeWhole(path, "second ü");
    expect(readFileSync(path, "utf8")).toBe("second ü");
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
    await writeWhole(path, bytes);
    expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
    expect(readdirSync(folder)).toEqual(["a.json"]);
  });

  it("writes under names as long as the file system takes, of whatever characters", async () => {
    const folder = temporaryFolder();
    for (const name of ["x".repeat(255), `${"ä".repeat(127)}x`, "\u{1f600}".repeat(63)]) {
      await writeWhole(join(folder, name), name);
      await checkWritable(join(folder, name));
      expect(readFileSync(join(folder, name), "utf8")).toBe(name);
    }
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it("keeps what was there where it fails, and names the file that was meant", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "results.json");
    mkdirSync(path);
    writeFileSync(join(path, "inside"), "x");
    await expect(writeWhole(path, "text")).rejects.toMatchObject({ path });
    expect(readdirSync(folder)).toEqual(["results.json"]);
    await expect(writeWhole(join(folder, "no/where"), "text")).rejects.toMatchObject({
      code: "ENOENT",
      path: join(folder, "no/where"),
    });
  });

  it("refuses a symbolic link, wherever it leads, and leaves it as it is", async () => {
    const folder = temporaryFolder();
    const at = (name: string): string => join(folder, name);
    writeFileSync(at("there"), "before");
    const links = { "to-there": "there", "to-nothing": "new", circle: "circle", astray: "no/where" };
    for (const [link, target] of Object.entries(links)) {
      symlinkSync(target, at(link));
      await expect(writeWhole(at(link), "text")).rejects.toThrow(
        `${at(link)}: expected a file or a name that is free, got a symbolic link`,
      );
      expect(readlinkSync(at(link))).toBe(target);
    }
    expect(readFileSync(at("there"), "utf8")).toBe("before");
    expect(readdirSync(folder)).toEqual([...Object.keys(links), "there"].sort());
  });

  it.skipIf(process.platform === "win32")("replaces no pipe", async () => {
    const folder = temporaryFolder();
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    await expect(writeWhole(pipe, "text")).rejects.toMatchObject({
      name: "RangeError",
      message: `${pipe}: expected a file or a name that is free, got a pipe`,
    });
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    expect(readdirSync(folder)).toEqual(["pipe"]);
  });

  it("lets the last of several writers win, whole", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "a");
    const texts = Array.from({ length: 20 }, (_, i) => String(i % 10).repeat(5000 + i));
    await Promise.all(texts.map((text) => writeWhole(path, text)));
    expect(texts).toContain(readFileSync(path, "utf8"));
    expect(readdirSync(folder)).toEqual(["a"]);
  });
});

describe("checkWritable", () => {
  it("refuses what writeWhole would, and leaves nothing", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "a"));
    symlinkSync("a", join(folder, "link"));
    for (const [path, code] of [
      ["a", "EISDIR"],
      ["no/where", "ENOENT"],
      ["x".repeat(256), "ENAMETOOLONG"],
    ])
      await expect(checkWritable(join(folder, path))).rejects.toMatchObject({
        code,
        path: join(folder, path),
      });
    await expect(checkWritable(join(folder, "link"))).rejects.toThrow("got a symbolic link");
    await checkWritable(join(folder, "b"));
    expect(readdirSync(folder)).toEqual(["a", "link"]);
  });
});
