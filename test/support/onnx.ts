import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { TensorValues } from "@minimand/native";
import { atEndOfFile } from "./end-of-file.ts";

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

let web: { child: ChildProcess; told: Promise<string> } | undefined;

function startWeb(): NonNullable<typeof web> {
  const child = fork(fileURLToPath(new URL("./onnx-web.ts", import.meta.url)), {
    serialization: "advanced",
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  atEndOfFile(() => {
    child.kill();
    web = undefined;
  });
  return { child, told: text(child.stderr!) };
}

/**
 * Runs a model on the browser's build of ONNX Runtime, its WebAssembly backend, one after the other in a process for all models of a
 * file's tests: starting it takes longer than any of them.
 */
export async function runOnWeb(
  bytes: Uint8Array,
  feeds: Readonly<Record<string, TensorValues>>,
): Promise<Record<string, TensorValues>> {
  web ??= startWeb();
  const { child, told } = web;
  const over = new AbortController();
  const { signal } = over;
  const ended = once(child, "exit", { signal }).then(async () => {
    web = undefined;
    throw new Error(await told);
  });
  child.send({ bytes, feeds });
  const answer = await Promise.race([once(child, "message", { signal }), ended]).finally(() => over.abort());
  return answer[0];
}
