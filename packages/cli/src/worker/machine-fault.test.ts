import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { UsageError } from "../failure.ts";
import { asFault, MachineFault } from "./machine-fault.ts";

describe("asFault", () => {
  it("tells the machine's faults from others, also behind an error of ours", async () => {
    const absent = await readFile("/nowhere/at-all").catch((error: Error) => error);
    expect(asFault(absent)).toBeInstanceOf(MachineFault);
    expect(asFault(new Error("no cache", { cause: absent }))).toBeInstanceOf(MachineFault);
    const full = await writeFile("/dev/full", "x").catch((error: Error) => error);
    expect((asFault(full) as Error).message).toContain("ENOSPC");
    const usage = new UsageError("data: expected a table, got none");
    expect(asFault(usage)).toBe(usage);
    expect(asFault("text")).toBe("text");
  });
});
