import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { everythingIn, sampleCsv, start, tiny, workFolder } from "../../../../../test/support/cli.ts";
import { oneProcess } from "../../one-process.fixture.ts";

const { folder, at, run, resultsOf } = workFolder();
const once = oneProcess(folder);
const seeds = 4;
// Majority class, cross-entropy, class weights and focal on two folds of the first seed, the last three on those of the others; long
// enough to be met in the middle.
const [first, total] = [4 * 2, 4 * 2 + 3 * 2 * (seeds - 1)];
const args = (out: string, ...more: string[]): string[] => [
  ...["compare", "a.csv", "-t", "y", ...tiny, "--seeds", `${seeds}`, "--max-epochs", "60"],
  ...["--patience", "60", "--out", out, ...more],
];
const trialsIn = (out: string): string[] =>
  existsSync(at(out, "trials"))
    ? readdirSync(at(out, "trials")).filter((name) => name.endsWith(".json.gz"))
    : [];

function timeless(out: string): unknown {
  const { created: _, datasets, ...rest } = resultsOf(out);
  return {
    ...rest,
    datasets: datasets.map((d) => ({ ...d, trials: d.trials.map(({ seconds: __, ...trial }) => trial) })),
  };
}

/** Waits until a run has kept some of its trials. */
async function someTrials(out: string, least = 4): Promise<void> {
  while (trialsIn(out).length < least) await setTimeout(5);
}

/** The same command again finishes the rest and ends as if nothing had happened. */
async function finishes(out: string, kept: number): Promise<string> {
  const { code, stderr } = await once(args(out));
  expect(code).toBe(0);
  const found = kept < total ? `${kept} of` : "all";
  expect(stderr).toContain(`${found} ${total} trials are already finished\n`);
  expect(timeless(out)).toEqual(timeless("whole"));
  return stderr;
}

beforeAll(async () => {
  writeFileSync(at("a.csv"), sampleCsv());
  const { code } = await once(args("whole"));
  expect(code).toBe(0);
  expect(trialsIn("whole")).toHaveLength(total);
});

describe("a comparison that is cut short", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "by %s ends with 130, keeps what is finished, and continues",
    async (signal) => {
      const { child, ended } = start(args(signal, "--workers", "2"), { cwd: folder });
      await someTrials(signal);
      child.kill(signal);
      const { code, stdout, stderr } = await ended;
      expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
      const kept = trialsIn(signal).length;
      expect(kept).toBeGreaterThanOrEqual(3);
      expect(kept).toBeLessThan(total);
      expect(stderr).toMatch(
        new RegExp(
          `\\nminimand: interrupted: ${kept} of ${total} trials are kept; the same command continues\\n$`,
        ),
      );
      // Nothing but whole trials.
      expect(everythingIn(at(signal))).toHaveLength(kept + 1);
      await finishes(signal, kept);
    },
  );

  it("by kill -9 loses at most the trials in flight, and continues", async () => {
    const { child, ended } = start(args("killed"), { cwd: folder });
    await someTrials("killed");
    child.kill("SIGKILL");
    expect(await ended).toMatchObject({ code: null, stdout: "" });
    const kept = trialsIn("killed");
    expect(kept.length).toBeLessThan(total);
    for (const name of kept)
      expect(() => JSON.parse(gunzipSync(readFileSync(at("killed/trials", name))).toString())).not.toThrow();
    // Trials that a crash of the machine has damaged, that somebody has changed, or that earlier versions wrote run again.
    const change = (name: string, by: (text: string) => string): void => {
      const path = at("killed/trials", name);
      const text = gunzipSync(readFileSync(path)).toString();
      expect(by(text)).not.toBe(text);
      writeFileSync(path, gzipSync(by(text)));
    };
    change(kept[0], (text) => text.slice(0, 50));
    change(kept[1], (text) => text.replace(/"score":[^,]+/, '"score":0.99'));
    change(kept[2], (text) => JSON.stringify(JSON.parse(text).kept));
    const stderr = await finishes("killed", kept.length - 3);
    expect(stderr).toContain(
      "\n3 kept trials are damaged, or of a version that wrote no checksums: run again\n",
    );
  });

  it("by its budget keeps to the first seed, says so, and continues with the alpha that is left", async () => {
    const { code, stderr } = await once(args("budget", "--budget", "0.001s"));
    expect(code).toBe(0);
    const what = `1 seed of ${seeds} for the finalists`;
    expect(stderr).toContain(
      `budget: ${what}; the same command without its time limit (--quick or --budget), or with a longer one, continues\n`,
    );
    expect(trialsIn("budget")).toHaveLength(first);
    const { datasets, cut } = resultsOf("budget");
    expect(datasets[0].seeds).toEqual({ planned: [0, 1, 2, 3], complete: [0] });
    expect(datasets[0].ranking.alpha).toBe(0.025);
    expect(datasets[0].notes[0].text).toContain(what);
    // Cross-entropy's have a record of the tuned threshold beside them.
    expect(cut).toEqual({ missing: [what], trials: first + 2, alphaLeft: 0.025 });
    const idle = timeless("budget");
    const nothing = await once(args("budget", "--budget", "0.001s"));
    expect(nothing.stderr).toContain(
      `${first} of ${total} trials are already finished, and there was no time for another\n`,
    );
    expect(timeless("budget")).toEqual(idle);
    // A trial of a seed that stays incomplete is no new look.
    const further = trialsIn("whole").find((name) => !trialsIn("budget").includes(name))!;
    copyFileSync(at("whole/trials", further), at("budget/trials", further));
    const more = await once(args("budget", "--budget", "0.001s"));
    expect(more.stderr).toContain(`${first + 1} of ${total} trials are already finished, and there was`);
    expect(timeless("budget")).toEqual(idle);
    const again = await run(args("budget"));
    expect(again.stderr).not.toContain("replaced");
    expect(again.stderr).toContain(`${first + 1} of ${total} trials are already finished\n`);
    const [continued] = resultsOf("budget").datasets;
    expect(continued.seeds.complete).toEqual([0, 1, 2, 3]);
    expect(continued.ranking).toEqual({ ...resultsOf("whole").datasets[0].ranking, alpha: 0.025 });
    const finished = timeless("budget");
    const { stderr: all } = await once(args("budget", "--budget", "0.001s"));
    expect(all).toContain(`all ${total} trials are already finished\n`);
    expect(timeless("budget")).toEqual(finished);
  });
});

describe("a disk that is full", () => {
  const hook = fileURLToPath(new URL("../../../../../test/support/full-disk.mjs", import.meta.url));
  const fullAt = (path: string, nth = 1) => ({
    env: { NODE_OPTIONS: `--import=${hook}`, FULL_DISK_AT: path, FULL_DISK_NTH: String(nth) },
  });

  it("from the start is told before anything runs, and nothing is left", async () => {
    const { code, stdout, stderr } = await run(args("new/full"), fullAt("trials/"));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe("minimand: new/full/trials: no space left on the disk\n");
    expect(existsSync(at("new"))).toBe(false);
  });

  it("in the middle keeps the trials that were stored, whole, and the same command continues", async () => {
    const { code, stdout, stderr } = await run(args("middle"), fullAt(".json", 6));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/\nminimand: middle\/trials\/[0-9a-f]+\.json\.gz: no space left on the disk\n$/);
    expect(trialsIn("middle")).toHaveLength(5);
    expect(everythingIn(at("middle"))).toHaveLength(5 + 1);
    await finishes("middle", 5);
  });

  it("at the end leaves no half-written results", async () => {
    cpSync(at("whole/trials"), at("end/trials"), { recursive: true });
    const { code, stderr } = await run(args("end"), fullAt("results.json"));
    expect(code).toBe(2);
    expect(stderr).toMatch(/\nminimand: end\/results\.json: no space left on the disk\n$/);
    expect(everythingIn(at("end")).filter((path) => /results|partial/.test(path))).toEqual([]);
    await finishes("end", total);
  });
});
