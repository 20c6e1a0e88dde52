import { globSync, readFileSync } from "node:fs";
import { validate } from "dockerfile-utils";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { version as own } from "../packages/compare/src/versions.ts";

const text = (path: string): string => readFileSync(path, "utf8");

interface Manifest {
  name: string;
  version?: string;
  license: string;
  homepage: string;
  bugs: string;
  engines: { node: string };
  repository: { type: string; url: string; directory?: string };
  dependencies?: Record<string, string>;
}
const manifests = ["package.json", ...globSync("packages/*/package.json")].map((path) => ({
  path,
  manifest: JSON.parse(text(path)) as Manifest,
}));

describe("what a repository is judged by", () => {
  it.each(manifests)("$path names repository, issues, home page and engines", ({ path, manifest }) => {
    const { repository, homepage, bugs, engines, license } = manifest;
    expect(repository).toMatchObject({ type: "git", url: expect.stringMatching(/^git\+https:\/\/.*\.git$/) });
    if (path !== "package.json") expect(`${repository.directory}/package.json`).toBe(path);
    for (const address of [homepage, bugs]) expect(new URL(address).protocol).toBe("https:");
    expect(engines.node).toMatch(/^>=\d+$/);
    expect(license).not.toBe("");
  });

  it("has one version in all packages, their dependencies on each other, and the citation", () => {
    const [, ...packages] = manifests;
    const [version] = packages.map(({ manifest }) => manifest.version);
    const names = new Set(packages.map(({ manifest }) => manifest.name));
    for (const { manifest } of packages) {
      expect(manifest.version, manifest.name).toBe(version);
      for (const [name, range] of Object.entries(manifest.dependencies ?? {}))
        if (names.has(name)) expect(range, `${manifest.name}: ${name}`).toBe(version);
    }
    expect(own).toBe(version);
    expect(parse(text("CITATION.cff"))).toMatchObject({
      "cff-version": "1.2.0",
      version,
      license: "MIT",
      authors: [{ name: "Minimand contributors" }],
    });
  });

  it("keeps a changelog whose first section is what comes next", () => {
    const headings = [...text("CHANGELOG.md").matchAll(/^(##+) (.*)$/gm)].map(([, marks, name]) => [
      marks.length,
      name,
    ]);
    expect(headings[0]).toEqual([2, expect.stringMatching(/^Unreleased \(\d+\.\d+\.\d+\)$/)]);
    for (const [level, name] of headings)
      if (level === 3)
        expect(["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]).toContain(name);
  });

  it("runs in CI what contributors run, in a fresh Debian with the whole history", () => {
    const { container, steps } = parse(text(".github/workflows/ci.yml")).jobs.check;
    expect(container).toBe("debian:13");
    expect(steps.find((step: { uses?: string }) => step.uses?.startsWith("actions/checkout@")).with).toEqual({
      "fetch-depth": 0,
    });
    expect(steps.at(-1).run).toBe("bash .ci/run");
    expect(steps[0].run).toMatch(/ git npm$/);
  });

  it("has issue forms whose fields each have an id, a label and a known type", () => {
    const forms = globSync(".github/ISSUE_TEMPLATE/{bug,new-*}.yml");
    expect(forms.length).toBe(3);
    for (const form of forms) {
      const { name, description, body } = parse(text(form));
      expect(
        [name, description].every((one) => typeof one === "string"),
        form,
      ).toBe(true);
      const ids = body.map(({ id }: { id: string }) => id);
      expect(new Set(ids).size, form).toBe(body.length);
      for (const { type, attributes } of body) {
        expect(["textarea", "input", "dropdown", "checkboxes"]).toContain(type);
        expect(attributes.label, form).toBeTypeOf("string");
      }
    }
  });

  it("has a Dockerfile without faults, whose entry is the command", () => {
    const problems = validate(text("Dockerfile"), {});
    expect(problems.map(({ message }) => message)).toEqual([]);
    expect(validate("FORM debian\nRUN", {}).length).toBeGreaterThan(0);
    const [, entry] = /^ENTRYPOINT (\[.*\])$/m.exec(text("Dockerfile")) ?? [];
    expect(JSON.parse(entry).at(-1)).toBe("/minimand/packages/cli/bin/minimand.js");
  });

  it("says what it is in a README of at most 160 lines", () => {
    expect(text("README.md").split("\n").length).toBeLessThanOrEqual(161);
  });
});
