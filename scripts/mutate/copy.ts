import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/**
 * Copies what git tracks or would track into a temporary folder, in which files may be broken while people work in the original.
 * Installed packages are linked, those of the workspace to the copy, so that every process of a test loads a changed source.
 *
 * @param root the working tree
 * @returns the folder, which the caller removes
 */
export function copyWorkingTree(root: string): string {
  const folder = mkdtempSync(join(tmpdir(), "minimand-mutants-"));
  const listed = execFileSync("git", ["ls-files", "-coz", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  // A file that git tracks may have been deleted.
  const paths = new Set(listed.split("\0").filter((path) => path !== "" && existsSync(join(root, path))));
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(join(root, path), join(folder, path));
  }
  const { workspaces = [] } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const own of ["", ...workspaces])
    linkPackages(join(root, own, "node_modules"), join(folder, own, "node_modules"));
  return folder;
}

export function linkPackages(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const { name } = entry;
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(join(from, name)), join(to, name));
    else if (name === ".bin" || name.startsWith("@")) linkPackages(join(from, name), join(to, name));
    else if (entry.isDirectory() && !name.startsWith(".")) symlinkSync(join(from, name), join(to, name));
  }
}
