import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { readRegular, readRegularSync } from "./read-regular.ts";

describe("readRegular", () => {
  it("refuses a file that is too large before it reads it", async () => {
    const path = join(temporaryFolder(), "model.json");
    writeFileSync(path, "");
    // Holes take no place on the disk.
    truncateSync(path, 3 * 2 ** 30);
    const refusal = /model\.json: expected a file of at most \d+ bytes, got one of 3221225472 bytes$/;
    await expect(readRegular(path)).rejects.toThrow(refusal);
    expect(() => readRegularSync(path)).toThrow(refusal);
  });

  it("names a folder that has the place of a file", async () => {
    const folder = temporaryFolder();
    await expect(readRegular(folder)).rejects.toThrow(`${folder}: expected a file, got a folder`);
  });
});
