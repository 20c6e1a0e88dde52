import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { loadModel, nativeCompiler, type TensorValues } from "@minimand/native";
import { beforeAll, describe, expect, it } from "vitest";
import { everythingIn, sample, sampleCsv, start, tiny, workFolder } from "../../../../../test/support/cli.ts";
import { runOnWeb } from "../../../../../test/support/onnx.ts";
import { oneProcess } from "../../one-process.fixture.ts";

const { folder, at, resultsOf } = workFolder();
const once = oneProcess(folder);
const compare = (...args: string[]) => once(["compare", ...args]);
const given = ["-t", "y", ...tiny, "--folds", "3", "--engine", "wasm"];

const runtime = await nativeCompiler().then(
  () => true,
  () => false,
);

/** What stands beside the network, in every run. */
const network = ["model.json", "model.onnx", "model.safetensors"];

beforeAll(async () => {
  writeFileSync(at("a.csv"), sampleCsv(60));
  const ran = await compare("a.csv", ...given, "--out", "plain");
  expect(ran).toMatchObject({ code: 0 });
}, 120_000);

describe("minimand compare --quantize", () => {
  it("adds what bits cost to a run, and changes nothing else of it; the same command finds it all there", async () => {
    cpSync(at("plain"), at("bits"), { recursive: true });
    const first = await compare("a.csv", ...given, "--out", "bits", "--quantize", "4,2");
    expect(first.code).toBe(0);
    expect(first.stderr).toContain("trials are already finished");
    expect(first.stderr).toMatch(/^3 of 3 quantised networks$/m);
    expect(everythingIn(at("bits/model"))).toEqual(["model-2bit.onnx", "model-4bit.onnx", ...network].sort());
    for (const file of network)
      expect(readFileSync(at("bits/model", file))).toEqual(readFileSync(at("plain/model", file)));
    const [{ quantization, ...rest }] = resultsOf("bits").datasets;
    const strip = (report: object): string =>
      JSON.stringify(report, (key, value) => (key === "seconds" ? 0 : value));
    expect(strip(rest)).toBe(strip(resultsOf("plain").datasets[0]));
    const { model, ranking } = rest;
    expect(quantization).toMatchObject({
      candidate: model?.candidate,
      activationBits: 8,
      seeds: [0],
      folds: 3,
      float: {
        mean: ranking.entries.find(({ candidate }) => candidate === model?.candidate)?.mean,
        fileBytes: statSync(at("bits/model/model.onnx")).size,
      },
    });
    const [four, two] = quantization!.widths;
    expect([four.bits, two.bits]).toEqual([4, 2]);
    // One hidden layer: no layer is between the first and the last one.
    expect(four.layerBits).toEqual([4, 4]);
    expect(two.bytes).toBeLessThan(four.bytes);
    expect(four.fileBytes).toBe(statSync(at("bits/model", four.file!)).size);
    for (const { difference, mean } of [four, two]) {
      expect(difference!.mean).toBeCloseTo(mean! - quantization!.float.mean!, 9);
      expect(difference!.low).toBeLessThanOrEqual(difference!.high!);
    }
    const html = readFileSync(at("bits/report.html"), "utf8");
    for (const text of ["Cost of fewer bits", "balanced accuracy by kilobytes", "model-2bit.onnx"])
      expect(html).toContain(text);
    expect(readFileSync(at("plain/report.html"), "utf8")).not.toContain("Cost of fewer bits");
    expect(first.stdout).toContain("Cost of fewer bits for the kept model\n");

    const again = await compare("a.csv", ...given, "--out", "bits", "--quantize", "4,2", "--json");
    const found = (JSON.parse(again.stdout) as ReturnType<typeof resultsOf>).datasets[0].quantization;
    expect(found).toEqual(quantization);
    expect(again.stderr).not.toContain("of 3 quantised networks");
    // Without the option, the files of the run before are gone.
    expect((await compare("a.csv", ...given, "--out", "bits")).code).toBe(0);
    expect(everythingIn(at("bits/model"))).toEqual(network);
  }, 240_000);

  it("tells, stopped by Ctrl-C, that the trials are kept, too", async () => {
    const { child, ended } = start(
      ["compare", "a.csv", ...given, "--out", "stopped", "--quantize", "8,7,6,5,4,3,2"],
      { cwd: at() },
    );
    // Twelve trials, and the first network.
    const kept = (): number =>
      existsSync(at("stopped/trials"))
        ? readdirSync(at("stopped/trials")).filter((name) => name.endsWith(".json.gz")).length
        : 0;
    while (kept() <= 12) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /\nminimand: interrupted: the trials and [12] of 3 quantised networks are kept; the same command continues\n$/,
    );
  }, 120_000);

  it("works for numbers", async () => {
    const ran = await once([
      ...["compare", "a.csv", "-t", "size", ...tiny, "--losses", "huber", "--engine", "wasm"],
      ...["--quantize", "3", "--out", "numbers"],
    ]);
    expect(ran.code).toBe(0);
    const [{ quantization }] = resultsOf("numbers").datasets;
    // Two folds say nothing of chance.
    expect(quantization?.widths[0]).toMatchObject({
      bits: 3,
      file: "model-3bit.onnx",
      difference: { mean: expect.any(Number), low: null, high: null },
    });
    expect(quantization?.widths[0].change).toBeGreaterThan(0);
    expect(ran.stdout).toContain("change of size (rms)");
  }, 240_000);

  it.each<[string[], string]>([
    [["--quantize", "1"], "minimand: --quantize: expected an integer >= 2 and <= 8, got 1\n"],
    [["--quantize", "8,16"], "minimand: --quantize: expected an integer >= 2 and <= 8, got 16\n"],
    [["--quantize", "4,4"], 'minimand: --quantize: expected widths that are all different, got "4,4"\n'],
    [
      ["--quantize", "4", "--references", "trees", "--keep", "trees"],
      "minimand: --quantize: expected a network to keep, got --keep trees, which have no weights to quantise\n",
    ],
    [
      ["--quantize", "4", "--references", "trees", "--keep", "ensemble"],
      "minimand: --quantize: expected a network to keep, got --keep ensemble\n",
    ],
    [
      ["--quantize", "4", "--members", "3"],
      "minimand: --quantize: expected a single network per fit, got --members 3\n",
    ],
  ])("refuses %j before anything is written", async (options, stderr) => {
    expect(await once(["compare", "a.csv", ...given, ...options, "--out", "refused"])).toEqual({
      code: 2,
      stdout: "",
      stderr,
    });
    expect(existsSync(at("refused"))).toBe(false);
  });

  it.each([
    [
      "has no layers",
      `({ inputs, outputs }) => ({
        featureSize: inputs, outputSize: outputs,
        init: (key) => { key.dispose(); return { params: {}, state: {} }; },
        apply: ({ state }, x) => [x.slice([], [0, outputs]), state],
        applyWithFeatures: ({ state }, x) => [{ features: x.ref, output: x.slice([], [0, outputs]) }, state],
      })`,
    ],
    [
      "is spread from one of layers and has outputs of its own",
      `(shape) => {
        const inner = mlp({ ...shape, hidden: [3] });
        return { ...inner, apply: (...given) => {
          const [output, state] = inner.apply(...given);
          return [output.mul(-1), state];
        } };
      }`,
    ],
  ])("refuses an own model that %s", async (_, make) => {
    const library = import.meta.resolve("minimand");
    writeFileSync(
      at("own.mjs"),
      `import { mlp } from "${library}";\nexport const models = [{ id: "own", make: ${make} }];\n`,
    );
    const ran = await once([
      ...["compare", "a.csv", ...given, "--with", "own.mjs", "--model", "own"].filter(
        (word) => word !== "--hidden" && word !== "4",
      ),
      ...["--quantize", "4", "--out", "refused"],
    ]);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(/^minimand: --quantize: own can't be quantised: pieces: expected [^\n]*\n$/);
  });
});

describe("minimand quantize", () => {
  it("writes files that predict reads, and says what they cost on rows held out", async () => {
    const ran = await once([
      ...["quantize", "plain", "--data", "a.csv", "--bits", "8,4", "--method", "ptq", "--out", "web"],
      ...["--json", "--engine", "wasm"],
    ]);
    expect(ran.stderr).toBe("2 of 2 widths\n");
    expect(ran.code).toBe(0);
    expect(everythingIn(at("web"))).toEqual(["model-4bit.onnx", "model-8bit.onnx"]);
    const { rows, float, widths } = JSON.parse(ran.stdout);
    expect(rows).toEqual({ quantisedBy: 40, heldOut: 20, labelled: 20 });
    expect(float.metrics.accuracy).toBeGreaterThan(0);
    expect(widths).toHaveLength(2);
    for (const width of widths) {
      expect(width.fileBytes).toBe(statSync(at(width.file)).size);
      expect(width.bytes).toBeLessThan(float.bytes);
      const { lost, gained } = width.quantised.flipped;
      expect(width.quantised.metrics.accuracy - float.metrics.accuracy).toBeCloseTo((gained - lost) / 20, 9);
      expect(width.quantised).toEqual(width.rounded);
      if (runtime) {
        expect(width.runtime.rows).toBe(60);
        expect(width.runtime.same).toBeGreaterThanOrEqual(59);
      } else expect(width.runtime).toBeNull();
    }
    expect([widths[0].container, widths[1].container]).toEqual(["int8", "int4"]);
    if (!runtime) return;
    const [small, whole] = await Promise.all(
      ["web/model-8bit.onnx", "plain"].map((model) => once(["predict", model, "a.csv"])),
    );
    expect(small.code).toBe(0);
    const labels = (text: string): string[] => text.split("\n").map((line) => line.split(",")[0]);
    const [a, b] = [small, whole].map(({ stdout }) => labels(stdout));
    expect(a).toHaveLength(62);
    expect(a.filter((label, i) => label !== b[i]).length).toBeLessThan(6);
  }, 120_000);

  it.skipIf(!runtime)(
    "writes weights of 4 bits that the browser's runtime takes, too",
    async () => {
      const ran = await once([
        ...["quantize", "plain", "--data", "a.csv", "--bits", "4", "--method", "ptq", "--out", "page.onnx"],
        ...["--engine", "wasm"],
      ]);
      expect(ran.code).toBe(0);
      const bytes = new Uint8Array(readFileSync(at("page.onnx")));
      const { columns, cells } = sample(60);
      const of = (name: string): string[] => cells.map((row) => row[columns.indexOf(name)]);
      const feeds = Object.fromEntries(
        columns
          .slice(0, 3)
          .map((name): [string, TensorValues] => [
            name,
            { data: name === "kind" ? of(name) : Float64Array.from(of(name), Number), shape: [60, 1] },
          ]),
      );
      const model = loadModel(bytes);
      const [here, there] = [model.run(feeds), await runOnWeb(bytes, feeds)];
      model.dispose();
      expect(there.label.data).toEqual(here.label.data);
      const shares = here.probabilities.data as Float32Array;
      for (const [i, p] of shares.entries()) expect(Number(there.probabilities.data[i])).toBeCloseTo(p, 5);
    },
    120_000,
  );

  it("fine-tunes without labels, and writes a single width where it is told to", async () => {
    const unlabelled = sampleCsv(60)
      .trim()
      .split("\n")
      .map((line) => line.split(",").slice(0, 3).join(","));
    writeFileSync(at("unlabelled.csv"), `${unlabelled.join("\n")}\n`);
    const ran = await once([
      ...["quantize", "plain/model", "--data", "unlabelled.csv", "--bits", "2", "--out", "two.onnx"],
      ...["--activation-bits", "4", "--granularity", "tensor", "--container", "int8", "--engine", "wasm"],
    ]);
    expect(ran.code).toBe(0);
    expect(existsSync(at("two.onnx"))).toBe(true);
    expect(ran.stdout).toContain("quantised with 40 rows, evaluated on 20 others, 0 of them labelled\n");
    if (runtime) expect(ran.stdout).toMatch(/within 1e-5 for \d+ of 60 rows, the same class for \d+\n/);
    expect(ran.stdout).toMatch(/^2 bits {2,}.* of 20\n {2}rounded only/m);
    expect(ran.stdout).not.toContain("balanced accuracy");
    expect(ran.stdout).toContain(runtime ? "two.onnx: ONNX Runtime gives the same" : "two.onnx: not run");
  }, 120_000);

  it("writes nothing next to another model, which was put there in the meantime", async () => {
    // The model's own code is called between the reading and the writing.
    writeFileSync(
      at("racing.mjs"),
      `import { cpSync, existsSync } from "node:fs";
      import { mlp } from "${import.meta.resolve("minimand")}";
      const [later, place] = ${JSON.stringify([at("later/model"), at("raced/model")])};
      export const models = [{ id: "own", make: (shape) => {
        if (existsSync(later)) cpSync(later, place, { recursive: true });
        return mlp({ ...shape, hidden: [3] });
      } }];\n`,
    );
    const own = ["--with", "racing.mjs"];
    const train = [...given, ...own, "--model", "own"].filter((word) => word !== "--hidden" && word !== "4");
    writeFileSync(at("fewer.csv"), sampleCsv(48));
    for (const [table, out] of [
      ["a.csv", "raced"],
      ["fewer.csv", "new"],
    ])
      expect((await compare(table, ...train, "--out", out)).code).toBe(0);
    cpSync(at("new"), at("later"), { recursive: true });
    const ran = await once([
      "quantize",
      "raced",
      "--data",
      "a.csv",
      "--bits",
      "4",
      "--method",
      "ptq",
      ...own,
    ]);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain(
      "minimand: raced/model: expected the model to stay the same while it is quantised, got another: run quantize again\n",
    );
    expect(everythingIn(at("raced/model"))).toEqual(network);
  }, 120_000);

  it("refuses what can't be quantised, with one line and nothing written", async () => {
    const [head, ...lines] = sampleCsv(60).trim().split("\n");
    writeFileSync(at("one.csv"), `${head}\n${lines[0]}\n`);
    writeFileSync(at("short.csv"), "size,y\n1,yes\n2,no\n3,yes\n");
    writeFileSync(
      at("other.csv"),
      [head, ...lines.map((line) => line.replace(/yes|no/, "perhaps")), ""].join("\n"),
    );
    mkdirSync(at("empty"), { recursive: true });
    cpSync(at("plain"), at("trees"), { recursive: true });
    const trees = ["--references", "trees", "--keep", "trees", "--out", "trees"];
    const treesRun = await once(["compare", "a.csv", ...given, ...trees]);
    expect(treesRun.code).toBe(0);
    const before = everythingIn(at("plain/model"));
    const whole = readFileSync(at("plain/model/model.onnx"));
    const refused: [string[], string | RegExp][] = [
      [["plain", "--bits", "4"], "--data: expected a file of rows to quantise by, got none"],
      [["plain", "--data", "a.csv"], "--bits: expected bits of the weights, 2 to 8, got none"],
      [["plain", "--data", "a.csv", "--bits", "9"], "--bits: expected an integer >= 2 and <= 8, got 9"],
      [
        ["plain", "--data", "a.csv", "--bits", "4", "--activation-bits", "1"],
        "--activation-bits: expected an integer >= 2 and <= 8, got 1",
      ],
      [
        ["plain", "--data", "a.csv", "--bits", "4", "--end-bits", "12"],
        "--end-bits: expected an integer >= 2 and <= 8, got 12",
      ],
      [
        ["plain", "--data", "a.csv", "--bits", "8", "--container", "int4"],
        "--container int4: expected widths of 2 to 4 bits with it, got 8",
      ],
      [
        ["plain", "--data", "a.csv", "--bits", "8,4", "--out", "x.onnx"],
        "--out: expected a folder for the files of 2 widths, got 'x.onnx'",
      ],
      [
        ["plain", "--data", "a.csv", "--bits", "4", "--out", "./plain/model/model.onnx"],
        "--out: expected another file than plain/model/model.onnx, got ./plain/model/model.onnx",
      ],
      [
        ["plain", "--data", "rows.onnx", "--bits", "4", "--out", "./rows.onnx"],
        "--out: expected another file than --data, got ./rows.onnx",
      ],
      [
        ["plain", "--data", "out/model-4bit.onnx", "--bits", "8,4", "--out", "out"],
        "out/model-4bit.onnx: expected another file than --data, got out/model-4bit.onnx",
      ],
      [
        ["plain", "--data", "a.csv", "--bits", "4", "--out", "no/x.onnx"],
        "no/x.onnx: no such file or folder",
      ],
      [
        ["plain", "--data", "a.csv", "--bits", "4", "--out", "a.csv"],
        "--out: expected a folder that can be written, got a.csv: exists and is not a folder",
      ],
      [
        ["plain", "--data", "one.csv", "--bits", "4"],
        "--data: expected at least 3 rows that can be read, two to quantise by and one to judge by, got 1",
      ],
      [["plain", "--data", "short.csv", "--bits", "4"], /^short\.csv: .*'kind'.*'weight'|'weight'.*'kind'/],
      [
        ["plain", "--data", "other.csv", "--bits", "4"],
        /^other\.csv, line 2: target 'y': expected one of the classes/,
      ],
      [["plain", "--data", "none.csv", "--bits", "4"], /none\.csv/],
      [
        ["empty", "--data", "a.csv", "--bits", "4"],
        "empty: expected a folder with model/model.json, as 'minimand compare' writes it, got none",
      ],
      [
        ["trees", "--data", "a.csv", "--bits", "4"],
        /^trees\/model: expected a network, got gradient-boosted trees, which have no weights to quantise$/,
      ],
    ];
    const all = await Promise.all(refused.map(([args]) => once(["quantize", ...args, "--engine", "wasm"])));
    all.forEach(({ code, stdout, stderr }, i) => {
      const [args, expected] = refused[i];
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: "" });
      const line = stderr
        .trim()
        .split("\n")
        .at(-1)!
        .replace(/^minimand: /, "");
      if (typeof expected === "string") expect(line).toBe(expected);
      else expect(line).toMatch(expected);
    });
    expect(everythingIn(at("plain/model"))).toEqual(before);
    expect(readFileSync(at("plain/model/model.onnx"))).toEqual(whole);
    expect(existsSync(at("x.onnx"))).toBe(false);
    // Not only in the end.
    for (const { stderr } of all) expect(stderr).not.toContain("epochs of fine-tuning");
  }, 240_000);
});
