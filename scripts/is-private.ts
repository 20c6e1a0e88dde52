import { readFileSync } from "node:fs";

/** Whether a workspace is no package that anybody installs. */
export function isPrivate(folder: string): boolean {
  return (
    (JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as { private?: boolean }).private === true
  );
}
