import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { linUcb } from "@minimand/lab/online";
import { describe, expect, it } from "vitest";
import { everythingIn, sampleCsv, start, temporaryFolder } from "../../../../../test/support/cli.ts";
import { oneProcess } from "../../one-process.fixture.ts";
import type { EvaluationFile, SimulationFile } from "./bandit-files.ts";

const once = oneProcess();

const small = [
  "--seeds",
  "2",
  "--algorithms",
  "neural-epsilon-greedy,lin-ucb",
  "--hidden",
  "8",
  "--epsilon",
  "0.3",
];
const json = <T>(path: string): T => JSON.parse(readFileSync(path, "utf8")) as T;

function withSample(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a.csv"), sampleCsv(200));
  return folder;
}

describe.concurrent("minimand bandit", () => {
  it("judges policies of any number of arms", async () => {
    const cwd = temporaryFolder();
    const arms = 200_000;
    const lines = [0, 1, 2].map((i) => {
      const propensities = Array<number>(arms).fill(1 / arms);
      const decision = { decisionId: `${i}`, features: [i], action: i, propensity: 1 / arms, propensities };
      return `${JSON.stringify({ ...decision, reward: i })}\n`;
    });
    writeFileSync(join(cwd, "log.jsonl"), lines.join(""));
    const { code, stderr } = await once(["bandit", "evaluate", "log.jsonl", "-p", "greedy"], { cwd });
    expect([code, stderr]).toEqual([0, expect.stringContaining("report.html")]);
  });

  it("simulates a table and judges policies by the log of it", async () => {
    const cwd = withSample();
    const first = await once(["bandit", "simulate", "a.csv", "-t", "y", ...small, "--log", "log.jsonl"], {
      cwd,
    });
    expect(first.stderr).toContain("a: 200 rounds, 2 arms, 5 inputs and a constant, 2 repeats");
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/bandit +regret +s\.e\./);
    expect(everythingIn(join(cwd, "minimand-bandit-a"))).toEqual(["report.html", "results.json"]);
    const { bandits, notes } = json<SimulationFile>(join(cwd, "minimand-bandit-a", "results.json"));
    expect(notes.map(({ column, text }) => `${column}: ${text}`)).toContainEqual(
      expect.stringContaining("y: task binary"),
    );
    expect(readFileSync(join(cwd, "minimand-bandit-a", "report.html"), "utf8")).toContain("task binary");
    expect(bandits.map(({ name }) => name)).toEqual(["neural-epsilon-greedy", "lin-ucb"]);
    expect(bandits[0].plays.length).toBe(2);
    expect(bandits[1].plays[0].regret).toBeLessThan(80);

    const bandit = linUcb({ dim: 6, arms: 2 });
    writeFileSync(join(cwd, "model.snapshot"), bandit.snapshot());
    const policies = ["uniform", "greedy", "arm:yes", "model.snapshot", "lin-ucb"];
    const second = await once(["bandit", "evaluate", "log.jsonl", "-p", policies.join(","), "--json"], {
      cwd,
    });
    expect(second.code).toBe(0);
    const file = JSON.parse(second.stdout) as EvaluationFile;
    expect(file.evaluations.map(({ policy }) => policy)).toEqual(policies);
    expect(file).toMatchObject({ decisions: 200, rewarded: 200, certain: 0 });
    const [uniform, greedy, , , replay] = file.evaluations;
    if (uniform.kind !== "estimates" || greedy.kind !== "estimates")
      throw new TypeError("expected estimates");
    // Of two arms one is right; the regression finds out which.
    expect(uniform.estimates.ips.ci95[0]).toBeLessThan(0.5);
    expect(uniform.estimates.ips.ci95[1]).toBeGreaterThan(0.5);
    expect(greedy.estimates.doublyRobust?.value).toBeGreaterThan(0.7);
    expect(replay).toMatchObject({ kind: "replay" });
    expect(readFileSync(join(cwd, "minimand-evaluate-log", "report.html"), "utf8")).toContain("</html>");
  }, 60_000);

  it("warns of what is odd about the table, reads codes as missing, and says what one repeat can't tell", async () => {
    const cwd = temporaryFolder();
    const row = (i: number): string =>
      `${i % 3 === 0 ? 0 : 50 + (i % 41)},${(i >> 1) % 2},${(i >> 1) % 2 ? "yes" : "no"}`;
    const rows = Array.from({ length: 200 }, (_, i) => row(i));
    writeFileSync(join(cwd, "b.csv"), `insulin,told,y\n${rows.join("\n")}\n`);
    const play = (...more: string[]) =>
      once(["bandit", "simulate", "b.csv", "-t", "y", "-a", "lin-ucb,lin-ts", "-s", "1", ...more], {
        cwd,
      });
    const first = await play();
    expect(first.stderr).toMatch(/^told: predicts the target alone, .* --ignore told /m);
    expect(first.stderr).toContain("add --missing insulin=0");
    expect(first.stdout).toContain("\nOne repeat can't separate the bandits");
    const second = await play("--missing", "insulin=0", "--ignore", "told");
    expect(second.stderr).toContain("insulin: 67 values '0' read as missing");
    expect(second.stderr).not.toMatch(/predicts the target|add --missing/);
    const { notes } = json<SimulationFile>(join(cwd, "minimand-bandit-b", "results.json"));
    expect(notes.map(({ column }) => column)).toContain("insulin");
  }, 60_000);

  it("gives the same numbers and the same log again, whatever the number of workers", async () => {
    const cwd = withSample();
    const run = async (workers: string): Promise<unknown> => {
      const own = ["--json", "--workers", workers, "--log", `${workers}/played.jsonl`, "--out", workers];
      const { stdout } = await once(["bandit", "simulate", "a.csv", "-t", "y", ...small, ...own], { cwd });
      const { bandits } = JSON.parse(stdout) as SimulationFile;
      return [
        readFileSync(join(cwd, workers, "played.jsonl"), "utf8"),
        ...bandits.map(({ name, plays }) => [name, plays.map(({ seconds: _, ...play }) => play)]),
      ];
    };
    expect(await run("3")).toEqual(await run("1"));
  }, 60_000);

  it("evaluates a log to which a variant was added, but replays no bandit with weights for each arm on it", async () => {
    const cwd = temporaryFolder();
    const names = ["red", "blue", "green"];
    const line = (i: number): string => {
      const arms = i < 60 ? 2 : 3;
      const even = Array<number>(arms).fill(1 / arms);
      const decision = { features: [i % 2, 1], actionIds: names.slice(0, arms), action: i % arms };
      return JSON.stringify({
        decisionId: `d${i}`,
        ...decision,
        propensity: even[0],
        propensities: even,
        reward: i % 2,
      });
    };
    writeFileSync(join(cwd, "log.jsonl"), Array.from({ length: 120 }, (_, i) => line(i)).join("\n"));
    const policies = "uniform,greedy,arm:green";
    const { code, stdout } = await once(["bandit", "evaluate", "log.jsonl", "-p", policies, "--json"], {
      cwd,
    });
    expect(code).toBe(0);
    const { evaluations } = JSON.parse(stdout) as EvaluationFile;
    expect(evaluations.map(({ policy }) => policy)).toEqual(policies.split(","));
    const replayed = await once(["bandit", "evaluate", "log.jsonl", "-p", "lin-ucb"], { cwd });
    expect([replayed.code, replayed.stderr]).toEqual([
      2,
      'minimand: --policy: expected decisions with the same arms to replay lin-ucb, got others in "d0" and "d60". Use greedy, or a log with a vector for each arm in features.\n',
    ]);
  });

  it("evaluates arms with a comma in their name, as a whole or in a list", async () => {
    const cwd = temporaryFolder();
    const decision = (i: number) => ({
      decisionId: `${i}`,
      features: [i % 3, 1],
      actionIds: ["Billing, refunds", "other"],
      action: i % 2,
      propensity: 0.5,
      propensities: [0.5, 0.5],
      reward: Number(i % 5 > 0),
    });
    const log = Array.from({ length: 60 }, (_, i) => JSON.stringify(decision(i)));
    writeFileSync(join(cwd, "log.jsonl"), log.join("\n"));
    const policies = async (...asked: string[]): Promise<string[]> => {
      const options = asked.flatMap((policy) => ["--policy", policy]);
      const { stdout } = await once(["bandit", "evaluate", "log.jsonl", ...options, "--json"], { cwd });
      return (JSON.parse(stdout) as EvaluationFile).evaluations.map(({ policy }) => policy);
    };
    expect(await policies()).toEqual(["uniform", "greedy"]);
    expect(await policies("arm:Billing, refunds", "uniform,arm:other")).toEqual([
      ...["arm:Billing, refunds", "uniform", "arm:other"],
    ]);
    expect(await policies('greedy,arm:"Billing, refunds"')).toEqual(["greedy", "arm:Billing, refunds"]);
    const { code, stderr } = await once(["bandit", "evaluate", "log.jsonl", "--policy", "arm:Billing"], {
      cwd,
    });
    expect([code, stderr]).toEqual([
      2,
      `minimand: --policy: expected an arm of the log after 'arm:' ('Billing, refunds', 'other'), got 'Billing': a name with a comma goes in double quotes, '"arm:Billing, refunds"'\n`,
    ]);
  });

  it("says of rewards of 0 and 1 that intervals beyond are an approximation", async () => {
    const cwd = temporaryFolder();
    const told = async (scale: number, rare: number): Promise<string> => {
      const decision = (i: number) => ({
        decisionId: `${i}`,
        features: [i % 3, 1],
        action: i % 2,
        propensity: 0.5,
        propensities: [0.5, 0.5],
        reward: scale * Number((i >> 1) % rare > 0),
      });
      const log = Array.from({ length: 400 }, (_, i) => JSON.stringify(decision(i)));
      writeFileSync(join(cwd, "log.jsonl"), log.join("\n"));
      const { stdout, stderr } = await once(["bandit", "evaluate", "log.jsonl", "-p", "arm:0"], { cwd });
      // What is shown is what was computed.
      if (scale === 1 && rare === 20) expect(stdout).toMatch(/inverse propensities +0\.95 .* 1\.0\d+ /);
      return stderr;
    };
    expect(await told(1, 20)).toMatch(
      /^Rewards are 0 or 1, and 3 intervals reach beyond: they are of the normal approximation, .* can't\.$/m,
    );
    expect(readFileSync(join(cwd, "minimand-evaluate-log", "report.html"), "utf8")).toContain(
      "Rewards are 0 or 1, and 3 intervals",
    );
    // Rewards of other sizes, and intervals inside.
    expect(await told(3, 20)).not.toContain("Rewards are");
    expect(await told(1, 2)).not.toContain("Rewards are");
  });

  it("refuses in one line, with exit code 2, before anything is written", async () => {
    const cwd = withSample();
    const log = '{"decisionId":"a","features":[1],"action":0,"propensity":0.5,"reward":1}\n';
    writeFileSync(join(cwd, "log.jsonl"), log);
    writeFileSync(join(cwd, "broken.jsonl"), `${log}{`);
    writeFileSync(join(cwd, "two.jsonl"), log.replace('"propensity"', '"propensities":[0.5,0.5],$&'));
    const nested = log.replace("[1]", "[[1]]").replace('"propensity"', '"propensities":[0.5,0.5],$&');
    writeFileSync(join(cwd, "short.jsonl"), nested);
    writeFileSync(join(cwd, "empty.jsonl"), "");
    writeFileSync(join(cwd, "cut.snapshot"), linUcb({ dim: 1, arms: 2 }).snapshot().slice(0, 60));
    execFileSync("mkfifo", [join(cwd, "pipe")]);
    const linked = join(temporaryFolder(), "linked");
    symlinkSync(cwd, linked);
    const refusals: [string[], string][] = [
      [
        ["simulate", "a.csv", "-t", "y", "--log", "pipe"],
        "pipe: expected a file or a name that is free, got a pipe",
      ],
      [
        ["simulate", "a.csv", "-t", "y", "--log", `${linked}/a.csv`],
        `--log: expected another file than the table, got ${linked}/a.csv`,
      ],
      [
        ["simulate", "a.csv", "-t", "y", "--out", "new", "--log", "new/results.json"],
        "--log: expected another file than new/results.json, got new/results.json",
      ],
      [
        ["simulate", "a.csv", "-t", "y", "--out", "new", "--log", `${linked}/new/.minimand-lock`],
        `--log: expected another file than new/.minimand-lock, got ${linked}/new/.minimand-lock`,
      ],
      [["simulate", "a.csv", "-t", "y", "--log", "-"], "--log: expected the path of a file, got '-'"],
      [["simulate", "nosuch"], "nosuch: no such file"],
      [
        ["simulate", "a.csv", "-t", "y", "--quiet", "--log", "none/log.jsonl"],
        "minimand: none/log.jsonl: no such file or folder",
      ],
      [
        ["simulate", "a.csv"],
        "--target: expected the column of the classes, one of 'size', 'weight', 'kind', 'y', got none",
      ],
      [
        ["simulate", "a.csv", "-t", "y", "-o", "a.csv"],
        "--out: expected a folder that can be written, got a.csv",
      ],
      [["simulate", "a.csv", "-t", "size"], "--target: expected classes, which become the arms"],
      [["simulate", "a.csv", "-t", "y", "-a", "lin-ucd"], "did you mean 'lin-ucb'?"],
      [["simulate", "a.csv", "-t", "y", "--gamma", "-1"], "gamma: expected a finite number >= 0, got -1"],
      [["simulate", "a.csv", "-t", "y", "--rounds", "1"], "--rounds: expected an integer >= 2, got 1"],
      [["simulate", "a.csv", "-t", "y", "--workers", "0"], "--workers: expected an integer >= 1"],
      [["evaluate", "log.jsonl"], "decisions with propensities or actionIds, which give the number of arms"],
      [["evaluate", "broken.jsonl"], 'broken.jsonl, line 2: expected a JSON object, got "{"'],
      [
        ["evaluate", "short.jsonl"],
        "minimand: short.jsonl, line 1.features: expected one for each of 2 arms, got 1",
      ],
      [["evaluate", "empty.jsonl"], "empty.jsonl: expected decisions with rewards, got none"],
      [["evaluate", "missing.jsonl"], "missing.jsonl: no such file"],
      [
        ["evaluate", "two.jsonl", "-p", "cut.snapshot"],
        "minimand: cut.snapshot: snapshot: expected 656 bytes",
      ],
      [["simulat"], "unknown command 'simulat'"],
    ];
    for (const [args, message] of refusals) {
      const { code, stdout, stderr } = await once(["bandit", ...args], { cwd });
      expect(stderr, args.join(" ")).toContain(message);
      expect(stderr.trim().split("\n").length, args.join(" ")).toBe(1);
      expect([code, stdout]).toEqual([2, ""]);
    }
    expect(everythingIn(cwd).some((path) => path.startsWith("minimand-"))).toBe(false);
  }, 60_000);

  it("stops at Ctrl-C with exit code 130 and leaves no report", async () => {
    const cwd = withSample();
    const { child, ended } = start(
      ["bandit", "simulate", "a.csv", "-t", "y", "--rounds", "1000000", "--log", "log.jsonl"],
      {
        cwd,
      },
    );
    child.stderr?.on("data", (text: string) => {
      if (text.includes("rounds, 2 arms")) setTimeout(() => child.kill("SIGINT"), 300);
    });
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain("interrupted; the same command begins anew");
    expect(everythingIn(cwd)).toEqual(["a.csv"]);
  }, 60_000);
});
