import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { holdOutputFolder, inOutputFolder, makeOutputFolder } from "./output-folder.ts";

const folder = temporaryFolder();
const isAnything = (_value: unknown): _value is unknown => true;

it("holds a folder without a store in it, against runs with other settings", async () => {
  const out = join(folder, "held");
  await holdOutputFolder(out, { a: 1 }, async () => {
    expect(existsSync(join(out, "trials"))).toBe(false);
    await expect(inOutputFolder(out, { a: 2 }, isAnything, async () => {})).rejects.toThrow(RangeError);
    await holdOutputFolder(out, { a: 1 }, async () => writeFileSync(join(out, "written"), ""));
  });
  expect(readdirSync(out)).toContain("written");
});

it("says which option is to be mended", async () => {
  const [out, file] = [join(folder, "busy"), join(folder, "file")];
  await holdOutputFolder(out, { a: 1 }, async () => {
    await expect(holdOutputFolder(out, { a: 2 }, async () => {})).rejects.toThrow(
      /^\S+busy: expected a folder .* with other settings: name another --out, or wait until it has ended$/,
    );
  });
  writeFileSync(file, "");
  const below = join(file, "below");
  const refused = `--out: expected a folder that can be written, got ${below}: a part of the path is a file`;
  await expect(holdOutputFolder(below, {}, async () => {})).rejects.toThrow(refused);
  await expect(makeOutputFolder(below)).rejects.toThrow(refused);
});

it.each([
  ["without a store", (out: string, work: () => Promise<void>) => holdOutputFolder(out, {}, work)],
  ["with one", (out: string, work: () => Promise<void>) => inOutputFolder(out, {}, isAnything, work)],
])("leaves no folder that a run made and wrote nothing in, %s", async (_, hold) => {
  const out = join(folder, "a", "b");
  const refused = hold(out, async () => {
    expect(existsSync(out)).toBe(true);
    throw new Error("refused");
  });
  await expect(refused).rejects.toThrow("refused");
  expect(existsSync(join(folder, "a"))).toBe(false);
});
