import { describe, expect, it } from "vitest";
import { readBytes } from "./read-bytes.ts";

describe("readBytes", () => {
  it.each(["/dev/zero", "/dev/null"])("refuses the device %s, which may never end", async (path) => {
    await expect(readBytes(path, path)).rejects.toThrow(`${path}: expected a file or a pipe, got a device`);
  });

  it("refuses a folder", async () => {
    await expect(readBytes("/dev", "/dev")).rejects.toThrow("/dev: is a folder, expected a file");
  });
});
