import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { copyWorkingTree } from "../scripts/mutate/copy.ts";
import { openJournal } from "../scripts/mutate/journal.ts";
import justified from "../scripts/mutate/justified.json" with { type: "json" };
import { mutantsOf } from "../scripts/mutate/mutants.ts";
import { mutateFiles, reportOf, sample } from "../scripts/mutate/mutate-files.ts";
import { mutatedFiles } from "../scripts/mutate/targets.ts";
import { temporaryFolder } from "./support/cli.ts";

const changes = (source: string): string[] => mutantsOf(source).map(({ to }) => to);

describe("mutants", () => {
  it("change what is decided and computed", () => {
    expect(changes("const f = (a: number) => a < 2 || !g(a);")).toEqual([
      ...["const f = (a: number) => a <= 2 || !g(a);", "const f = (a: number) => a >= 2 || !g(a);"],
      ...["const f = (a: number) => a < 3 || !g(a);", "const f = (a: number) => a < 1 || !g(a);"],
      ...["const f = (a: number) => a < 2 && !g(a);", "const f = (a: number) => a < 2 || (g(a));"],
    ]);
    expect(changes("if (ready) start(0.95);")).toEqual([
      ...["if (true) start(0.95);", "if (false) start(0.95);", "if (ready) ;"],
      ...["if (ready) start(0.8999999999999999);", "if (ready) start(0.975);"],
    ]);
    expect(changes("x.filter(f).some(g)")).toEqual(["x.some(g)", ";", "x.filter(f).every(g)"]);
    expect(changes("const q = sql`select a from b where c and d < 1`;")).toEqual([
      "const q = sql`select a from b where c or d < 1`;",
      "const q = sql`select a from b where c and d = 1`;",
    ]);
  });

  it("leave types, imports and messages alone", () => {
    const source = 'import { a } from "b";\ninterface C { d: 1 }\nconst e: 1 | 2 = f as 1;\n';
    expect(changes(source)).toEqual([]);
    expect(changes("throw new RangeError(of(1 + 2));")).toEqual([";"]);
  });

  it("are drawn by a seed, in the order of the file", () => {
    const all = mutantsOf("const f = (a: number) => a < 2 || !g(a);");
    expect(sample(all, 3, 1)).toEqual(sample(all, 3, 1));
    expect(sample(all, 100, 1)).toEqual(all);
    expect(sample(all, 3, 1).every(({ start }, i, some) => i === 0 || start >= some[i - 1].start)).toBe(true);
    expect(new Set([1, 2, 3, 4].map((seed) => JSON.stringify(sample(all, 2, seed)))).size).toBeGreaterThan(1);
  });
});

describe("a mutation run", () => {
  it("reports the mutant that no test notices, and doesn't try again what it knows", async () => {
    const root = temporaryFolder();
    const path = "packages/a/src/limit.ts";
    const text = "export const isBeyond = (x: number, limit: number): boolean => x > limit;\n";
    const files = {
      [path]: text,
      "packages/a/src/limit.test.ts": [
        'import { expect, it } from "vitest";',
        'import { isBeyond } from "./limit.ts";',
        'it("is beyond", () => expect([isBeyond(2, 1), isBeyond(1, 2)]).toEqual([true, false]));',
      ].join("\n"),
      "package.json": '{ "type": "module" }',
      ".gitignore": "node_modules/\n",
    };
    mkdirSync(join(root, "packages/a/src"), { recursive: true });
    mkdirSync(join(root, "node_modules"));
    symlinkSync(resolve("node_modules/vitest"), join(root, "node_modules/vitest"));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content);
    execFileSync("git", ["init", "-q"], { cwd: root });
    const folder = copyWorkingTree(root);
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));

    const run = () =>
      mutateFiles(new Map([[path, [{ files: ["packages/a/"] }]]]), {
        folder,
        mutants: 5,
        seed: 1,
        say: () => {},
        journal: openJournal(join(root, "journal.jsonl")),
      });
    const results = await run();
    expect(readFileSync(join(folder, path), "utf8")).toBe(text);
    const from = text.trim();
    const to = from.replace("x > limit", "x >= limit");
    expect(reportOf(results, [])).toEqual({
      text: `${path}:1 survived\n  ${from}\n  ${to}\n2 mutants: 1 noticed, 0 justified, 1 survived`,
      fresh: 1,
    });
    const listed = [{ path, from, to, because: "it is only a fixture" }];
    expect(reportOf(results, listed)).toEqual({
      text: "2 mutants: 1 noticed, 1 justified, 0 survived",
      fresh: 0,
    });
    expect(reportOf(results, [...listed, { ...listed[0], to: "x < limit" }]).text).toContain(
      `${path}: justified.json lists a mutant that does not exist any more: ${from}`,
    );
    // Without a runner only what is known can be reported.
    rmSync(join(folder, "node_modules"), { recursive: true });
    expect(await run()).toEqual(results);
  });

  it("has tests for every file that it mutates, and justifies mutants of those files alone", () => {
    const files = mutatedFiles();
    expect(files.size).toBeGreaterThan(150);
    for (const [path, stages] of files) expect(stages.length, path).toBeGreaterThan(0);
    expect(justified.filter(({ path }) => !files.has(path))).toEqual([]);
    expect(justified.filter(({ because }) => because.length < 10)).toEqual([]);
  });
});
