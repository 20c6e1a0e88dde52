import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { plural } from "@minimand/compare";
import { UsageError } from "../../failure.ts";
import { placeOf } from "../../files/apart.ts";
import { tell } from "../../printable.ts";

/** Names that pictures have. */
const endings = [".png", ".jpg", ".jpeg", ".webp"];

/** A picture's place, and its name in the output folder. */
export interface PictureFile {
  path: string;
  name: string;
  /** Why it can't be read, where its name says so. */
  fault?: string;
}

/**
 * The pictures that are meant by paths: files, and all pictures right in a folder.
 *
 * @throws UsageError where there are none, where two have the same name, and where one would be written over; errors of the operating system
 */
export async function pictureFiles(paths: readonly string[], out: string): Promise<PictureFile[]> {
  const files: PictureFile[] = [];
  for (const path of paths) {
    const found = await stat(path);
    if (found.isDirectory()) for (const file of await picturesIn(path)) files.push(file);
    else if (found.isFile()) files.push({ path, name: basename(path) });
    // Pictures are read twice, and nothing ends the wait for a pipe.
    else throw new UsageError(`${path}: expected a picture or a folder, got a pipe or a device`);
  }
  const names = new Map<string, string>();
  const target = await realpath(out).catch(() => resolve(out));
  for (const { path, name } of files) {
    // Some systems take names that differ in capitals for the same.
    const other = names.get(name.toLowerCase());
    if (other !== undefined)
      throw new UsageError(`${path}: expected names that differ, got that of ${other} again`);
    names.set(name.toLowerCase(), path);
    if ((await realpath(dirname(path))) === target)
      throw new UsageError(
        `--out: expected another folder than that of ${path}, which would be written over`,
      );
  }
  const readable = files.filter(({ fault }) => fault === undefined);
  const places = new Map(
    await Promise.all(readable.map(async ({ path }) => [await realpath(path), path] as const)),
  );
  for (const { name } of files) {
    const own = join(out, name);
    // What stands in the way of the folder is told where it is made.
    const read = places.get(await placeOf(own).catch(() => own));
    if (read !== undefined)
      throw new UsageError(
        `--out: expected no links to the pictures, got ${own}, by which ${read} would be written over`,
      );
  }
  return files;
}

async function picturesIn(folder: string): Promise<PictureFile[]> {
  const names: string[] = [];
  /** Names that are no UTF-8, as far as they can be shown. */
  const garbled = new Set<string>();
  let others = 0;
  let noFiles = 0;
  for (const name of await readdir(folder)) {
    if (name.startsWith(".")) continue;
    if (!endings.includes(extname(name).toLowerCase())) others++;
    // A pipe would be waited for, and the target of a link may be absent.
    else if (await isFile(join(folder, name))) names.push(name);
    else if (name.includes("\ufffd")) garbled.add(name);
    else noFiles++;
  }
  if (names.length + garbled.size === 0)
    throw new UsageError(
      `${folder}: expected pictures (${endings.join(", ")}), got ${others + noFiles === 0 ? "an empty folder" : plural(others + noFiles, "other name")}`,
    );
  if (others > 0) tell(`${folder}: ${plural(others, "name")} left out: no picture (${endings.join(", ")})`);
  if (noFiles > 0)
    tell(`${folder}: ${plural(noFiles, "name")} left out: no file (a folder, a pipe or a broken link)`);
  return [...names, ...garbled].sort().map((name) => {
    const path = join(folder, name);
    return garbled.has(name)
      ? { path, name, fault: `${path}: expected a name in UTF-8, got another one: rename the file` }
      : { path, name };
  });
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
