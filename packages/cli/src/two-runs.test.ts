import { readdirSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { everythingIn, type Ran, sampleCsv, start, tiny, workFolder } from "../../../test/support/cli.ts";
import { oneProcess } from "./one-process.fixture.ts";

const { folder, at, run, resultsOf } = workFolder();
const once = oneProcess(folder);
const seeds = 4;
// All four on the first seed, all but the majority class on the others.
const total = 4 * 2 + 3 * 2 * (seeds - 1);
const args = (out: string, ...more: string[]): string[] => [
  ...["compare", "a.csv", "-t", "y", ...tiny, "--seeds", String(seeds), "--max-epochs", "60"],
  ...["--patience", "60", "--out", out, ...more],
];
const filesIn = (out: string): string[] => everythingIn(at(out)).filter((path) => !path.startsWith("trials"));
const trialsIn = (out: string): string[] =>
  readdirSync(at(out, "trials")).filter((name) => name.endsWith(".json.gz"));
const whole = ["model", "model/model.json", "model/model.onnx", "model/model.safetensors"].concat([
  "report.html",
  "results.json",
]);

/** A run that stands still after some of its trials, until `goOn`. */
async function halted(out: string): Promise<{ pid: number; goOn(signal?: "SIGKILL"): Promise<Ran> }> {
  const { child, ended } = start(args(out), { cwd: folder });
  while (!everythingIn(folder).some((path) => path.startsWith(`${out}/trials/`) && path.endsWith(".json.gz")))
    await setTimeout(5);
  child.kill("SIGSTOP");
  const goOn = (signal: "SIGKILL" | "SIGCONT" = "SIGCONT"): Promise<Ran> => {
    child.kill(signal);
    return ended;
  };
  return { pid: child.pid!, goOn };
}

beforeAll(() => writeFileSync(at("a.csv"), sampleCsv()));

describe("two comparisons at once in one folder", () => {
  it("with other settings: the second is refused with the process of the first, which ends as if alone", async () => {
    const first = await halted("other");
    for (const more of [
      ["--hidden", "5"],
      ["--rope", "0.02"],
      ["--seeds", "5"],
    ]) {
      expect(await once(args("other", ...more))).toEqual({
        code: 2,
        stdout: "",
        stderr: `minimand: other: expected a folder that no other process uses, got one that process ${first.pid} uses with other settings: name another --out, or wait until it has ended\n`,
      });
    }
    const paper = await once(["reproduce", "anyloss", "--quick", "--out", "other"]);
    expect(paper).toMatchObject({ code: 2, stdout: "" });
    expect(paper.stderr).toContain(`process ${first.pid} uses`);
    expect(await first.goOn()).toMatchObject({ code: 0 });
    expect(filesIn("other")).toEqual(whole);
    const { settings } = resultsOf("other");
    expect(settings).toMatchObject({ hidden: [4], seeds });
    expect(trialsIn("other")).toHaveLength(total);
  });

  it("with the same settings: they share the folder and their trials, and say the same", async () => {
    const first = await halted("same");
    const two = await once(args("same", "--workers", "2"));
    expect(filesIn("same")).toEqual([".minimand-lock", ...whole]);
    const one = await first.goOn();
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(two.stdout).toBe(one.stdout);
    expect(two.stderr).toMatch(new RegExp(`(all|\\d+ of) ${total} trials are already finished\n`));
    expect(trialsIn("same")).toHaveLength(total);
    expect(filesIn("same")).toEqual(whole);
  });

  it("the folder of a run that was killed is free at once", async () => {
    const first = await halted("killed");
    await first.goOn("SIGKILL");
    expect(await once(args("killed", "--seeds", "1"))).toMatchObject({ code: 0 });
    expect(filesIn("killed")).toEqual(whole);
  });

  it("one that finds the disk full from the start takes nothing away from the other", async () => {
    const hook = fileURLToPath(new URL("../../../test/support/full-disk.mjs", import.meta.url));
    const full = { NODE_OPTIONS: `--import=${hook}`, FULL_DISK_AT: "trials/" };
    const [fails, works] = await Promise.all([run(args("new/both"), { env: full }), run(args("new/both"))]);
    expect([fails.code, works.code]).toEqual([2, 0]);
    expect(filesIn("new/both")).toEqual(whole);
  });
});
