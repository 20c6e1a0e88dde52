// biome-ignore lint/style/noRestrictedImports: PGlite is given the file system
import fs from "node:fs";
import { join } from "node:path";
import { NodeFS } from "@electric-sql/pglite/nodefs";

type Init = NodeFS["init"];

/** What Emscripten hands over of its files. */
interface Files {
  NODEFS: {
    node_ops: {
      mknod: (parent: unknown, name: string, mode: number, device: number) => unknown;
      setattr: (node: unknown, attributes: { mode?: number }) => void;
    };
    stream_ops: {
      setattr: (stream: unknown, attributes: { mode?: number }) => void;
      fsync?: (stream: { nfd: number }) => number;
    };
  };
}

/** What WASI calls an error of the disk. */
const inputOutput = 29;

/** All but what a group and others may do. */
const ofOwner = ~0o077;

/**
 * The folder of an embedded database, which its owner alone can read. PGlite's own lets everyone write to most of its files, whatever the
 * process allows.
 */
export class PrivateFiles extends NodeFS {
  override async init(...args: Parameters<Init>): ReturnType<Init> {
    return withHook(await super.init(...args), ({ NODEFS: { node_ops, stream_ops } }) => {
      const { mknod } = node_ops;
      node_ops.mknod = (parent, name, mode, device) => mknod(parent, name, mode & ofOwner, device);
      for (const operations of [node_ops, stream_ops]) {
        const { setattr } = operations;
        operations.setattr = (of, { mode, ...others }) =>
          setattr(of, mode === undefined ? others : { ...others, mode: mode & ofOwner });
      }
    });
  }
}

/**
 * {@link PrivateFiles} that are forced to the disk when the database asks for it. PGlite's own never are: what a power cut leaves of them is
 * any mixture of old and new.
 */
export class SyncedFiles extends PrivateFiles {
  override async init(...args: Parameters<Init>): ReturnType<Init> {
    return withHook(await super.init(...args), ({ NODEFS }) => {
      NODEFS.stream_ops.fsync = ({ nfd }) => (forced(nfd) ? 0 : inputOutput);
    });
  }
}

function withHook(
  { emscriptenOpts }: Awaited<ReturnType<Init>>,
  hook: (files: Files) => void,
): Awaited<ReturnType<Init>> {
  const before = [emscriptenOpts.preRun ?? []].flat();
  return { emscriptenOpts: { ...emscriptenOpts, preRun: [...before, hook as never] } };
}

/** Takes from a group and others what they may do with a folder and all in it, as versions before let them. */
export function makePrivate(folder: string): void {
  if (process.platform === "win32" || (fs.statSync(folder).mode & 0o077) === 0) return;
  for (const path of ownPaths(folder)) {
    const stats = fs.lstatSync(path);
    // Another name of the file may be outside of the folder.
    if (stats.isDirectory() || stats.nlink === 1) fs.chmodSync(path, stats.mode & 0o700);
  }
  // Last: what was interrupted begins anew.
  fs.chmodSync(folder, 0o700);
}

/**
 * Lists all files and folders below a folder, without links and pipes. Links lead elsewhere or in circles, and Node's own `recursive` follows them;
 * opening a pipe waits for its other end.
 */
function ownPaths(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return [path, ...ownPaths(path)];
    return entry.isFile() ? [path] : [];
  });
}

/** Files that are forced at once: the disk takes those together in one go. */
const together = 64;

/** Forces a folder and all that is in it to the disk. */
export async function forceAll(folder: string): Promise<void> {
  const paths = [folder, ...ownPaths(folder)];
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
