import { fork, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { TensorValues } from "@minimand/native";

const python = "/usr/bin/python3";

/** Why the checker of the ONNX project can't be asked, or null where it can. */
export const noChecker: string | null = !existsSync(python)
  ? `there is no ${python}`
  : spawnSync(python, ["-c", "import onnx"]).status === 0
    ? null
    : `${python} has no package onnx`;

/** What the checker of the ONNX project says of a file, shapes and types of all its values included; empty where all is well. */
export function checkerSays(bytes: Uint8Array): string {
  const program =
    "import onnx, sys; onnx.checker.check_model(onnx.load_from_string(sys.stdin.buffer.read()), full_check=True)";
  const { status, stderr } = spawnSync(python, ["-c", program], { input: bytes, encoding: "utf8" });
  return status === 0 ? "" : stderr;
}

/** Runs a model on the browser's build of ONNX Runtime, its WebAssembly backend, in a process of its own. */
export function runOnWeb(
  bytes: Uint8Array,
  feeds: Readonly<Record<string, TensorValues>>,
): Promise<Record<string, TensorValues>> {
  const program = fileURLToPath(new URL("./onnx-web.ts", import.meta.url));
  const child = fork(program, {
    serialization: "advanced",
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const told = text(child.stderr!);
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(message as Record<string, TensorValues>));
    child.once("error", reject);
    child.once("exit", async (code) => {
      if (code !== 0) reject(new Error(await told));
    });
    child.send({ bytes, feeds });
  });
}
