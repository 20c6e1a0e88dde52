import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import type { DatasetReport, KeptEnsemble } from "@minimand/compare";
import { beforeAll, describe, expect, it } from "vitest";
import { everythingIn, sampleCsv, tiny, workFolder } from "../../../../../test/support/cli.ts";
import { oneProcess } from "../../one-process.fixture.ts";

const { folder, at, resultsOf } = workFolder();
const run = oneProcess(folder);
const compare = (...args: string[]) => run(["compare", ...args]);
const small = ["-t", "y", ...tiny.map((word) => (word === "none" ? "linear,trees" : word))];
const [head, ...lines] = sampleCsv(60).trim().split("\n");
const words = (i: number): string =>
  `the ${i}. one was sent back late on ${i % 2 ? "Monday" : "Friday"} again`;
const kept = (out: string): DatasetReport["model"] => resultsOf(out).datasets[0].model;

beforeAll(async () => {
  writeFileSync(at("a.csv"), [head, ...lines, ""].join("\n"));
  const noted = lines.map((line, i) => `${words(i)},${i % 7},${line}`);
  writeFileSync(at("noted.csv"), [`note,report,${head}`, ...noted, ""].join("\n"));
  writeFileSync(at("notes.csv"), ["note,y", ...lines.map((_, i) => `${words(i)},${i % 2}`), ""].join("\n"));
  const ran = await compare("a.csv", ...small, "--keep", "trees", "--out", "trees");
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.stderr).not.toContain("no model.onnx");
  expect(ran.stdout).toContain("Apply the gradient-boosted trees: npx minimand predict trees ROWS.csv\n");
}, 120_000);

describe("minimand compare --keep trees", () => {
  it("keeps the trees that were compared, and predict takes them with all its options", async () => {
    expect(everythingIn(at("trees/model"))).toEqual(["model.json", "model.onnx", "model.trees"]);
    const parameters = { models: expect.any(Number) };
    expect(kept("trees")).toEqual({
      bytes: readFileSync(at("trees/model/model.trees")).length,
      candidate: "gradient-boosted-trees",
      epochs: 0,
      why: "it was asked for (--keep trees)",
      configuration: { learningRate: 0.1, parameters },
    });
    expect(readFileSync(at("trees/report.html"), "utf8")).toContain(
      "<dt>Apply the gradient-boosted trees</dt>",
    );
    writeFileSync(at("new.csv"), "id,kind,weight,size\n7,red,3,2.5\n8,mauve,,-0.5\n9,red,heavy,2\n");
    const ran = await run(["predict", "trees", "new.csv", "--id", "id", "--json"]);
    expect(ran.code).toBe(0);
    const answers = ran.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers.map(({ id, prediction }) => [id, prediction])).toEqual([
      ["7", "yes"],
      ["8", "no"],
      ["9", null],
    ]);
    expect(answers[0]["probability yes"] + answers[0]["probability no"]).toBeCloseTo(1, 6);
    expect(ran.stderr).toBe(
      "kind: 1 of 3 values did not occur in training: 'mauve'\ncould not predict 1 row (line 4): column 'weight': expected a number, as in training, got 'heavy'\n",
    );
  });

  it("keeps an ONNX file that predicts the same", async () => {
    const answers = await Promise.all(
      ["trees", "trees/model/model.onnx"].map(async (model) => {
        const { code, stdout } = await run(["predict", model, "a.csv", "--json"]);
        expect(code).toBe(0);
        return stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line));
      }),
    );
    const [own, onnx] = answers;
    expect(onnx.map(({ prediction }) => prediction)).toEqual(own.map(({ prediction }) => prediction));
    own.forEach((row, i) => {
      expect(onnx[i]["probability yes"]).toBeCloseTo(row["probability yes"], 5);
    });
  });

  it("is refused as a teacher, in one line", async () => {
    const taught = await compare("a.csv", ...small, "--distill-from", "trees", "--out", "taught");
    expect(taught).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "minimand: trees/model: expected a network as the teacher, whose logits are learned from, got gradient-boosted trees\n",
    });
    expect(existsSync(at("taught"))).toBe(false);
  });

  it("never predicts from a file that is damaged", async () => {
    cpSync(at("trees"), at("damaged"), { recursive: true });
    const path = at("damaged/model/model.trees");
    const bytes = readFileSync(path);
    for (const place of [0, 40, bytes.length >> 1, bytes.length - 1]) {
      const changed = Uint8Array.from(bytes);
      changed[place] ^= 1;
      writeFileSync(path, changed);
      expect(await run(["predict", "damaged", "a.csv"])).toEqual({
        code: 2,
        stdout: "",
        stderr:
          "minimand: damaged/model/model.trees: expected the file whose SHA-256 is in model.json, got another, or one that was changed or damaged: run the comparison again, which writes both files\n",
      });
    }
  });

  it("follows what is asked for: the same trials, another model, and nothing of the one before", async () => {
    cpSync(at("trees"), at("turned"), { recursive: true });
    const to = async (...keep: string[]) => {
      const ran = await compare("a.csv", ...small, ...keep, "--out", "turned");
      expect(ran.code).toBe(0);
      expect(ran.stderr).toContain("trials are already finished");
      return everythingIn(at("turned/model"));
    };
    const network = ["model.json", "model.onnx", "model.safetensors"];
    expect(await to("--keep", "linear")).toEqual(network);
    expect(kept("turned")).toMatchObject({
      candidate: "linear-model",
      why: "it was asked for (--keep linear)",
    });
    const { network: layers } = JSON.parse(readFileSync(at("turned/model/model.json"), "utf8"));
    expect(layers.hidden).toEqual([]);
    expect((await run(["predict", "turned", "a.csv"])).code).toBe(0);
    expect(await to()).toEqual(network);
    expect(kept("turned")?.candidate).not.toBe("linear-model");
    expect(await to("--keep=trees")).toEqual(["model.json", "model.onnx", "model.trees"]);
  });

  it("predicts numbers, on rows of later times, and leaves free text out, which it says", async () => {
    const given = ["noted.csv", ...small, "-t", "size", "--losses", "huber", "--types", "note=text"];
    const ran = await compare(
      ...given,
      "--time",
      "report",
      "--folds",
      "3",
      "--keep",
      "trees",
      "--out",
      "later",
    );
    const text = "Gradient-boosted trees: without the free text 'note', which they don't take";
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining(`noted: ${text}\n`) });
    const [report] = resultsOf("later").datasets;
    expect(report.notes).toContainEqual({ level: "info", text });
    expect(report.recommendation).toMatchObject({ lead: null, instead: null, references: [] });
    const { stdout, code } = await run(["predict", "later", "noted.csv"]);
    expect([code, stdout.split("\n")[0]]).toEqual([0, "prediction"]);
    expect(stdout.trim().split("\n").slice(1).map(Number).every(Number.isFinite)).toBe(true);
  });
});

describe("minimand compare --keep ensemble", () => {
  beforeAll(async () => {
    const ran = await compare("a.csv", ...small, "--keep", "ensemble", "--out", "several");
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain(
      "Apply the ensemble of baseline, linear model and trees: npx minimand predict several ROWS.csv\n",
    );
  }, 120_000);

  it("keeps all members in one model and in one ONNX file, which predict the same", async () => {
    expect(everythingIn(at("several/model"))).toEqual(["model.ensemble", "model.json", "model.onnx"]);
    const model = kept("several") as KeptEnsemble;
    const total = model.ensemble.reduce((sum, { weight }) => sum + weight, 0);
    expect([model.candidate, total]).toEqual(["ensemble", expect.closeTo(1, 9)]);
    const report = readFileSync(at("several/report.html"), "utf8");
    expect(report).toContain("the weighted mean of the predictions of these models");
    expect(report.match(/<li>[\d.]+ % <strong>/g)).toHaveLength(model.ensemble.length);
    const [own, onnx] = await Promise.all(
      ["several", "several/model/model.onnx"].map(async (place) => {
        const { code, stdout } = await run(["predict", place, "a.csv", "--json"]);
        expect(code).toBe(0);
        return stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line));
      }),
    );
    for (const [i, row] of own.entries()) {
      expect(onnx[i].prediction).toBe(row.prediction);
      expect(onnx[i]["probability yes"]).toBeCloseTo(row["probability yes"], 5);
    }
  });

  it("is refused as a teacher and by quantize, and leaves nothing behind another model", async () => {
    const refused = "minimand: several/model: expected a network";
    for (const args of [
      ["compare", "a.csv", ...small, "--distill-from", "several", "--out", "none"],
      ["quantize", "several", "--data", "a.csv", "--bits", "4", "--out", "none"],
    ]) {
      const ran = await run(args);
      expect(ran).toMatchObject({ code: 2, stdout: "" });
      expect(ran.stderr).toMatch(new RegExp(`^${refused}.*, got an ensemble of several models\n$`));
    }
    expect(existsSync(at("none"))).toBe(false);
    expect((await compare("a.csv", ...small, "--keep", "trees", "--out", "several")).code).toBe(0);
    expect(everythingIn(at("several/model"))).toEqual(["model.json", "model.onnx", "model.trees"]);
  });
});

describe("minimand compare --keep", () => {
  it.each([
    [
      ["--keep", "ensemble", "--references", "none"],
      "classes or numbers tested by folds, and references, got --references none",
    ],
    [
      ["--keep", "ensemble", "--time", "report"],
      "classes or numbers tested by folds, and references, got --time",
    ],
    [["--keep", "trees", "--references", "none"], "trees among the references, got --references none"],
    [["--keep", "linear", "--references", "trees"], "linear among the references, got --references trees"],
    [
      ["--keep", "linear", "--model", "linear"],
      "linear among the references, got Linear model: left out of the references, as all losses train one",
    ],
    [
      ["--keep", "trees", "--bag-column", "report", "--losses", "all"],
      "trees among the references, got Gradient-boosted trees: left out of the references, as it would need the labels of rows, and bags hide them",
    ],
  ])("refuses %j before anything is trained", async (keep, message) => {
    const args = small.filter((word, i) => word !== "--hidden" && small[i - 1] !== "--hidden");
    const ran = await run(["compare", "noted.csv", ...args, ...keep, "--out", "none"]);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain(`minimand: --keep ${keep[1]}: expected ${message}\n`);
    expect(existsSync(at("none"))).toBe(false);
  });

  it("refuses trees where there is nothing but free text, and what is no model", async () => {
    const ran = await compare(
      "notes.csv",
      ...small,
      "--types",
      "note=text",
      "--keep",
      "trees",
      "--out",
      "none",
    );
    expect(ran.stderr).toBe(
      "minimand: --keep trees: expected an input of notes that is no free text, got none\n",
    );
    const other = await run(["compare", "a.csv", ...small, "--keep", "forest"]);
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("auto, linear, trees, ensemble"),
    });
  });
});
