import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dataFile, tables } from "@minimand/data";

/** A file of a table. Its last column, or the one of this name, is the target. */
export interface Source {
  /** `bundled/glass`: where it comes from, and its name. */
  id: string;
  /** Path of the file. */
  file: string;
  target: string;
  /** Of the compressed file. */
  sha256: string;
  task: "binary" | "multiclass" | "regression";
}

const shared = process.env.MINIMAND_SHARED ?? fileURLToPath(new URL("../../../shared", import.meta.url));

interface SharedEntry {
  task: string;
  classes?: string[];
  sha256: string;
}
type PmlbEntry = Pick<Source, "file" | "target" | "task" | "sha256"> & { name: string };

const readJson = <T>(file: string): T => JSON.parse(readFileSync(file, "utf8")) as T;

/**
 * Lists the tables of the package `data`, of `data` in the shared folder, and of `data/pmlb` there. `missing` names the folders that do not
 * exist; `MINIMAND_SHARED` is the path of the shared folder.
 */
export function findSources(): { sources: Source[]; missing: string[] } {
  const sources: Source[] = tables().map(({ name, file, target, task, sha256 }) => {
    return { id: `bundled/${name}`, file: fileURLToPath(dataFile(file)), target, sha256, task };
  });
  const bundled = new Set(sources.map(({ sha256 }) => sha256));
  const missing: string[] = [];
  const folder = `${shared}/data`;
  if (existsSync(`${folder}/index.json`)) {
    const index = readJson<Record<string, SharedEntry>>(`${folder}/index.json`);
    for (const [path, { task, classes = [], sha256 }] of Object.entries(index)) {
      const name = /^(?:classification|regression)\/(.*)\.csv\.gz$/.exec(path)?.[1];
      if (name === undefined || bundled.has(sha256)) continue;
      const own = task === "regression" ? task : classes.length === 2 ? "binary" : "multiclass";
      sources.push({ id: `shared/${name}`, file: `${folder}/${path}`, target: "target", sha256, task: own });
    }
  } else missing.push(folder);
  if (existsSync(`${folder}/pmlb/index.json`)) {
    for (const { name, file, target, task, sha256 } of readJson<PmlbEntry[]>(`${folder}/pmlb/index.json`))
      sources.push({ id: `pmlb/${name}`, file: `${folder}/pmlb/${file}`, target, sha256, task });
  } else missing.push(`${folder}/pmlb`);
  return { sources, missing };
}
