import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { nativeCompiler } from "@minimand/native";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { noStrace, watch } from "../../../../test/support/quiet.ts";

const missing = await nativeCompiler().then(
  () => "",
  (error: Error) => ` (skipped: ${error.message})`,
);

const native = JSON.stringify(new URL("../index.ts", import.meta.url).href);
const engine = JSON.stringify(import.meta.resolve("@jax-js/jax"));

/** A program that trains nothing, but starts ONNX Runtime and runs something in it. */
const doubled = `
  import { defaultDevice, init, numpy as np } from ${engine};
  import { nativeCompiler } from ${native};
  await init("wasm");
  defaultDevice("wasm");`;
const compiled = `
  const double = (await nativeCompiler())((x) => x.mul(2));
  console.log((await double(np.array([1, 2])).data()).join());`;

function run(source: string, options: Parameters<typeof watch>[1] = {}) {
  const file = join(temporaryFolder(), "program.mjs");
  writeFileSync(file, source);
  return watch([file], options);
}

/** Runs the same in a worker thread; its error comes out on stderr. */
const inWorker = (options: string, main = "") => `
  import { isMainThread, SHARE_ENV, Worker } from "node:worker_threads";
  ${doubled}
  if (isMainThread) {
    ${main}
    new Worker(new URL(import.meta.url), ${options}).on("error", (error) => console.error(error.name + ": " + error.message));
  } else {
    ${compiled}
  }`;

describe.skipIf(missing !== "")(`ONNX Runtime in a program of one's own${missing}`, () => {
  it("writes nothing outside the program's folder", () => {
    expect(run(doubled + compiled)).toMatchObject({ code: 0, stdout: "2,4\n", stderr: "", left: [] });
  });

  it("writes nothing where the user's environment asks for telemetry", () => {
    const ran = run(doubled + compiled, { env: { ORT_DISABLE_TELEMETRY: "0" } });
    expect(ran).toMatchObject({ code: 0, stdout: "2,4\n", left: [] });
  });

  // The first look-up comes some nine seconds after the start.
  it.skipIf(noStrace !== "")(`reaches for no other machine${noStrace}`, () => {
    const waiting = `${doubled}${compiled}
      await new Promise((resolve) => setTimeout(resolve, 14_000));`;
    expect(run(waiting, { traced: true })).toMatchObject({ code: 0, stdout: "2,4\n", left: [], network: [] });
  });

  const set = `process.env.ORT_DISABLE_TELEMETRY = "1";`;
  it.each([
    ["whose main thread has set the variable", "{}", set],
    ["with an environment of its own, whose main thread has set the variable", "{ env: {} }", set],
    ["whose main thread has loaded ONNX Runtime", "{ env: {} }", "await nativeCompiler();"],
    ["that shares the environment of the main thread", "{ env: SHARE_ENV }", ""],
  ])("is quiet in a worker %s", (_, options, main) => {
    expect(run(inWorker(options, main))).toMatchObject({ code: 0, stdout: "2,4\n", stderr: "", left: [] });
  });

  const refusal =
    "NativeUnavailableError: ORT_DISABLE_TELEMETRY: expected 1 in the environment of the process, got none; " +
    '`process.env.ORT_DISABLE_TELEMETRY = "1"` on the main thread, before this worker starts, sets it\n';
  it.each([
    ["whose main thread hasn't set the variable", "{}"],
    ["that was given the variable in an environment of its own", `{ env: { ORT_DISABLE_TELEMETRY: "1" } }`],
  ])("refuses to start in a worker %s", (_, options) => {
    expect(run(inWorker(options))).toMatchObject({ stdout: "", stderr: refusal, left: [] });
  });

  it("refuses to start in a worker that shares the copy of another worker", () => {
    const nested = `
      import { SHARE_ENV, threadId, Worker } from "node:worker_threads";
      ${doubled}
      if (threadId < 2)
        new Worker(new URL(import.meta.url), threadId === 0 ? {} : { env: SHARE_ENV })
          .on("error", (error) => console.error(error.name + ": " + error.message));
      else {
        ${compiled}
      }`;
    expect(run(nested)).toMatchObject({ stdout: "", stderr: refusal, left: [] });
  });

  it("refuses to start where the environment can't be seen", () => {
    const { stderr, left } = run(doubled + compiled, { env: { NODE_OPTIONS: "--report-exclude-env" } });
    expect(stderr).toContain(
      "ORT_DISABLE_TELEMETRY: expected 1 in the environment of the process, got one that --report-exclude-env hides",
    );
    expect(left).toEqual([]);
  });
});
