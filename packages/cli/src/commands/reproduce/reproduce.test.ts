import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ReproductionFile } from "@minimand/papers";
import {
  cards,
  isOutcomeOf,
  outcomeOf,
  practiceOf,
  shortTitle,
  verdictCounts,
  verdictMarks,
} from "@minimand/papers";
import { describe, expect, it, vi } from "vitest";
import { start, temporaryFolder } from "../../../../../test/support/cli.ts";
import { exitCodeOf, failureLine } from "../../failure.ts";
import { dataFolder } from "../../files/bundled.ts";
import { openStore } from "../../files/store.ts";
import { oneProcess } from "../../one-process.fixture.ts";
import { codeFingerprint } from "../../papers/code-fingerprint.ts";
import { prepareReproduction, requestReproduction } from "../../papers/reproduction-request.ts";
import { makeProgram } from "../../program.ts";
import { chooseEngine } from "../../run/engine-choice.ts";
import { textWidth } from "../../terminal/text-width.ts";

const folder = temporaryFolder();
const once = oneProcess(folder);

describe("minimand papers", () => {
  it("lists each paper with verdict, what held and time, and tells claim and rule of one", async () => {
    const { code, stdout } = await once(["papers", "--json"]);
    expect(code).toBe(0);
    const all = cards.map((card) => ({
      ...card,
      outcome: outcomeOf(card.slug),
      practice: practiceOf(card.slug),
    }));
    expect(JSON.parse(stdout)).toEqual(all);
    const table = await once(["papers"]);
    expect(table.stdout.split("\n")[0]).toBe(verdictCounts(cards.map(({ slug }) => outcomeOf(slug))));
    for (const { slug, title } of cards) {
      const outcome = outcomeOf(slug);
      const mark = verdictMarks[outcome?.verdict ?? "not measured"];
      const line = table.stdout.split("\n").find((own) => own.startsWith(`${slug} `));
      expect(line).toMatch(new RegExp(`^${slug} +${mark} +${outcome === null ? "" : "\\d+ (s|min) +"}`));
      expect(line).toContain(`  ${shortTitle(title)}`);
      for (const text of [outcome?.held ?? null, outcome?.notHeld ?? null])
        if (text !== null) expect(line).toContain(`eld: ${text.split(/(?<=\.) (?=[A-Z])/)[0]}`);
    }
    const [{ slug, claim, rule, arxiv }] = cards;
    const one = await once(["papers", slug]);
    for (const text of [
      claim,
      rule,
      `arXiv ${arxiv}`,
      outcomeOf(slug)?.because,
      outcomeOf(slug)?.held,
      `npx minimand reproduce ${slug}`,
    ])
      expect(one.stdout).toContain(text);
    const narrow = await once(["papers", slug], { env: { COLUMNS: "60" } });
    expect(Math.max(...narrow.stdout.split("\n").map(textWidth))).toBeLessThanOrEqual(60);
    expect(JSON.parse((await once(["papers", slug, "--json"])).stdout)).toEqual(all[0]);
    const unknown = await once(["papers", "z-los"]);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("did you mean 'z-loss'?")]);
  });
});

describe("minimand reproduce", () => {
  it("runs trials in workers, writes report.json and report.html, prints table and verdict, and keeps every trial", async () => {
    const { code, stdout, stderr } = await once(["reproduce", "anyloss", "--quick", "--workers", "2"]);
    expect(stderr).toMatch(/report\.html contains the figures, .*report\.json all numbers\n$/);
    expect(code).toBe(0);
    const out = join(folder, "minimand-reproduce-anyloss");
    const file: ReproductionFile = JSON.parse(await readFile(join(out, "report.json"), "utf8"));
    expect(file).toMatchObject({ schema: "minimand.reproduction/1", scale: "quick", seeds: null });
    expect(file.card).toEqual(cards.find(({ slug }) => slug === "anyloss"));
    expect(file.trials).toMatchObject({ total: (await readdir(join(out, "trials"))).length, kept: 0 });
    expect(file.rows.length * file.trials.seconds * file.seconds).toBeGreaterThan(0);
    expect(stdout).toContain(`quick run, no evidence: ${file.verdict}: ${file.because}\n`);
    for (const column of Object.keys(file.rows[0])) expect(stdout).toContain(column);
    const page = await readFile(join(out, "report.html"), "utf8");
    expect(page).toContain(file.verdict);
    expect(page).toContain("Its verdict means nothing.");

    // Again, with one worker: nothing is left to do (unless the code was changed meanwhile), and nothing else comes out.
    const again = await once(["reproduce", "anyloss", "--quick", "--workers", "1", "--json"]);
    const second: ReproductionFile = JSON.parse(again.stdout);
    expect(second).toMatchObject({ rows: file.rows, series: file.series, verdict: file.verdict });
    expect(second.trials).toMatchObject({
      total: file.trials.total,
      kept: second.code === file.code ? file.trials.total : 0,
    });
  });

  it("runs a trial again whose file holds a result of another form under a right checksum", async () => {
    const { engine } = await chooseEngine({ engine: "wasm" });
    const asked = { slug: "anyloss", scale: "quick" as const, seeds: null, tune: false, engine };
    const folders = [dataFolder()];
    const { reproduction, context, data } = await prepareReproduction(
      await requestReproduction(asked, folders),
      folders,
    );
    const specs: unknown[] = [];
    const trials = (all: readonly unknown[]): never => {
      specs.push(...all);
      throw new Error("asked for all trials");
    };
    await expect(reproduction.run({ ...data, ...asked, trials }).next()).rejects.toThrow("asked for all");
    const out = join(folder, "planted");
    const store = await openStore(out, isOutcomeOf("null"));
    const result = { dataset: "x", positiveRate: Array(10_000).fill(1), methods: [] };
    for (const spec of specs.slice(0, 2))
      await store.put({ ...context, spec }, { result, seconds: 1 } as never);
    const { code, stderr } = await once([
      "reproduce",
      "anyloss",
      "--quick",
      "--engine",
      "wasm",
      "--out",
      out,
    ]);
    expect(code).toBe(0);
    expect(stderr).toContain("2 kept trials are damaged");
  });

  it("runs other seeds than the page's, and says so in every place", async () => {
    const args = ["reproduce", "anyloss", "--quick", "--first-seed", "700", "--out", "others"];
    const { code, stdout } = await once(args);
    expect(code).toBe(0);
    expect(stdout).toContain(
      "quick run, no evidence: seeds from 700 on, others than those of the paper's page: ",
    );
    const file: ReproductionFile = JSON.parse(await readFile(join(folder, "others", "report.json"), "utf8"));
    expect(file.firstSeed).toBe(700);
    const page = await readFile(join(folder, "others", "report.html"), "utf8");
    expect(page).toContain("Seeds from 700 on, others than those");
    expect(page).toContain("minimand reproduce anyloss --quick --first-seed 700");
    const own = await once(["reproduce", "anyloss", "--quick", "--first-seed", "1", "--json"]);
    const usual: ReproductionFile = JSON.parse(own.stdout);
    expect(usual.firstSeed).toBeNull();
    expect(usual.rows).not.toEqual(file.rows);
  });

  it.each([
    ["SIGINT", "keeps finished trials at Ctrl-C and exits with 130"],
    ["SIGKILL", "keeps finished trials at kill -9"],
  ] as const)("by %s %s, and the same command finishes the rest alone", async (signal, _) => {
    const out = join(folder, signal);
    const args = ["reproduce", "anyloss", "--quick", "--engine", "wasm", "--workers", "1", "--out", out];
    const code = codeFingerprint("anyloss", "wasm");
    const { child, ended } = start(args, { cwd: folder });
    const trials = join(out, "trials");
    /** Finished trials with the times at which they were written. */
    const finished = async (): Promise<Map<string, number>> => {
      const names = (await readdir(trials).catch(() => [])).filter((name) => name.endsWith(".json.gz"));
      const times = await Promise.all(names.map(async (name) => (await stat(join(trials, name))).mtimeMs));
      return new Map(names.map((name, i) => [name, times[i]]));
    };
    await vi.waitFor(async () => expect((await finished()).size).toBeGreaterThan(0), {
      timeout: 30_000,
      interval: 20,
    });
    child.kill(signal);
    const { code: exit, stderr } = await ended;
    const kept = await finished();
    if (signal === "SIGINT") {
      expect(exit).toBe(130);
      const said =
        /interrupted before a verdict: what was finished is kept \((\d+) trials?\); the same command continues\n$/.exec(
          stderr,
        );
      expect(Number(said?.[1])).toBe(kept.size);
      expect((await readdir(out)).sort()).toEqual(["trials"]);
      expect((await readdir(trials)).filter((name) => !name.endsWith(".json.gz"))).toEqual([]);
    } else expect(exit).toBeNull();

    const rest = await once([...args, "--json"]);
    const file: ReproductionFile = JSON.parse(rest.stdout);
    // Unless the code was changed meanwhile.
    if (file.code === code) {
      expect(file.trials.kept).toBe(kept.size);
      // None of them was computed, and written, again.
      expect([...(await finished())]).toEqual(expect.arrayContaining([...kept]));
    }
    expect((await finished()).size).toBe(kept.size + file.trials.total - file.trials.kept);
    expect(file.trials.total).toBeGreaterThan(kept.size);
  });

  it.each([
    [["comp-sun"], /^paper: expected one of .*; did you mean 'comp-sum'\?$/],
    [["anyloss", "--quick", "--full"], /^error: option '--quick' cannot be used with option '--full'$/],
    [["anyloss", "--seeds", "0"], /^--seeds: expected an integer >= 1, got 0$/],
    [["anyloss", "--workers", "0"], /^--workers: expected an integer >= 1 and <= \d+, got 0$/],
    [["anyloss", "--workers", "9999"], /^--workers: expected an integer >= 1 and <= \d+, got 9999$/],
    [["anyloss", "--threads", "9999"], /^--threads: expected an integer >= 1 and <= \d+, got 9999$/],
    [["anyloss", "--data", "nowhere"], /^--data: expected a folder, got 'nowhere', which is not there$/],
    [
      ["lion", "--first-seed", "1000", "--seeds", "2"],
      /^--first-seed, --seeds: expected seeds on which nothing was chosen, got 1000 to 1001, of which tuning of 'lion' has used 1001$/,
    ],
    [["lion", "--first-seed", "-1"], /^--first-seed: expected an integer from 0 to 2147483647, got -1$/],
    [
      ["lion", "--tune", "--first-seed", "9"],
      /^error: option '--first-seed <n>' cannot be used with option '--tune'$/,
    ],
    [["anyloss", "--tune"], /^--tune: expected a paper with something to tune, got 'anyloss'$/],
  ])("refuses %j in one line, with exit code 2 and no output folder", async (args, message) => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const out = join(folder, "refused");
    const error: unknown = await makeProgram()
      .parseAsync(["reproduce", ...args, "--out", out], { from: "user" })
      .catch((reason) => reason);
    vi.restoreAllMocks();
    expect(exitCodeOf(error)).toBe(2);
    expect(failureLine(error)).toMatch(message);
    expect(await readdir(folder)).not.toContain("refused");
  });
});
