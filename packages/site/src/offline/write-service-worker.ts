import { statSync } from "node:fs";
import { join } from "node:path";
import { build } from "rolldown";
import { repositoryPath } from "../pages/repository.ts";
import { keptFiles } from "./kept-files.ts";

/**
 * Writes the worker that keeps a built site, with the list of its files: after all else, whose sums it holds.
 *
 * @param folder that was built
 * @param base path that addresses in it begin with, with slashes around it
 * @returns how many files it keeps from the first visit on, and their bytes
 */
export async function writeServiceWorker(
  folder: string,
  base: string,
): Promise<{ files: number; bytes: number }> {
  const kept = keptFiles(folder, base);
  await build({
    input: repositoryPath("packages/site/src/offline/service-worker.ts"),
    transform: {
      define: {
        kept: JSON.stringify(kept),
        "process.env.NODE_ENV": '"production"',
      },
    },
    output: { file: join(folder, "service-worker.js"), format: "iife", minify: true },
    logLevel: "warn",
  });
  const bytes = kept.reduce((sum, { url }) => sum + statSync(join(folder, url)).size, 0);
  return { files: kept.length, bytes };
}
