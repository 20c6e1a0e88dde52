import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { codeFingerprint } from "@minimand/cli/code-fingerprint";
import { arrayEngine, versions } from "@minimand/cli/version";
import { dataFile } from "@minimand/data";
import { cards, outcomeOf, type PaperCard, ruleHeading } from "@minimand/papers";
import { githubSlug } from "../markdown.ts";
import { repositoryPath } from "../pages/repository.ts";
import type { RunFacts } from "./facts.ts";

/**
 * Returns what the page of a paper says of its run, and what distinguishes it from runs of other code or data.
 *
 * @param card of the paper
 */
export function runFacts(card: PaperCard): RunFacts {
  const { slug } = card;
  const heading = ruleHeading(card.ruleLog);
  const outcome = outcomeOf(slug);
  const files = bundledFor(card.data);
  const { minimand, engine } = versions();
  return {
    slug,
    ruleHeading: heading,
    ruleAnchor: githubSlug(heading),
    committed: outcome && { seeds: outcome.seeds, seconds: outcome.seconds },
    missing: card.data.filter((name) => !files.some(({ set }) => set === name)),
    sums: Object.fromEntries(files.map(({ name }) => [name, sha256Of(contentOf(name))])),
    code: codeFingerprint(slug, "wasm"),
    versions: { minimand, engine },
    engine: { name: "wasm", version: arrayEngine, threads: 1 },
  };
}

/** Returns the files that runs fetch, by paths below the site's public folder: data of the papers' cards, and their frozen models. */
export function runFiles(): [path: string, content: Uint8Array][] {
  const data = bundledFor(cards.flatMap((card) => card.data));
  const models = globSync("*/checkpoints/*.safetensors", { cwd: repositoryPath(papers) });
  return [
    ...data.map(({ name }): [string, Uint8Array] => [`public/data/${name}`, contentOf(name)]),
    ...models.map((path): [string, Uint8Array] => [
      `public/papers/${path.replaceAll("\\", "/")}`,
      readFileSync(repositoryPath(`${papers}/${path}`)),
    ]),
  ];
}

const papers = "packages/papers/src";

/** Files of data sets: their names in the package of data, as `images/mnist-test-labels.idx1.gz`, and the set, here `mnist-test`. */
function bundledFor(sets: readonly string[]): { name: string; set: string }[] {
  const names = globSync("**/*.gz", { cwd: fileURLToPath(dataFile()) }).map((name) =>
    name.replaceAll("\\", "/"),
  );
  return names
    .map((name) => ({
      name,
      set: name.replace(/^.*\//, "").replace(/(-images\.idx3|-labels\.idx1|\.csv|\.txt)\.gz$/, ""),
    }))
    .filter(({ set }) => sets.includes(set))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const contentOf = (name: string): Uint8Array => readFileSync(dataFile(name));

const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
