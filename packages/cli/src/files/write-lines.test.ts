import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { temporaryFor } from "./temporary.ts";
import { linesTo, moveInto } from "./write-lines.ts";

describe("lines of a file", () => {
  it("are written as they come, and have the name of the file at the end", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "log.jsonl");
    writeFileSync(path, "before");
    const temporary = temporaryFor(path);
    const lines = linesTo(temporary);
    const line = `${"\u00e4".repeat(999)}\n`;
    for (let i = 0; i < 2500; i++) lines.write(line);
    // Two of 1.05 million characters are out, in two bytes each.
    expect(readFileSync(temporary).length).toBeGreaterThan(4_000_000);
    lines.close();
    expect(readFileSync(path, "utf8")).toBe("before");
    await moveInto(temporary, path);
    expect(readFileSync(path, "utf8")).toBe(line.repeat(2500));
    expect(readdirSync(folder)).toEqual(["log.jsonl"]);
  });

  it("replace nothing that is there, and leave nothing where a folder has the name", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "log.jsonl");
    mkdirSync(path);
    const temporary = temporaryFor(path);
    linesTo(temporary).close();
    expect(() => linesTo(temporary)).toThrow("EEXIST");
    await expect(moveInto(temporary, path)).rejects.toMatchObject({ path });
    expect(readdirSync(folder)).toEqual(["log.jsonl"]);
  });
});
