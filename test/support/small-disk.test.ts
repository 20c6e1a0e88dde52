import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasSmallDisk, noSmallDisk, smallDisk } from "./small-disk.ts";

describe.skipIf(!hasSmallDisk())(`a small disk${noSmallDisk}`, () => {
  it("is full once it holds its bytes, for every way of writing, and is gone with what is on it", async () => {
    const disk = smallDisk(1_048_576);
    const at = (name: string): string => join(disk.folder, name);
    writeFileSync(at("half"), new Uint8Array(524_288));
    await expect(writeFile(at("more"), new Uint8Array(1_048_576))).rejects.toThrow("ENOSPC");
    expect(() => writeFileSync(at("one more"), "a")).toThrow("ENOSPC");
    expect(readFileSync(at("half"))).toHaveLength(524_288);
    await disk[Symbol.asyncDispose]();
    expect(existsSync(disk.folder)).toBe(false);
  });
});
