import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { oneProcess } from "../one-process.fixture.ts";

const folder = temporaryFolder();
const run = oneProcess(folder);

it.each([
  ["runs"],
  ["runs", "list", "--json"],
  ["runs", "show", "4f2a"],
  ["runs", "remove", "4f2a"],
  ["worker"],
])("minimand %s %s makes no store where none is", async (...words) => {
  const asked = await run([...words.filter(Boolean), "--store", "pglite:typo"]);
  expect(asked).toEqual({
    code: 2,
    stdout: "",
    stderr: `minimand: --store: expected a folder with a store, got pglite:${join(folder, "typo")}, where none is; 'minimand compare ... --store pglite:FOLDER' makes one\n`,
  });
  expect(existsSync(join(folder, "typo"))).toBe(false);
});
