// Preloaded into the command by tests (NODE_OPTIONS): a disk that is full from the moment that a file whose path holds
// FULL_DISK_AT is written for the FULL_DISK_NTH time.
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const { FULL_DISK_AT = "", FULL_DISK_NTH = "1" } = process.env;
const { open } = fs;
let left = Number(FULL_DISK_NTH);

fs.open = async (path, ...rest) => {
  const handle = await open(path, ...rest);
  if (String(path).includes(FULL_DISK_AT) && --left <= 0) {
    handle.writeFile = async (content) => {
      await handle.write(content.slice(0, 3));
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), {
        errno: -28,
        code: "ENOSPC",
        syscall: "write",
      });
    };
  }
  return handle;
};
syncBuiltinESMExports();
