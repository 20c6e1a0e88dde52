import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { writeWhole } from "./write-whole.ts";

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

  it("writes what a symbolic link leads to, there or not, and leaves the link", async () => {
    const folder = temporaryFolder();
    const at = (name: string): string => join(folder, name);
    mkdirSync(at("far"));
    writeFileSync(at("far/there"), "before");
    symlinkSync("far/there", at("first"));
    symlinkSync("first", at("to-there"));
    symlinkSync("far/new", at("to-new"));
    for (const [link, file] of [
      ["to-there", "far/there"],
      ["to-new", "far/new"],
    ]) {
      await writeWhole(at(link), link);
      expect(readFileSync(at(file), "utf8")).toBe(link);
      expect(lstatSync(at(link)).isSymbolicLink()).toBe(true);
    }
    expect(readdirSync(at("far"))).toEqual(["new", "there"]);
    symlinkSync("circle", at("circle"));
    await expect(writeWhole(at("circle"), "x")).rejects.toMatchObject({ code: "ELOOP", path: at("circle") });
    symlinkSync("no/where", at("astray"));
    await expect(writeWhole(at("astray"), "x")).rejects.toMatchObject({ code: "ENOENT", path: at("astray") });
  });

  it.skipIf(process.platform === "win32")("replaces no pipe, through a link neither", async () => {
    const folder = temporaryFolder();
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    symlinkSync(pipe, join(folder, "link"));
    for (const path of [pipe, join(folder, "link")])
      await expect(writeWhole(path, "text")).rejects.toMatchObject({
        name: "RangeError",
        message: `${path}: expected a file or a name that is free, got a pipe`,
      });
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    expect(readdirSync(folder)).toEqual(["link", "pipe"]);
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
