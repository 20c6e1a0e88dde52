import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { NetworkDescription } from "@minimand/compare";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleCsv, tiny, workFolder } from "../../../../test/support/cli.ts";
import { oneProcess } from "../one-process.fixture.ts";

const { folder, at, compare, resultsOf } = workFolder();
const once = oneProcess(folder);
const small = ["a.csv", "-t", "y", ...tiny];
/** Without widths of hidden layers, which own models have themselves. */
const bare = small.filter((_, i) => ![i, i - 1].includes(small.indexOf("--hidden")));

/** Networks of one hidden layer; `narrow` is the one that `--hidden 4` asks for. */
const networks = (...widths: [string, string][]): string => `import { mlp } from "minimand";
export const models = [${widths.map(
  ([id, hidden]) =>
    `{ id: "${id}", make: ({ inputs, outputs }) => mlp({ inputs, hidden: [${hidden}], outputs }) }`,
)}];
`;

/** A model that counts in its state how often it was trained. */
const counting = `import { numpy as np } from "@jax-js/jax";
import { mlp } from "minimand";
export const models = [{ id: "counting", make: ({ inputs, outputs }) => {
  const model = mlp({ inputs, hidden: [3], outputs });
  const both = (call) => ({ params, state }, x, options) => {
    const [output] = call({ params, state: {} }, x, options);
    return [output, { steps: options.training ? state.steps.add(1) : state.steps }];
  };
  return { ...model, init: (key) => ({ ...model.init(key), state: { steps: np.zeros([1]) } }),
    apply: both(model.apply), applyWithFeatures: both(model.applyWithFeatures) };
} }];
`;

/** A model that decomposes a matrix where it predicts. */
const odd = `import { numpy as np } from "@jax-js/jax";
import { mlp } from "minimand";
const more = (output, { training }) => training ? output :
  output.ref.add(np.linalg.cholesky(np.eye(2).add(np.square(output.sum()))).sum().mul(0));
export const models = [{ id: "odd", make: ({ inputs, outputs }) => {
  const model = mlp({ inputs, hidden: [3], outputs });
  return { ...model,
    apply(variables, x, options) { const [output, state] = model.apply(variables, x, options); return [more(output, options), state]; },
    applyWithFeatures(variables, x, options) {
      const [{ features, output }, state] = model.applyWithFeatures(variables, x, options);
      return [{ features, output: more(output, options) }, state];
    } };
} }];
`;

beforeAll(() => {
  writeFileSync(at("a.csv"), sampleCsv());
  writeFileSync(at("own.mjs"), networks(["narrow", "4"], ["wide", "9"]));
  writeFileSync(at("counting.mjs"), counting);
});

describe("minimand compare --with FILE --model NAME", () => {
  it("trains the model for all candidates as it trains its own network, and tells which it is", async () => {
    const own = ["--with", "own.mjs", "--model", "narrow"];
    const ran = await compare(...bare, ...own, "--out", "own");
    expect([ran.stderr.match(/^minimand:.*/m), ran.code]).toEqual([null, 0]);
    expect(ran.stderr).toContain("own.mjs: narrow\n");
    expect(await once(["compare", ...small, "--out", "ours"])).toMatchObject({ code: 0 });
    const [mine, ours] = [resultsOf("own"), resultsOf("ours")];
    const untimed = ({ datasets }: typeof mine) =>
      datasets[0].trials.map(({ seconds: _, ...record }) => record);
    expect(untimed(mine)).toEqual(untimed(ours));
    expect(mine.settings.model).toBe("own");
    const origin = { file: "own.mjs", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) };
    expect(mine.ownModel).toEqual({ id: "narrow", origin });
    expect(ours.ownModel).toBeUndefined();
    const report = readFileSync(at("own/report.html"), "utf8");
    expect(report).toContain("narrow, from own.mjs");
    expect(report).toContain(mine.ownModel?.origin?.sha256);
  });

  it("runs nothing again but where the name or the code is another", async () => {
    const named = (model: string) =>
      compare(...bare, "--with", "keys.mjs", "--model", model, "--out", "keys");
    writeFileSync(at("keys.mjs"), networks(["narrow", "4"], ["wide", "9"]));
    expect((await named("wide")).stderr).not.toContain("trials are already finished");
    expect((await named("wide")).stderr).toMatch(/^all \d+ trials are already finished$/m);
    expect((await named("narrow")).stderr).not.toContain("trials are already finished");
    writeFileSync(at("keys.mjs"), networks(["narrow", "4"], ["wide", "10"]));
    expect((await named("wide")).stderr).not.toContain("trials are already finished");
  });

  it("can keep a reference instead, which needs no file of code", async () => {
    const references = bare.map((word) => (word === "none" ? "linear,trees" : word));
    const args = [...references, "--with", "counting.mjs", "--model", "counting", "--keep", "linear"];
    const ran = await once(["compare", ...args, "--out", "line"]);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain("Apply the linear model: npx minimand predict line ROWS.csv\n");
    expect(existsSync(at("line/model/model.onnx"))).toBe(true);
    expect(await once(["predict", "line", "a.csv"])).toMatchObject({ code: 0, stderr: "" });
    const given = ["--with", "counting.mjs"];
    const all = [...references, ...given, "--model", "counting", "--keep", "ensemble", "--out", "all"];
    const ran2 = await once(["compare", ...all]);
    expect(ran2).toMatchObject({ code: 0 });
    expect(ran2.stdout).toMatch(/: npx minimand predict all ROWS\.csv --with counting\.mjs\n/);
    expect(await once(["predict", "all", "a.csv", ...given])).toMatchObject({ code: 0, stderr: "" });
    expect((await once(["predict", "all", "a.csv"])).stderr).toContain(
      "all/model: expected --with FILE, which brings its own model 'counting'",
    );
  });

  it("keeps the model with its state: predict takes it with the same file, ONNX without", async () => {
    const own = ["--with", "counting.mjs"];
    const args = [...bare, ...own, "--model", "counting"];
    expect(await once(["compare", ...args, "--out", "kept"])).toMatchObject({ code: 0 });
    const { network }: NetworkDescription = JSON.parse(readFileSync(at("kept/model/model.json"), "utf8"));
    expect(network.own).toEqual({ id: "counting", sha256: resultsOf("kept").ownModel?.origin?.sha256 });
    const predicted = await once(["predict", "kept", "a.csv", ...own]);
    expect(predicted).toMatchObject({ code: 0, stderr: "" });
    expect(predicted.stdout.split("\n")).toHaveLength(42);
    const labels = (text: string): string[] => text.split("\n").map((line) => line.split(",")[0]);
    const onnx = await once(["predict", "kept/model/model.onnx", "a.csv"]);
    expect(labels(onnx.stdout)).toEqual(labels(predicted.stdout));

    const refusal = async (args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await once(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      return stderr;
    };
    const alone =
      "minimand: kept/model: expected --with FILE, which brings its own model 'counting', got none of this name\n";
    expect(await refusal(["predict", "kept", "a.csv"])).toBe(alone);
    expect(await refusal(["predict", "kept", "a.csv", "--with", "own.mjs"])).toBe(alone);
    writeFileSync(at("counting.mjs"), `${counting}// more`);
    expect(await refusal(["predict", "kept", "a.csv", ...own])).toMatch(
      /^minimand: --with counting\.mjs: expected the code that the model 'counting' of kept\/model was trained with \(SHA-256 [0-9a-f]{64}\), got other code\n$/,
    );
    expect(await refusal(["compare", "a.csv", "-t", "y", "--distill-from", "kept", "--out", "none"])).toBe(
      "minimand: --distill-from kept/model: expected a model of one of minimand's networks, got one of the own model 'counting'\n",
    );
  });

  it("keeps several of them as members of one model, each with a state of its own", async () => {
    writeFileSync(at("members.mjs"), counting);
    const own = ["--with", "members.mjs"];
    const args = [...bare, ...own, "--model", "counting", "--members", "2", "--out", "members"];
    expect(await once(["compare", ...args])).toMatchObject({ code: 0 });
    expect(resultsOf("members").datasets[0].model).toMatchObject({ members: 2 });
    expect(readFileSync(at("members/report.html"), "utf8")).toContain(
      ": 2 networks whose predictions are averaged",
    );
    const predicted = await once(["predict", "members", "a.csv", ...own]);
    expect(predicted).toMatchObject({ code: 0, stderr: "" });
    const shares = (text: string): number[] =>
      text
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => Number(line.split(",")[1]));
    const onnx = shares((await once(["predict", "members/model/model.onnx", "a.csv"])).stdout);
    shares(predicted.stdout).forEach((share, i) => {
      expect(share).toBeCloseTo(onnx[i], 5);
    });
    const quantized = await once(["quantize", "members", "--data", "a.csv", "--bits", "4", ...own]);
    expect(quantized).toMatchObject({ code: 2, stdout: "" });
    expect(quantized.stderr).toBe(
      "minimand: members/model: expected a single network to quantise, got 2: run compare again with --members 1 or --quantize\n",
    );
  });

  it("keeps no model.onnx where the model does what ONNX has no operation for, and says so", async () => {
    writeFileSync(at("odd.mjs"), odd);
    const args = [...bare, "--with", "odd.mjs", "--model", "odd", "--out", "odd"];
    const ran = await once(["compare", ...args]);
    expect(ran.code).toBe(0);
    const why =
      "--with odd.mjs: odd can't be written as ONNX: cholesky: expected a primitive that ONNX can express";
    expect(ran.stderr).toContain(`\nno model.onnx is kept: ${why}`);
    expect(existsSync(at("odd/model/model.onnx"))).toBe(false);
    expect(await once(["predict", "odd", "a.csv", "--with", "odd.mjs"])).toMatchObject({ code: 0 });
  });

  const made = (fields: string): string =>
    `import { mlp } from "minimand"; import { numpy as np } from "@jax-js/jax"; export const models = [{ id: "x", ${fields} }];`;
  const broken = (change: string): string =>
    made(
      `make: (shape) => { const model = mlp({ ...shape, hidden: [3] }); return { ...model, ${change} }; }`,
    );
  it.each([
    [
      "no models and no candidates",
      "export const model = 1;",
      /, or 'models' that is one of models, got only the exports 'model'$/,
    ],
    [
      "models that are no list",
      "export const models = {};",
      /^models: expected a list of models, got object$/,
    ],
    [
      "a name that is taken",
      "export const models = [{ id: 'mlp', make() {} }];",
      /^models\[0\]\.id: expected a name that no other model has, got "mlp"$/,
    ],
    ["a field that is none", made("make() {}, hidden: 3"), /^models\[0\]: expected only .* got "hidden"$/],
    ["nothing that makes it", made(""), /^models\[0\]\.make: expected a function, got undefined$/],
    [
      "more outputs than classes",
      made("make: ({ inputs }) => mlp({ inputs, hidden: [3], outputs: 5 })"),
      /^x can't be used: model\.make: expected a model with the outputSize 2, got 5$/,
    ],
    [
      "no features",
      made("make: () => ({ init() {}, apply() {}, outputSize: 2 })"),
      /^x can't be used: model\.make: expected a model with the function applyWithFeatures, got undefined$/,
    ],
    [
      "outputs of another shape than it says",
      broken("applyWithFeatures: ({ state }, x) => [{ features: np.zeros([2, 3]), output: x }, state]"),
      /^x can't be used: model\.make: expected a model whose features and outputs of 2 rows have the shapes \[2,3\] and \[2,2\], got "\[2,3\] and \[2,\d+\]"$/,
    ],
    ["code that throws", made("make() { throw new Error('no way'); }"), /^x can't be used: no way$/],
    [
      "outputs without state",
      broken("apply: (variables, x, options) => model.apply(variables, x, options)[0]"),
      /^x can't be used: model\.apply: expected a pair of outputs and state, got /,
    ],
    [
      "code that throws when it is applied",
      broken("apply: () => { throw new Error('no way'); }"),
      /^x can't be used: no way$/,
    ],
    [
      "code that throws when it is trained",
      broken(
        "apply(variables, x, options) { if (options.training) throw new Error('no way'); return model.apply(variables, x, options); }",
      ),
      /^x can't be used: no way$/,
    ],
    [
      "code that throws what has no text",
      made("make() { throw new Proxy({}, { get() { throw 0; }, getPrototypeOf() { throw 0; } }); }"),
      /^x can't be used: something that isn't an error and has no text was thrown$/,
    ],
  ])("refuses a module with %s in one line", async (_, text, expected) => {
    const file = `${expect.getState().currentTestName?.replace(/\W+/g, "-").slice(-60)}.mjs`;
    writeFileSync(at(file), text);
    const args = [...bare, "--with", file, "--model", "x", "--out", `${file}.o`];
    const { code, stdout, stderr } = await once(["compare", ...args]);
    const [line] = stderr.match(/^minimand: .*\n$/m) ?? [];
    expect(line?.replace(`minimand: --with ${file}: `, "").trimEnd()).toMatch(expected);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it("refuses a name that no module has, widths beside it, and losses of another last layer", async () => {
    const refusal = async (...args: string[]): Promise<string> => {
      const all = ["compare", "a.csv", "-t", "y", "--with", "own.mjs", ...args, "--out", "no"];
      const { code, stdout, stderr } = await once(all);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      return stderr.replace(/^minimand: |\n$/g, "");
    };
    expect(await refusal("--model", "wid")).toBe(
      "--model: expected one of mlp, linear, narrow, wide, got 'wid': did you mean 'wide'?",
    );
    writeFileSync(at("losses.mjs"), "export const candidates = [];\n");
    expect(await refusal("--with", "losses.mjs", "--model", "wid")).toBe(
      "--model: expected one of mlp, linear, narrow, wide, got 'wid': did you mean 'wide'?; losses.mjs exports no 'models'",
    );
    expect(await refusal("--model", "wide", "--hidden", "3")).toBe(
      "--hidden: expected no hidden layers with --model wide, got 3",
    );
    expect(await refusal("--model", "wide", "--losses", "cosface")).toBe(
      '--losses: expected ones of a linear last layer, as an own model has, got "cosface"',
    );
    expect(existsSync(at("no"))).toBe(false);
  });
});
