import fs from "node:fs";
import { join } from "node:path";
import { NodeFS } from "@electric-sql/pglite/nodefs";

type Init = NodeFS["init"];

/** What Emscripten hands over of its files. */
interface Files {
  NODEFS: { stream_ops: { fsync?: (stream: { nfd: number }) => number } };
}

/** What WASI calls an error of the disk. */
const inputOutput = 29;

/**
 * The folder of an embedded database, whose files are forced to the disk when the database asks for it. PGlite's own never are:
 * what a power cut leaves of them is any mixture of old and new.
 */
export class SyncedFiles extends NodeFS {
  override async init(...args: Parameters<Init>): ReturnType<Init> {
    const { emscriptenOpts } = await super.init(...args);
    const force = ({ NODEFS }: Files): void => {
      NODEFS.stream_ops.fsync = ({ nfd }) => (forced(nfd) ? 0 : inputOutput);
    };
    const before = [emscriptenOpts.preRun ?? []].flat();
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...before, force as never] } };
  }
}

/** Files that are forced at once: the disk takes those together in one go. */
const together = 64;

/** Forces a folder and all that is in it to the disk. */
export async function forceAll(folder: string): Promise<void> {
  const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  const paths = [folder, ...names.map((name) => join(folder, name))];
  for (let from = 0; from < paths.length; from += together)
    await Promise.all(paths.slice(from, from + together).map(forcePath));
}

async function forcePath(path: string): Promise<void> {
  const file = await fs.promises.open(path, "r");
  try {
    await file.datasync();
  } catch (error) {
    if (!isNoFile(error)) throw Object.assign(error as Error, { path });
  } finally {
    await file.close();
  }
}

/** Whether what was written is on the disk now. */
function forced(fd: number): boolean {
  try {
    fs.fdatasyncSync(fd);
    return true;
  } catch (error) {
    return isNoFile(error);
  }
}

/** Systems that don't force folders, or what is open for reading, say so. */
function isNoFile(error: unknown): boolean {
  return ["EPERM", "EINVAL", "EISDIR", "EBADF"].includes((error as NodeJS.ErrnoException).code ?? "");
}
