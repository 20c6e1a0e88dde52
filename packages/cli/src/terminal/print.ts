import { fstatSync, writeSync } from "node:fs";

/**
 * Prints on stdout what the command was asked for, every byte of it. What is no answer goes through `tell`.
 *
 * Into a file bytes are counted: on a disk that is nearly full a single write takes a part of them without an error, and
 * the stream of Node takes no notice. A pipe or a terminal takes them as the stream gives them; their errors are its `error` events.
 *
 * @throws the error of the operating system, with `stdout` as its path, where the file doesn't take all
 */
export function print(text: string): void {
  if (!isFile()) {
    process.stdout.write(text);
    return;
  }
  try {
    for (let rest = Buffer.from(text); rest.length > 0; )
      rest = rest.subarray(writeSync(process.stdout.fd, rest));
  } catch (error) {
    throw Object.assign(error as Error, { path: "stdout" });
  }
}

/** A disk's file, or a device such as `/dev/full`: what is no terminal, pipe or socket. */
function isFile(): boolean {
  // In a worker thread stdout has no number.
  const { fd, isTTY } = process.stdout as Partial<typeof process.stdout>;
  if (fd === undefined || isTTY) return false;
  const stats = fstatSync(fd);
  return !stats.isFIFO() && !stats.isSocket();
}
