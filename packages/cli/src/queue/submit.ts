import { createHash } from "node:crypto";
import type { Origin } from "@minimand/compare";
import { hasBlob, putBlob } from "../store/blobs.ts";
import type { Database } from "../store/database.ts";
import { type Environment, environmentHash } from "./environment.ts";
import type { Jobs } from "./jobs.ts";
import { addRun, type Run, reviveRun, stateOf } from "./run-store.ts";

/** A run that is asked for. */
export interface Submission extends Pick<Run, "kind" | "title" | "request" | "attached" | "typed"> {
  environment: Environment;
  origins: readonly Origin[];
  /** The bytes of its files, by their hashes. */
  files: ReadonlyMap<string, () => Promise<Uint8Array>>;
}

/** What a run is called: the same for everything that decides its results, the code among it. */
export function runId({ kind, request, house }: Pick<Run, "kind" | "request" | "house">): string {
  return createHash("sha256")
    .update(JSON.stringify([kind, request, house]))
    .digest("hex")
    .slice(0, 12);
}

/**
 * Puts a run with its files into the store, and asks for someone who coordinates it. The same run asked for twice is one; one that has
 * failed or was cancelled goes on, and one that is finished is left alone.
 *
 * @returns its id
 */
export async function submitRun(database: Database, jobs: Jobs, submission: Submission): Promise<string> {
  const { kind, title, request, attached, typed, environment: needs, origins, files } = submission;
  const house = environmentHash(needs, origins);
  const id = runId({ kind, request, house });
  const run = { id, kind, title, request, attached, typed, house, needs, origins: [...origins] };
  // Again where a run that is removed at this moment takes a file along.
  do
    for (const [sha256, bytes] of files)
      if (!(await hasBlob(database, sha256))) await putBlob(database, await bytes());
  while (!(await addRun(database, run, [...files.keys()])));
  const state = await stateOf(database, id);
  if (state === "finished") return id;
  if (state === "failed" || state === "cancelled") await reviveRun(database, id);
  await jobs.sendRun(house, id);
  return id;
}
