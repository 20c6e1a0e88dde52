import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atTheEnd } from "./at-the-end.ts";

/** A folder on a disk of its own. */
export interface SmallDisk extends AsyncDisposable {
  folder: string;
}

/** A disk that holds so many bytes, in whole pages, for any user; it is gone once it is disposed of or this process ends. */
export function smallDisk(bytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), "minimand-disk-"));
  const remove = atTheEnd(`umount -l "$1"\nrmdir "$1"`, [folder]);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes},mode=1777`, "minimand-test", folder], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  return { folder, [Symbol.asyncDispose]: remove };
}

async function whyNot(): Promise<string> {
  if (process.getuid?.() !== 0) return "a disk of its own needs root";
  try {
    await smallDisk(65_536)[Symbol.asyncDispose]();
    return "";
  } catch {
    return "mount can't make a disk in memory";
  }
}

const reason = await whyNot();
if (reason !== "") console.warn(`${reason}: tests with a full disk are left out`);

/** Why tests with a full disk are skipped, for their names; empty where there can be one. */
export const noSmallDisk = reason === "" ? "" : ` (skipped: ${reason})`;

/** Whether `smallDisk` works here. */
export function hasSmallDisk(): boolean {
  return reason === "";
}
