import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { everythingIn, type Ran, sampleCsv, tiny, workFolder } from "../../../test/support/cli.ts";
import { oneProcess } from "./one-process.fixture.ts";

/*
 * Results of a run take the places of those of an earlier one: all of them or none, on a full disk and at a kill.
 */
const { folder, at, run, resultsOf } = workFolder();
const once = oneProcess(folder);
const hook = (name: string): string =>
  `--import=${fileURLToPath(new URL(`../../../test/support/${name}`, import.meta.url))}`;
const compare = (out: string, hidden: string, env?: Record<string, string>): Promise<Ran> => {
  const args = ["compare", "a.csv", "-t", "y", ...tiny, "--hidden", hidden, "--out", out];
  return env === undefined ? once(args) : run(args, { env });
};

/** All files but the trials, by path. */
function filesIn(out: string): Record<string, string> {
  const paths = everythingIn(at(out)).filter((path) => /^(report|results|model\/)/.test(path));
  return Object.fromEntries(paths.map((path) => [path, readFileSync(at(out, path), "base64")]));
}

/** The width of the network that results and model are of. */
function widthsIn(out: string): number[] {
  const { settings } = resultsOf(out);
  const { network } = JSON.parse(readFileSync(at(out, "model/model.json"), "utf8"));
  return [...settings.hidden, ...network.hidden];
}

const predictions: Record<number, string> = {};
beforeAll(async () => {
  writeFileSync(at("a.csv"), sampleCsv());
  // The trials of both are kept in either folder.
  for (const [hidden, told] of [
    ["5", ""],
    ["4", "old: results of 'a' (with another --hidden) are there: they and their model will be replaced\n"],
  ]) {
    const { code, stderr } = await compare("old", hidden);
    expect(code).toBe(0);
    expect(stderr.match(/^.*will be replaced\n/m)?.[0] ?? "").toBe(told);
    predictions[Number(hidden)] = (await once(["predict", "old", "a.csv"])).stdout;
  }
  expect(predictions[4]).not.toBe(predictions[5]);
  expect(widthsIn("old")).toEqual([4, 4]);
});

describe("results that take the places of others", () => {
  it.each(["report.html", "results.json", "model.safetensors", "model.onnx", "model.json"])(
    "leave all of those where the disk is full at %s",
    async (file) => {
      cpSync(at("old"), at(file), { recursive: true });
      const before = everythingIn(at(file));
      const full = { NODE_OPTIONS: hook("full-disk.mjs"), FULL_DISK_AT: `/${file}` };
      const { code, stdout, stderr } = await compare(file, "5", full);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      const place = file.startsWith("model") ? `model/${file}` : file;
      expect(stderr).toContain(`\nminimand: ${file}/${place}: no space left on the disk\n`);
      expect(filesIn(file)).toEqual(filesIn("old"));
      expect(everythingIn(at(file))).toEqual(before);
    },
  );

  it("are all old or all new after a kill at any step", async () => {
    const found = new Set<number>();
    const isKilledAt = async (nth: number): Promise<boolean> => {
      const out = `killed-${nth}`;
      cpSync(at("old"), at(out), { recursive: true });
      const { code } = await compare(out, "5", {
        NODE_OPTIONS: hook("killed-at.mjs"),
        KILL_IN: out,
        KILL_NTH: String(nth),
      });
      if (code === 0) return false;
      expect(code).toBeNull();
      const told = await once(["predict", out, "a.csv"]);
      expect(told).toMatchObject({ code: 0, stderr: "" });
      if (!existsSync(at(out, ".minimand-new"))) {
        const [width] = new Set(widthsIn(out));
        expect(widthsIn(out)).toEqual([width, width]);
        expect(told.stdout).toBe(predictions[width]);
        if (width === 4) expect(filesIn(out)).toEqual(filesIn("old"));
        found.add(width);
      } else {
        // Killed between the renames: what was decided is read, and the next run puts it into its place.
        expect(told.stdout).toBe(predictions[5]);
        expect(await compare(out, "4")).toMatchObject({ code: 0 });
        expect(widthsIn(out)).toEqual([4, 4]);
        expect(everythingIn(at(out)).filter((path) => path.startsWith("."))).toEqual([]);
        found.add(0);
      }
      return true;
    };
    let nth = 1;
    while (await isKilledAt(nth)) nth += 4;
    // The last step of all, too.
    while (!(await isKilledAt(--nth)));
    expect([...found].sort()).toEqual([0, 4, 5]);
  });

  it("are all of them there before the first that a paper's reproduction writes", async () => {
    const args = ["reproduce", "anyloss", "--quick", "--engine", "wasm", "--out", "paper"];
    expect(await once(args)).toMatchObject({ code: 0 });
    const before = filesIn("paper");
    expect(Object.keys(before)).toEqual(["report.html", "report.json"]);
    for (const file of ["report.html", "report.json"]) {
      const full = { NODE_OPTIONS: hook("full-disk.mjs"), FULL_DISK_AT: `/${file}` };
      const { code, stdout, stderr } = await run(args, { env: full });
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(new RegExp(`minimand: paper/${file}: no space left on the disk\n$`));
      expect(filesIn("paper")).toEqual(before);
    }
  });
});
