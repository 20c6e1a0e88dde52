// Preloaded by tests (NODE_OPTIONS): the process is killed before the KILL_NTH time that something is renamed, removed or
// made below the folder KILL_IN.
import fs from "node:fs";
import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const { KILL_IN = "", KILL_NTH = "1" } = process.env;
let left = Number(KILL_NTH);

function counted(module, name) {
  const original = module[name];
  module[name] = (path, ...rest) => {
    const told = String(path);
    if (told.includes(KILL_IN) && !told.includes("trials") && --left === 0) {
      process.kill(process.pid, "SIGKILL");
      // The signal may take a moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
    return original(path, ...rest);
  };
}

for (const name of ["renameSync", "rmSync", "mkdirSync"]) counted(fs, name);
for (const name of ["rename", "mkdir"]) counted(promises, name);
syncBuiltinESMExports();
