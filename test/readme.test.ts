import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("the README's program runs and tells the two points apart", () => {
  const [, program] = /```ts\n([\s\S]*?)```/.exec(readFileSync("README.md", "utf8")) ?? [];
  const file = fileURLToPath(new URL(`./readme-${process.pid}.ts`, import.meta.url));
  writeFileSync(file, program ?? "");
  try {
    const out = execFileSync(process.execPath, ["--conditions=minimand-source", file], { encoding: "utf8" });
    const [a, b, c, d] = (out.match(/-?\d+\.\d+/g) ?? []).map(Number);
    // The first point has the larger first input (class 1), the second the smaller one (class 0).
    expect(b).toBeGreaterThan(a);
    expect(c).toBeGreaterThan(d);
  } finally {
    rmSync(file);
  }
});
