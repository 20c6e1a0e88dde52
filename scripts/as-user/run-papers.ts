import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import type { Project } from "./project.ts";

/** Runs the quick reproduction of every paper by the packed command, two at a time, and checks what it keeps of each trial. */
export async function checkPapers({ folder, env }: Project): Promise<void> {
  const minimand = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)("minimand", args, { cwd: folder, env, maxBuffer: 2 ** 26, timeout: 300_000 }))
      .stdout;
  const papers = JSON.parse(await minimand("papers", "--json")) as { slug: string }[];
  const left = papers.map(({ slug }) => slug);
  const from = performance.now();
  const work = async (): Promise<void> => {
    for (let slug = left.shift(); slug !== undefined; slug = left.shift()) {
      await minimand("reproduce", slug, "--quick", "--workers", "1", "--quiet");
      await checkTrials(slug, join(folder, `minimand-reproduce-${slug}`, "trials"));
    }
  };
  await Promise.all([work(), work()]);
  const seconds = ((performance.now() - from) / 1000).toFixed(0);
  console.log(`all ${papers.length} papers run at the quick scale, in ${seconds} s`);
}

/** A trial that isn't of the paper's form would be computed again by the next run. */
async function checkTrials(slug: string, trials: string): Promise<void> {
  // The package is built by now.
  const { isOutcomeOf, resultForm } = await import("@minimand/papers");
  const isOutcome = isOutcomeOf(await resultForm(slug));
  const files = readdirSync(trials);
  for (const file of files) {
    const { kept } = JSON.parse(gunzipSync(readFileSync(join(trials, file))).toString());
    if (!isOutcome(kept)) throw new Error(`${slug}: ${file} is not of the form in result-forms.json`);
  }
  if (files.length === 0) throw new Error(`${slug}: no trial was kept`);
}
