import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Results } from "@minimand/compare";
import { expect, it } from "vitest";
import { minimand, temporaryFolder, tiny } from "../test/support/cli.ts";

it("a loss and an optimizer of one's own are compared with the library's, and train", async () => {
  const cwd = temporaryFolder();
  const file = fileURLToPath(new URL("./own-losses.ts", import.meta.url));
  const { code, stdout } = await minimand(
    ["compare", "wine", ...tiny, "--losses", "poly1", "--optimizers", "adamw-plain", "--with", file],
    { cwd },
  );
  expect(code).toBe(0);
  expect(stdout).toContain("Poly-1");
  expect(stdout).toContain("AdamW without weight decay");
  const text = readFileSync(join(cwd, "minimand-wine/results.json"), "utf8");
  const [{ trials }] = (JSON.parse(text) as Results).datasets;
  const own = trials.filter(({ candidate }) => candidate === "poly1" || candidate === "adamw-plain");
  expect(own.map(({ status, score }) => [status, score !== null])).toEqual(Array(4).fill(["ok", true]));
});
