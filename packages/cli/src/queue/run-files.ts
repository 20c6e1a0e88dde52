import type { Results } from "@minimand/compare";
import type { Contents } from "@minimand/compare/keep";
import { renderReport } from "@minimand/compare/report";
import type { ReproductionFile } from "@minimand/papers";
import { UsageError } from "../failure.ts";
import { renderReproduction } from "../report/reproduction.ts";
import type { Database } from "../store/database.ts";
import { filesOf, type Run } from "./run-store.ts";

/** All files of a finished run's output folder, its page among them, which is made here of its results. */
export async function filesToWrite(database: Database, run: Run, out: string): Promise<Contents> {
  const files = await filesOf(database, run.id);
  try {
    const page = pageOf(run, files, out);
    return page === null ? files : { ...files, "report.html": page };
  } catch {
    throw new UsageError(`run ${run.id}: expected results that a report can be made of, got others`);
  }
}

function pageOf({ kind, typed }: Run, files: Contents, out: string): string | null {
  const read = (name: string): unknown => {
    const bytes = files[name];
    return bytes instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(bytes)) : null;
  };
  if (kind === "compare") return renderReport(read("results.json") as Results, out, typed);
  const report = read("report.json") as ReproductionFile | null;
  return report === null ? null : renderReproduction(report);
}
