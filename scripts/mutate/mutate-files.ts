import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomSource } from "minimand/engine";
import { hashOfTests, type Journal, type Outcome } from "./journal.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import { runTests } from "./run-tests.ts";
import type { Stage } from "./targets.ts";

/** What became of the mutants of one file. */
export interface FileResult {
  path: string;
  /** All mutants of the file, of which some were tried. */
  possible: readonly Mutant[];
  tried: readonly { mutant: Mutant; outcome: Outcome }[];
}

/**
 * A mutant that no test has to notice, with the reason: it is equal in effect, or different in nothing that anybody was promised. `from`
 * and `to` are the changed lines, so that a line that changes makes its entry out of date.
 */
export interface Justified {
  path: string;
  from: string;
  to: string;
  because: string;
}

interface Options {
  /** A copy of the working tree. */
  folder: string;
  /** Mutants of each file, at most, drawn by the seed. */
  mutants: number;
  seed: number;
  journal: Journal;
  say: (line: string) => void;
}

/**
 * Runs the tests of each file on its mutants.
 *
 * @param files source files below the folder, with the stages of their tests
 * @throws Error where tests fail without a mutant
 */
export async function mutateFiles(
  files: ReadonlyMap<string, readonly Stage[]>,
  { folder, mutants, seed, journal, say }: Options,
): Promise<FileResult[]> {
  const limits = new Map<string, number>();
  /** The limit of a stage: what it takes on the source as it is, and much more, since machines have other work. */
  const limitOf = async (stage: Stage): Promise<number> => {
    const key = JSON.stringify(stage);
    const known = limits.get(key);
    if (known !== undefined) return known;
    const began = performance.now();
    const { ended, output } = await runTests(folder, stage, 3_600_000);
    if (ended !== "passed")
      throw new Error(
        `${stage.files.join(" ")}: expected tests that pass on the source as it is, got\n${output.slice(-2000)}`,
      );
    const limit = 30_000 + 5 * (performance.now() - began);
    limits.set(key, limit);
    return limit;
  };
  /** What the stages say of a change; the source is whole again before a later stage is timed. */
  const outcomeOf = async (
    file: string,
    source: string,
    text: string,
    stages: readonly Stage[],
  ): Promise<Outcome> => {
    for (const stage of stages) {
      const limit = await limitOf(stage);
      writeFileSync(file, text);
      const { ended } = await runTests(folder, stage, limit);
      writeFileSync(file, source);
      if (ended !== "passed") return "noticed";
    }
    return "survived";
  };
  const results: FileResult[] = [];
  for (const [path, stages] of files) {
    const file = join(folder, path);
    const source = readFileSync(file, "utf8");
    const possible = mutantsOf(source);
    const tests = hashOfTests(folder, stages);
    const tried: { mutant: Mutant; outcome: Outcome }[] = [];
    for (const mutant of sample(possible, mutants, seed)) {
      let outcome = journal.outcomeOf(mutant, tests);
      if (outcome === undefined) {
        outcome = await outcomeOf(file, source, mutant.text, stages);
        journal.write(path, mutant, tests, outcome);
        if (outcome === "survived") say(`${path}:${mutant.line} survived\n  ${mutant.from}\n  ${mutant.to}`);
      }
      tried.push({ mutant, outcome });
    }
    say(`${path}: ${tried.filter(({ outcome }) => outcome === "noticed").length} of ${tried.length} noticed`);
    results.push({ path, possible, tried });
  }
  return results;
}

/** Some mutants of a file, in its order: the same ones for the same seed. */
export function sample(mutants: readonly Mutant[], most: number, seed: number): Mutant[] {
  const random = randomSource(seed);
  return mutants
    .map((mutant) => ({ mutant, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ mutant }) => mutant)
    .sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The report: survivors that nobody has justified, and justifications that are out of date. */
export function reportOf(
  results: readonly FileResult[],
  justified: readonly Justified[],
): { text: string; fresh: number } {
  const same = (path: string, mutant: Mutant) => (entry: Justified) =>
    entry.path === path && entry.from === mutant.from && entry.to === mutant.to;
  const survived = results.flatMap(({ path, tried }) =>
    tried.flatMap(({ mutant, outcome }) => (outcome === "survived" ? [{ path, mutant }] : [])),
  );
  const fresh = survived.filter(({ path, mutant }) => !justified.some(same(path, mutant)));
  const stale = justified.filter((entry) =>
    results.some(
      ({ path, possible }) => path === entry.path && !possible.some((mutant) => same(path, mutant)(entry)),
    ),
  );
  const tried = results.reduce((sum, result) => sum + result.tried.length, 0);
  const lines = [
    ...fresh.map(({ path, mutant }) => `${path}:${mutant.line} survived\n  ${mutant.from}\n  ${mutant.to}`),
    ...stale.map(
      ({ path, from }) => `${path}: justified.json lists a mutant that does not exist any more: ${from}`,
    ),
    `${tried} mutants: ${tried - survived.length} noticed, ${survived.length - fresh.length} justified, ${fresh.length} survived`,
  ];
  return { text: lines.join("\n"), fresh: fresh.length };
}
