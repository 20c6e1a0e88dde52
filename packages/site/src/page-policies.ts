import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pagePolicy } from "@minimand/cli/page-policy";

/**
 * Writes into each page of a built site what it may load, before anything else in it: no script that it wasn't built with, and nothing from
 * elsewhere.
 *
 * @throws Error for a page without the line that it is written after
 */
export function writePolicies(folder: string): void {
  for (const page of globSync("**/*.html", { cwd: folder })) {
    const file = join(folder, page);
    const text = readFileSync(file, "utf8");
    const charset = '<meta charset="utf-8">';
    if (!text.includes(charset)) throw new Error(`${page}: expected ${charset}`);
    const policy = `<meta http-equiv="Content-Security-Policy" content="${pagePolicy(text)}">`;
    writeFileSync(file, text.replace(charset, `${charset}\n    ${policy}`));
  }
}
