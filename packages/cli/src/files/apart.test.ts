import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { checkApart } from "./apart.ts";

describe("checkApart", () => {
  const folder = temporaryFolder();
  const at = (...names: string[]): string => join(folder, ...names);
  mkdirSync(at("real"));
  writeFileSync(at("real", "a.csv"), "x\n");
  symlinkSync(at("real"), at("link"));

  it("takes files that differ, those that aren't given, and one file that is read twice", async () => {
    const read = { "the table": at("real", "a.csv"), "--again": at("link", "a.csv"), "--none": undefined };
    await checkApart(read, { "--out": at("real", "b.csv"), "--log": at("c.csv"), "--report": undefined });
  });

  it.each([
    ["by its own name", ["real", "a.csv"]],
    ["by a link to its folder", ["link", "a.csv"]],
    ["by a way around", ["real", "..", "link", "a.csv"]],
  ])("refuses to write over what is read, %s", async (_, names) => {
    const out = names.join("/");
    await expect(
      checkApart({ "the table": at("real", "a.csv") }, { "--out": `${folder}/${out}` }),
    ).rejects.toThrow(`--out: expected another file than the table, got ${folder}/${out}`);
  });

  it("refuses to write a file twice, also one that isn't there yet, in a folder that isn't", async () => {
    const twice = { "--out": at("real", "new", "b.csv"), "--log": at("link", "new", "b.csv") };
    await expect(checkApart({}, twice)).rejects.toThrow("--log: expected another file than --out");
  });

  it("leaves what has a file for a folder to whoever writes", async () => {
    await checkApart({ "the table": at("real", "a.csv") }, { "--out": at("real", "a.csv", "b.csv") });
  });
});
