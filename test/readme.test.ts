import { execFileSync } from "node:child_process";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** What the first program of a README prints. */
function outputOf(readme: string): string {
  const [, program = ""] = /```ts\n([\s\S]*?)```/.exec(readFileSync(readme, "utf8")) ?? [];
  const file = fileURLToPath(
    new URL(`./readme-${readme.replaceAll("/", "-")}-${process.pid}.ts`, import.meta.url),
  );
  writeFileSync(file, program);
  try {
    return execFileSync(process.execPath, ["--conditions=minimand-source", file], { encoding: "utf8" });
  } finally {
    rmSync(file);
  }
}

describe("programs of the READMEs", () => {
  it("the project's runs and tells the two points apart", () => {
    const [a, b, c, d] = (outputOf("README.md").match(/-?\d+\.\d+/g) ?? []).map(Number);
    // The first point has the larger first input (class 1), the second the smaller one (class 0).
    expect(b).toBeGreaterThan(a);
    expect(c).toBeGreaterThan(d);
  });

  const readmes = globSync("packages/*/README.md").filter((path) =>
    readFileSync(path, "utf8").includes("```ts"),
  );

  it("stand in every package but the command's", () => expect(readmes.length).toBe(6));

  it.each([...readmes, "docs/ownership.md", "docs/preferences.md", "docs/enhance.md"])(
    "%s runs",
    (readme) => {
      expect(outputOf(readme)).not.toBe("");
    },
  );
});
