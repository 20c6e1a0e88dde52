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
  const { defaultDevice, init, numpy: np } = await import(${engine});
  const { nativeCompiler } = await import(${native});
  await init("wasm");
  defaultDevice("wasm");
  const double = (await nativeCompiler())((x) => x.mul(2));
  console.log((await double(np.array([1, 2])).data()).join());`;

function run(source: string, options: Parameters<typeof watch>[1] = {}) {
  const file = join(temporaryFolder(), "program.mjs");
  writeFileSync(file, source);
  return watch([file], options);
}

/** Runs the same in worker threads, which the main thread starts; their errors come out on stderr. */
const inWorkers = (main: string) => `
  import { isMainThread, SHARE_ENV, Worker, workerData } from "node:worker_threads";
  const start = (options) =>
    new Worker(new URL(import.meta.url), options).on("error", (error) => console.error(error.name + ": " + error.message));
  if (isMainThread) {
    ${main}
  } else if (workerData === "another") start({ env: SHARE_ENV });
  else {
    ${doubled}
  }`;

describe.skipIf(missing !== "")(`ONNX Runtime in a program of one's own${missing}`, () => {
  // The first look-up comes some nine seconds after the start.
  it(`writes nothing outside the program's folder, and reaches for no other machine${noStrace}`, () => {
    const traced = noStrace === "";
    const waiting = traced ? "await new Promise((resolve) => setTimeout(resolve, 14_000));" : "";
    const quiet = { code: 0, stdout: "2,4\n", stderr: "", left: [], network: [] };
    expect(run(doubled + waiting, { traced })).toMatchObject(quiet);
  });

  it("writes nothing where the user's environment asks for telemetry", () => {
    const ran = run(doubled, { env: { ORT_DISABLE_TELEMETRY: "0" } });
    expect(ran).toMatchObject({ code: 0, stdout: "2,4\n", left: [] });
  });

  const set = `process.env.ORT_DISABLE_TELEMETRY = "1";`;
  it.each([
    ["whose main thread has set the variable", `${set} start({});`],
    ["with an environment of its own, whose main thread has set the variable", `${set} start({ env: {} });`],
    [
      "whose main thread has loaded ONNX Runtime",
      `await (await import(${native})).nativeCompiler(); start({ env: {} });`,
    ],
    ["that shares the environment of the main thread", "start({ env: SHARE_ENV });"],
  ])("is quiet in a worker %s", (_, main) => {
    expect(run(inWorkers(main))).toMatchObject({ code: 0, stdout: "2,4\n", stderr: "", left: [] });
  });

  it.each([
    ["whose main thread hasn't set the variable", "{}"],
    ["that was given the variable in an environment of its own", `{ env: { ORT_DISABLE_TELEMETRY: "1" } }`],
    ["that shares the copy of another worker", `{ workerData: "another" }`],
  ])("refuses to start in a worker %s", (_, options) => {
    expect(run(inWorkers(`start(${options});`))).toMatchObject({
      stdout: "",
      stderr:
        "NativeUnavailableError: ORT_DISABLE_TELEMETRY: expected 1 in the environment of the process, got none; " +
        '`process.env.ORT_DISABLE_TELEMETRY = "1"` on the main thread, before this worker starts, sets it\n',
      left: [],
    });
  });

  it("refuses to start where the environment can't be seen", () => {
    const { stderr, left } = run(doubled, { env: { NODE_OPTIONS: "--report-exclude-env" } });
    expect(stderr).toContain(
      "ORT_DISABLE_TELEMETRY: expected 1 in the environment of the process, got one that --report-exclude-env hides",
    );
    expect(left).toEqual([]);
  });
});
