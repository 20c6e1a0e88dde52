import { DataError, readResults } from "@minimand/compare";
import type { Contents } from "@minimand/compare/artifacts";
import { renderReport } from "@minimand/compare/report";
import { readReproduction } from "@minimand/papers";
import { UsageError } from "../failure.ts";
import { renderReproduction } from "../report/reproduction.ts";
import type { Database } from "../store/database.ts";
import { filesOf, type Run } from "./run-store.ts";

/**
 * All files of a finished run's output folder, its page among them, which is made here of its results.
 *
 * @throws UsageError for results that no page can be made of
 */
export async function filesToWrite(database: Database, run: Run, out: string): Promise<Contents> {
  const files = await filesOf(database, run.id);
  try {
    const page = pageOf(run, files, out);
    return page === null ? files : { ...files, "report.html": page };
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new UsageError(`run ${run.id}: expected results that a report can be made of, got others`);
  }
}

function pageOf({ id, kind, typed }: Run, files: Contents, out: string): string | null {
  const place = (name: string): string => `run ${id}, ${name}`;
  if (kind === "compare")
    return renderReport(readResults(textOf(files, "results.json"), place("results.json")), out, typed);
  if (files["report.json"] === undefined) return null;
  return renderReproduction(readReproduction(textOf(files, "report.json"), place("report.json")));
}

/** The text of one of a run's files; empty where the run has none of this name. */
export function textOf(files: Contents, name: string): string {
  const content = files[name] ?? "";
  return typeof content === "string" ? content : new TextDecoder().decode(content);
}
