import { createHash } from "node:crypto";
import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Mutant } from "./mutants.ts";
import type { Stage } from "./targets.ts";

/** What became of a mutant. `noticed`: a test failed, or ran out of time. */
export type Outcome = "noticed" | "survived";

/** The outcomes of former runs, which a further one does not repeat. */
export interface Journal {
  outcomeOf(mutant: Mutant, tests: string): Outcome | undefined;
  write(path: string, mutant: Mutant, tests: string, outcome: Outcome): void;
}

/** A hash of the test files of some stages, and of the fixtures next to them. */
export function hashOfTests(folder: string, stages: readonly Stage[]): string {
  const hash = createHash("sha256");
  const all = globSync("packages/*/src/**/*.{test,fixture}.ts", { cwd: folder }).sort();
  for (const part of stages.flatMap(({ files }) => files))
    for (const path of all) if (path.includes(part)) hash.update(readFileSync(join(folder, path)));
  return hash.digest("hex").slice(0, 16);
}

/**
 * Opens the journal of a file. A mutant that was noticed stays so while its source is the same; one that survived is tried again
 * when a test has changed.
 */
export function openJournal(file: string): Journal {
  const keyOf = ({ text }: Mutant): string => createHash("sha256").update(text).digest("hex").slice(0, 24);
  const known = new Map<string, { outcome: Outcome; tests: string }>();
  mkdirSync(dirname(file), { recursive: true });
  for (const line of existsSync(file) ? readFileSync(file, "utf8").split("\n") : []) {
    if (line === "") continue;
    const { key, outcome, tests } = JSON.parse(line);
    known.set(key, { outcome, tests });
  }
  return {
    outcomeOf(mutant, tests) {
      const found = known.get(keyOf(mutant));
      return found?.outcome === "survived" && found.tests !== tests ? undefined : found?.outcome;
    },
    write(path, mutant, tests, outcome) {
      const { line, from, to } = mutant;
      appendFileSync(
        file,
        `${JSON.stringify({ key: keyOf(mutant), path, line, from, to, tests, outcome })}\n`,
      );
    },
  };
}
