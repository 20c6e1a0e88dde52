import { isArgumentError, textOfThrown } from "@minimand/compare/messages";

/* What errors say, and who can mend them: commands and servers share it. */

const reasons: Record<string, string> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "is a folder, expected a file",
  ERR_FS_EISDIR: "is a folder, expected a file",
  ENOTDIR: "a part of the path is a file, expected a folder",
  EEXIST: "exists and is not a folder",
  ENOSPC: "no space left on the disk",
  EDQUOT: "no space left in the quota of the disk",
  EFBIG: "the file would be larger than allowed",
  EIO: "the disk can't be read or written",
  EMFILE: "too many open files",
  ENXIO: "is a socket, expected a file",
  ELOOP: "symbolic links that lead in a circle",
  ENAMETOOLONG: "the name is too long",
  EROFS: "the file system is read-only",
  EADDRINUSE: "another program listens there",
};

/** Whether the user can fix it: an argument, a file, the disk, the memory. */
export function isMendable(error: unknown): boolean {
  return isError(error) && (isArgumentError(error) || systemMessage(error) !== null || isMemoryError(error));
}

/** One line that says what went wrong: the first of what the error says. */
export function messageOf(error: unknown): string {
  return textOf(error).split("\n")[0];
}

/** All that an error says, one of the operating system in words. */
export function textOf(error: unknown): string {
  if (!isError(error)) return textOfThrown(error);
  if (isMemoryError(error))
    return `expected a task that fits into memory, got one that does not (${error.message})`;
  return systemMessage(error) ?? error.message;
}

/** Whether it is an error whose message can be read: a user's module may throw anything. */
export function isError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof Error && typeof thrown.message === "string";
  } catch {
    return false;
  }
}

/** Errors of the operating system that a user can mend, in words; null for all others. */
function systemMessage(error: Error): string | null {
  if (!("code" in error)) return null;
  const reason = reasons[String(error.code)];
  if (reason === undefined) return null;
  if ("path" in error && typeof error.path === "string") return `${error.path}: ${reason}`;
  if ("address" in error && "port" in error) return `${error.address}:${error.port}: ${reason}`;
  return reason;
}

/** What JavaScript, Node and the engine say where memory does not suffice for what was asked. */
const memoryMessages = [
  "Array buffer allocation failed",
  "Allocation exceeds the 4 GiB memory32 limit",
  "Invalid string length",
  "Map maximum size exceeded",
  "Set maximum size exceeded",
];

function isMemoryError({ message }: Error): boolean {
  return (
    memoryMessages.includes(message) ||
    /^(?:Invalid typed array length: \d{9,}|Cannot create a string longer than .+)$/.test(message)
  );
}
