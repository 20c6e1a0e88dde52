import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { tiny, workFolder } from "../../../../../test/support/cli.ts";
import { pairsText } from "../../../../../test/support/pairs.ts";
import { oneProcess } from "../../one-process.fixture.ts";

const { folder, at, resultsOf } = workFolder();
const run = oneProcess(folder);
const compare = (...args: string[]) => run(["compare", ...args]);
const pairs = ["--task", "preference"];
const some = [...pairs, ...tiny, "--losses", "rdpo", "--references", "none"];

const own = `import { binaryMargins } from "minimand/losses";
import { softplus } from "minimand/engine";
export const candidates = [{
  kind: "loss", id: "mine", label: "Mine", formula: "log(1 + exp(-h))", tasks: ["preference"],
  settings: [], parameters: {},
  loss: () => (rewards, labels, { weights }) =>
    softplus(binaryMargins(rewards, labels, { weights: weights.ref }).neg()).mul(weights),
}];
`;

beforeAll(() => {
  writeFileSync(at("pairs.csv"), pairsText({ pairs: 90, inputs: 2, flips: 0.1, scale: 8 }).text);
  const lines = Array.from({ length: 60 }, (_, i) => {
    const [good, bad] = [`a fine answer ${i}`, `an awful answer ${i}`];
    return JSON.stringify({ prompt: `question ${i % 20}`, chosen: good, rejected: bad });
  });
  writeFileSync(at("texts.jsonl"), `${lines.join("\n")}\n`);
});

describe("minimand compare --task preference", () => {
  it("compares losses on pairs, says what is flipped, and keeps a reward that predict and ONNX apply", async () => {
    const ran = await compare("pairs.csv", ...some, "--out", "o");
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).toContain("pairs: 90 pairs, 2 inputs, preference\n");
    expect(ran.stdout).toMatch(/Bradley-Terry .* baseline/);
    expect(ran.stdout).toMatch(/[Ff]lip rate/);
    const results = resultsOf("o");
    expect(results.settings).toMatchObject({ task: "preference", target: "preference", flipRate: "auto" });
    const [report] = results.datasets;
    expect(report).toMatchObject({ task: "preference", rows: 90, classes: ["first", "second"] });
    expect(report!.ranking).toMatchObject({ metric: "log-loss", baseline: "bradley-terry" });
    expect(report!.preference!.judgedBy.folds).toBeGreaterThan(0);
    expect(report!.preference!.sentences.length).toBeGreaterThan(1);
    const html = readFileSync(at("o/report.html"), "utf8");
    expect(html).toContain("Flipped preferences");
    expect(html).toContain("Calibration of the probabilities");
    expect(html).not.toContain("Confusion matrices");

    writeFileSync(at("single.csv"), "x1,x0\n0,1\n0,-1\n");
    const rewardsBy = async (model: string): Promise<number[]> => {
      const { code, stdout } = await run(["predict", model, "single.csv"]);
      expect(code).toBe(0);
      const [head, ...lines] = stdout.trim().split("\n");
      expect(head).toBe("reward");
      return lines.map(Number);
    };
    const [better, worse] = await rewardsBy("o");
    expect(better).toBeGreaterThan(worse);
    const byOnnx = await rewardsBy("o/model/model.onnx");
    expect(byOnnx[0]).toBeCloseTo(better, 4);
    expect(byOnnx[1]).toBeCloseTo(worse, 4);

    writeFileSync(at("both.csv"), "x0_first,x0_second,x1\n1,-1,0\n-1,1,0\n2,2,0\n");
    const { stdout } = await run(["predict", "o", "both.csv", "--json"]);
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers[0]["probability first"]).toBeCloseTo(1 / (1 + Math.exp(worse - better)), 5);
    expect(answers[1]["probability first"]).toBeCloseTo(1 - answers[0]["probability first"], 5);
    expect(answers[2]).toEqual({ prediction: "first", "probability first": 0.5, "probability second": 0.5 });
  });

  it("goes on where it stood, and runs other trials for a rate that is given", async () => {
    const again = await compare("pairs.csv", ...some, "--out", "o");
    expect(again.stderr).toContain("are already finished");
    const given = await compare("pairs.csv", ...some, "--audit", "4/40", "--out", "o");
    expect(given.stderr).not.toContain("are already finished");
    const [report] = resultsOf("o").datasets;
    expect(report!.preference!.flipRate).toMatchObject({ from: "audit", epsilon: 4.5 / 41 });
    expect(report!.preference!.sentences[0]).toContain("as given (--audit)");
    expect(given.stdout).toContain("as given (--audit)");
  });

  it("reads texts, keeps a reward of their words, and judges pairs of texts", async () => {
    const ran = await compare("texts.jsonl", ...some, "--out", "t");
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).toContain("texts: 60 pairs, 1 input, preference\n");
    expect(existsSync(at("t/model/model.onnx"))).toBe(false);
    writeFileSync(at("two.jsonl"), `${JSON.stringify({ first: "an awful one", second: "a fine one" })}\n`);
    const { stdout } = await run(["predict", "t", "two.jsonl"]);
    expect(stdout).toMatch(/^prediction,probability first,probability second\nsecond,/);
    writeFileSync(at("one.jsonl"), `${JSON.stringify({ response: "a fine one" })}\n`);
    expect((await run(["predict", "t", "one.jsonl"])).stdout).toMatch(/^reward\n/);
  });

  it("takes a loss of one's own", async () => {
    writeFileSync(at("mine.mjs"), own);
    const ran = await compare(
      "pairs.csv",
      ...pairs,
      ...tiny,
      "--with",
      "mine.mjs",
      "--losses",
      "mine",
      "--out",
      "m",
    );
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain("Mine");
  });

  it("refuses what makes no sense in one line", async () => {
    writeFileSync(at("odd.csv"), "x_chosen,y\n1,2\n");
    writeFileSync(at("empty.jsonl"), '{"chosen": "a", "rejected": "b"}\n{"chosen": "", "rejected": "b"}\n');
    for (const [args, message] of [
      [
        ["pairs.csv"],
        /^minimand: --target: .* got none \(where one of two was chosen: --task preference\)$/m,
      ],
      [["texts.jsonl"], /got none \(where one of two was chosen: --task preference\)$/m],
      [["pairs.csv", ...pairs, "-t", "y"], /^minimand: --target: expected none with --task preference/],
      [
        ["pairs.csv", ...pairs, "--label-noise", "0.1"],
        /^minimand: --task: expected another one than preference/,
      ],
      [["pairs.csv", ...pairs, "--time", "x0"], /^minimand: --task: expected another one/],
      [["pairs.csv", ...pairs, "--losses", "focal"], /^minimand: --losses: expected losses for preference/],
      [["pairs.csv", ...pairs, "--metric", "f1"], /^minimand: --metric: expected a metric for preference/],
      [["pairs.csv", ...pairs, "--keep", "trees"], /^minimand: --keep trees: .*not from pairs/],
      [
        ["pairs.csv", "-t", "x0_chosen", "--flip-rate", "0.1"],
        /^minimand: --flip-rate: expected --task preference/,
      ],
      [
        ["pairs.csv", ...pairs, "--flip-rate", "0.5"],
        /--flip-rate.*expected a share from 0 to less than 0\.5/,
      ],
      [["pairs.csv", ...pairs, "--audit", "30/40"], /--audit.*expected fewer than half/],
      [["pairs.csv", ...pairs, "--agreement", "0.4"], /--agreement.*expected a share above 0\.5/],
      [
        ["pairs.csv", ...pairs, "--flip-rate", "0.1", "--audit", "1/9"],
        /^minimand: --flip-rate: expected the rate once/,
      ],
      [["odd.csv", ...pairs], /^minimand: odd\.csv: expected .*x_rejected/],
      [["empty.jsonl", ...pairs], /^minimand: empty\.jsonl, line 2: 'chosen': expected a response/],
    ] as const) {
      const { code, stdout, stderr } = await run(["compare", ...args, "--out", "never"]);
      expect([code, stdout], args.join(" ")).toEqual([2, ""]);
      expect(stderr, args.join(" ")).toMatch(message);
      expect(stderr.trim().split("\n"), args.join(" ")).toHaveLength(1);
    }
    expect(existsSync(at("never"))).toBe(false);
    writeFileSync(at("wrong.csv"), "x0,z\n1,1\n");
    const { code, stderr } = await run(["predict", "o", "wrong.csv"]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/expected the column 'x1' of single responses, or pairs/),
    ]);
  });
});
