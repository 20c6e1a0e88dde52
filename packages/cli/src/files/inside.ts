import { lstatSync, type Stats } from "node:fs";
import { join, resolve } from "node:path";

/**
 * Checks that a file of a folder is inside it: no part of the path from the folder to the file is a symbolic link. A folder may come
 * from somebody else, in a repository or an archive, with links to any place.
 *
 * @param path of the file, relative to the folder, without `..`
 * @throws RangeError that names the link
 */
export function checkInside(folder: string, path: string): void {
  let at = folder;
  for (const name of path.split(/[\\/]/).slice(0, -1)) {
    at = join(at, name);
    checkNoLink(at);
  }
}

/**
 * Checks that a folder to be written to is no symbolic link.
 *
 * @throws RangeError that says what to do; nothing for a folder that isn't there
 */
export function checkNoLink(folder: string): void {
  // With a slash at its end a link would be followed.
  if (found(resolve(folder))?.isSymbolicLink())
    throw new RangeError(
      `${folder}: expected a folder, got a symbolic link: name the folder that it leads to, or remove it`,
    );
}

/** What has a name, links not followed; undefined where nothing has it, or it can't be looked at: whoever uses it will say why. */
export function found(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
