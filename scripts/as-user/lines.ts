import { globSync, readFileSync } from "node:fs";

/**
 * What happens to a line of a README in the check: it runs in a project with the packed command (`more` is added to it), it is started and
 * asked once as a service, or it is left out with a reason.
 */
export type Treatment =
  | { kind: "run"; more?: string }
  | { kind: "install" }
  | { kind: "service"; more: string }
  | { kind: "checkout" | "outside"; because: string };

/** A baseline and one loss, with no time for more. */
const soon = "--losses focal --budget 5s --workers 2";

/** Every shell line of the READMEs. A test fails for a line that is missing here, and for one that no README has. */
export const treatments: Record<string, Treatment> = {
  "npm ci && npx minimand compare pima_diabetes": {
    kind: "checkout",
    because: "the tests run the command from the clone",
  },
  "npm ci && npm test": { kind: "checkout", because: "it is what runs the tests" },
  "npx node --conditions=minimand-source try.ts": {
    kind: "checkout",
    because: "a test runs the README's program from source, and the check compiles and runs it here",
  },
  "npx minimand compare churn.csv --target churned": { kind: "run", more: soon },
  "npx minimand predict minimand-churn new-customers.csv --id customer > predictions.csv": { kind: "run" },
  "npx minimand papers": { kind: "run" },
  "npx minimand reproduce comp-sum": { kind: "run", more: "--quick" },
  "npm install minimand @jax-js/jax": { kind: "install" },
  "npm install @minimand/native minimand @jax-js/jax": { kind: "install" },
  "npm install --ignore-scripts onnxruntime-node@1.30.0": {
    kind: "outside",
    because: "a package of others from the registry, 114 MB",
  },
  "npm install @minimand/lab minimand @jax-js/jax": { kind: "install" },
  "npm install @minimand/compare minimand @jax-js/jax": { kind: "install" },
  "npm install @minimand/papers @minimand/compare minimand @jax-js/jax": { kind: "install" },
  "npm install @minimand/data": { kind: "install" },
  "npm install --global @minimand/cli": { kind: "install" },
  "minimand compare pima_diabetes": { kind: "run", more: soon },
  "minimand compare churn.csv --target churned": { kind: "run", more: soon },
  "minimand predict minimand-churn new-customers.csv": { kind: "run" },
  "minimand compare churn.csv --target churned --quantize 8,4": { kind: "run", more: soon },
  "minimand quantize minimand-churn --data churn.csv --bits 2": { kind: "run", more: "--method ptq" },
  "minimand losses": { kind: "run" },
  "minimand data": { kind: "run" },
  "minimand papers": { kind: "run" },
  "minimand reproduce comp-sum": { kind: "run", more: "--quick" },
  "minimand denoise radar.png": { kind: "run" },
  "minimand enhance photos/ --out bright/": { kind: "run" },
  "minimand bandit simulate digits": { kind: "run", more: "--rounds 200 --seeds 1 --algorithms lin-ucb" },
  'minimand refine "a red moon" -n 5': { kind: "run" },
  "minimand serve --site ./site": { kind: "service", more: "--port 0" },
};

/** The READMEs whose lines are looked at. */
export const readmes = (): string[] => ["README.md", ...globSync("packages/*/README.md")];

/** Lists the shell lines of a page: those of `sh` blocks, commands in indented blocks, and what begins with `npx` in a sentence. */
export function shellLines(page: string): string[] {
  const text = readFileSync(page, "utf8").replaceAll("\r\n", "\n");
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block]) => block.split("\n"));
  const indented = [...text.matchAll(/^ {4}(n?p[mx] .*|minimand .*)$/gm)].map(([, line]) => line);
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, "");
  const inline = [...prose.matchAll(/`(npx [^`]+)`/g)].map(([, line]) => line.replaceAll(/\s+/g, " "));
  return [...blocks, ...indented, ...inline]
    .map((line) => line.replace(/\s+# .*$/, "").trim())
    .filter((line) => line !== "");
}
