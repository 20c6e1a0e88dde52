import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Project } from "./project.ts";

/** Runs the quick reproduction of every paper by the packed command, two at a time. */
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
    }
  };
  await Promise.all([work(), work()]);
  const seconds = ((performance.now() - from) / 1000).toFixed(0);
  console.log(`all ${papers.length} papers run at the quick scale, in ${seconds} s`);
}
