import { linkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../../test/support/cli.ts";
import { openSpending } from "./spending.ts";

describe("openSpending", () => {
  const opened = (lines: string) => {
    const path = join(temporaryFolder(), "asked.txt");
    writeFileSync(path, lines);
    return openSpending(path, 9);
  };

  it.each<[string, number]>([
    ["", 0],
    ["asked\nasked\nnone made\nasked\n", 2],
    ["asked\nask", 1],
    ["asked\n".repeat(2_000_000), 2_000_000],
  ])("counts what was asked for", async (lines, spent) => {
    expect((await opened(lines)).spent).toBe(spent);
  });

  it.each([
    "\n",
    "milk\n",
    "asked\n\nasked\n",
    "asked\nmilk and bread",
    "asked\nnone made\nnone made\nasked\n",
    "asked\n".repeat(3_000_000),
  ])("refuses %#", async (lines) => {
    await expect(opened(lines)).rejects.toThrow("got a file that minimand did not write");
  });

  it("refuses a file that has another name elsewhere", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "staging"), "");
    linkSync(join(folder, "staging"), join(folder, "asked.txt"));
    await expect(openSpending(join(folder, "asked.txt"), 9)).rejects.toThrow("that minimand did not write");
  });
});
