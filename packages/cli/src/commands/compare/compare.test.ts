import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Results } from "@minimand/compare";
import { describe, expect, it } from "vitest";
import { everythingIn, minimand, sampleCsv, temporaryFolder, tiny } from "../../../../../test/support/cli.ts";
import { oneProcess } from "../../one-process.fixture.ts";

const once = oneProcess();

const resultsIn = (folder: string): Results => JSON.parse(readFileSync(join(folder, "results.json"), "utf8"));

/** A folder with the sample in `a.csv`. */
function withSample(rows = 40): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a.csv"), sampleCsv(rows));
  return folder;
}

/** Everything that must not change between two runs of the same comparison. */
function timeless({ created: _, datasets, ...rest }: Results): unknown {
  return {
    ...rest,
    datasets: datasets.map((d) => ({ ...d, trials: d.trials.map(({ seconds: __, ...trial }) => trial) })),
  };
}

describe.concurrent("minimand compare", () => {
  it("prints a table on stdout, coloured on request alone, the rest on stderr, and leaves results, report, model and trials", async () => {
    const folder = withSample();
    const args = ["compare", "a.csv", "-t", "y", ...tiny];
    const { code, stdout, stderr } = await minimand(args, { cwd: folder, env: { CI: "true" } });
    expect(code).toBe(0);
    const out = join(folder, "minimand-a");
    expect(everythingIn(out).filter((path) => !/^trials\/[0-9a-f]{32}\.json\.gz$/.test(path))).toEqual([
      "model",
      "model/model.json",
      "model/model.onnx",
      "model/model.safetensors",
      "report.html",
      "results.json",
      "trials",
    ]);
    const { datasets, settings, candidates } = resultsIn(out);
    expect(settings).toMatchObject({ target: "y", folds: 2, seeds: 1, losses: ["focal"], hidden: [4] });
    for (const { label } of candidates) expect(stdout).toContain(label);
    expect(stdout).toContain(datasets[0].ranking.summary);
    expect(stdout).toMatch(/^a, 2 test folds\n/);
    expect(stderr).toMatch(
      /\nminimand-a\/report\.html contains the figures, minimand-a\/results\.json all numbers\n$/,
    );
    expect(readFileSync(join(out, "report.html"), "utf8")).toContain("</html>");
    // No terminal: no colour, no cursor movement.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are looked for.
    expect(stdout + stderr).not.toMatch(/[\u001b\r]/);
    const coloured = await minimand(args, { cwd: folder, env: { FORCE_COLOR: "1" } });
    expect(coloured.stdout).toContain("\u001b[");
  });

  it("prints results.json and nothing else on stdout with --json, without NaN or Infinity", async () => {
    const folder = withSample();
    const { code, stdout } = await minimand(
      ["compare", "a.csv", "-t", "y", ...tiny, "--json", "--out", "o", "--metric", "log-loss"],
      { cwd: folder, env: { FORCE_COLOR: "1" } },
    );
    expect(code).toBe(0);
    const results: Results = JSON.parse(stdout);
    expect(results).toEqual(resultsIn(join(folder, "o")));
    expect(stdout).not.toMatch(/NaN|Infinity/);
    const [dataset] = results.datasets;
    expect(dataset.ranking).toMatchObject({ metric: "log-loss", higherIsBetter: false });
    expect(dataset.trials.every((t) => t.score === t.metrics["log-loss"])).toBe(true);
  });

  it("gives the same with one worker and with two, and with finished trials", async () => {
    const folder = withSample();
    const args = ["compare", "a.csv", "-t", "y", ...tiny, "--seeds", "2"];
    const runs = await Promise.all(
      ["1", "2"].map((n) => once([...args, "--workers", n, "--out", `out-${n}`], { cwd: folder })),
    );
    expect(runs.map((r) => r.code)).toEqual([0, 0]);
    expect(runs[1].stdout.replaceAll("out-2", "out-1")).toBe(runs[0].stdout);
    const [one, two] = ["out-1", "out-2"].map((out) => resultsIn(join(folder, out)));
    expect(timeless(two)).toEqual(timeless(one));
    const model = (out: string): Buffer => readFileSync(join(folder, out, "model/model.safetensors"));
    expect(model("out-2")).toEqual(model("out-1"));
    const again = await minimand([...args, "--out", "out-1"], { cwd: folder });
    expect(again.stdout).toBe(runs[0].stdout);
    expect(again.stderr).toMatch(/^all \d+ trials are already finished$/m);
    expect(timeless(resultsIn(join(folder, "out-1")))).toEqual(timeless(one));
  });

  it("counts the further seeds of a baseline that nothing is compared with", async () => {
    const args = ["a.csv", "-t", "size", ...tiny, "--losses", "squared", "--seeds", "3"];
    const { code, stderr } = await once(["compare", ...args], { cwd: withSample() });
    expect(code).toBe(0);
    // Squared error on three seeds and two folds, and the mean of the target.
    // On a slow machine progress is told in between, too.
    const told = stderr.match(/\d+ of \d+ trials$/gm) ?? [];
    expect(told.at(-1)).toBe("8 of 8 trials");
    expect(told.every((line) => line.endsWith("of 8 trials"))).toBe(true);
  });

  it("runs trials again after data or settings have changed, and only the new ones after more losses", async () => {
    const folder = withSample();
    const run = (...args: string[]): ReturnType<typeof once> =>
      once(["compare", "a.csv", "-t", "y", ...tiny, "--out", "o", ...args], { cwd: folder });
    const count = (): number => everythingIn(join(folder, "o/trials")).length;
    await run();
    // Cross-entropy, class weights, focal and the majority class, on two folds.
    expect(count()).toBe(8);
    const more = await run("--losses", "focal,hinge");
    expect(more.stderr).toContain("8 of 10 trials are already finished");
    await run("--rope", "0.05", "--alpha", "0.1");
    expect(count()).toBe(10);
    await run("--max-epochs", "1");
    expect(count()).toBe(18);
    writeFileSync(join(folder, "a.csv"), sampleCsv(41));
    await run();
    expect(count()).toBe(26);
  });

  it("tests on a second file", async () => {
    const folder = withSample();
    writeFileSync(
      join(folder, "t.csv"),
      "y,kind,weight,size,more\nyes,red,1,2,a\nno,black,2,0,b\n,red,1,1,c\n",
    );
    const { code, stdout, stderr } = await once(
      ["compare", "a.csv", "-t", "y", ...tiny, "--seeds", "2", "--test", "t.csv"],
      { cwd: folder },
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^a, 2 seeds on one test file\n *loss +balanced accuracy +difference.*verdict *\n/,
    );
    expect(stderr).toContain("kind: t.csv: 1 of 3 values did not occur in training: 'black'");
    expect(stderr).toContain("y: t.csv: left out 1 row without a target, 2 remain");
    const [{ trials, rows, testRows, ranking }] = resultsIn(join(folder, "minimand-a")).datasets;
    expect({ rows, testRows }).toEqual({ rows: 40, testRows: 2 });
    const tested = ranking.entries.flatMap(({ difference }) => (difference === null ? [] : [difference]));
    // Two finalists and a threshold, of which there are two seeds, the two other references once.
    expect(tested.map(({ values, p }) => `${values.length} ${p === null}`).toSorted()).toEqual([
      ...["1 true", "1 true", "2 false", "2 false", "2 false"],
    ]);
    expect(new Set(trials.map((t) => `${t.seed} ${t.fold} ${t.rows.test}`))).toEqual(
      new Set(["0 0 2", "1 0 2"]),
    );
  });

  it("keeps groups together, ignores columns, and takes types and the positive class as told", async () => {
    const folder = temporaryFolder();
    const [header, ...rows] = sampleCsv(60).trim().split("\n");
    const text = [`patient,zip,${header}`, ...rows.map((row, i) => `p${i % 12},0${i % 4},${row}`)].join("\n");
    writeFileSync(join(folder, "a.csv"), text);
    const { code, stderr } = await once(
      [
        ...["compare", "a.csv", "-t", "y", ...tiny, "--group", "patient", "--ignore", "weight"],
        ...["--types", "zip=numeric", "--positive", "no", "--task", "binary"],
      ],
      { cwd: folder },
    );
    expect([stderr.match(/^minimand:.*/m), code]).toEqual([null, 0]);
    // What an option does comes right below the warnings.
    const said = stderr.split("\n");
    expect(said[1]).toMatch(/^ {2}zip: predicts the target alone/);
    expect(said[2]).toBe("  patient: 12 groups of 5 rows, each in one fold");
    const [{ features, classes, trials }] = resultsIn(join(folder, "minimand-a")).datasets;
    expect(classes).toEqual(["yes", "no"]);
    expect(features.map((f) => [f.name, f.kind])).toEqual([
      ["zip", "numeric"],
      ["size", "numeric"],
      ["kind", "categorical"],
    ]);
    // Twelve groups of five rows: every part is made of whole ones.
    for (const { rows: parts } of trials) expect(Object.values(parts).map((n) => n % 5)).toEqual([0, 0, 0]);
  });

  it("compares under label noise and imbalance, and says how", async () => {
    const folder = withSample();
    const args = ["compare", "a.csv", "-t", "y", ...tiny];
    const [clean, noisy] = await Promise.all([
      once([...args, "--out", "clean"], { cwd: folder }),
      once([...args, "--out", "noisy", "--label-noise", "0.4", "--imbalance", "5"], { cwd: folder }),
    ]);
    expect([clean.code, noisy.code]).toEqual([0, 0]);
    const { settings, datasets } = resultsIn(join(folder, "noisy"));
    expect(settings).toMatchObject({ labelNoise: 0.4, imbalance: 5 });
    const [{ rows }] = datasets[0].trials;
    const [{ rows: all }] = resultsIn(join(folder, "clean")).datasets[0].trials;
    expect(rows.test).toBe(all.test);
    expect(rows.fit + rows.validation).toBe(10 + 2);
  });

  it("compares losses for numbers and for several classes", async () => {
    const folder = temporaryFolder();
    const rows = Array.from({ length: 40 }, (_, i) => [
      Math.sin(i * i),
      50 * Math.sin(i * i) + i / 7,
      "uvw"[i % 3],
    ]);
    writeFileSync(join(folder, "a.csv"), ["x,z,c", ...rows.map((r) => r.join(","))].join("\n"));
    const [numbers, classes] = await Promise.all([
      once(["compare", "a.csv", "-t", "z", ...tiny, "--losses", "all", "--out", "z"], { cwd: folder }),
      once(["compare", "a.csv", "-t", "c", ...tiny, "--losses", "mse,mse", "--out", "c"], {
        cwd: folder,
      }),
    ]);
    expect([numbers.code, classes.code]).toEqual([0, 0]);
    const z = resultsIn(join(folder, "z"));
    expect(z.settings.losses).toBe("auto");
    expect(z.candidates.map((c) => c.id)).toEqual([
      ...["squared", "absolute", "huber", "log-cosh", "cauchy", "welsch", "quantile"],
      ...["cs", "cs-ib", "vib", "nib", "hsic", "mean-target", "chosen-by-validation"],
    ]);
    expect(z.datasets[0].ranking).toMatchObject({ metric: "r2", baseline: "squared" });
    const c = resultsIn(join(folder, "c"));
    expect(c.candidates.map((row) => row.id)).toEqual([
      ...["cross-entropy", "class-weighted-cross-entropy", "mse", "majority-class"],
      "chosen-by-validation",
    ]);
    expect(c.datasets[0].classes).toEqual(["u", "v", "w"]);
  });

  it("keeps one model for each of several files, also of the same name", async () => {
    const folder = temporaryFolder();
    for (const [i, name] of ["one", "two"].entries()) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "train.csv"), sampleCsv(40 + i));
    }
    // What a run with a single file has left must not be taken for one of these models.
    const before = await once(["compare", "one/train.csv", "-t", "y", ...tiny, "--out", "o"], {
      cwd: folder,
    });
    expect(before.code).toBe(0);
    const { code, stdout } = await once(
      ["compare", "one/train.csv", "two/train.csv", "-t", "y", ...tiny, "--out", "o"],
      { cwd: folder },
    );
    expect(code).toBe(0);
    expect(stdout).toContain("Across 2 data sets");
    const { datasets } = resultsIn(join(folder, "o"));
    expect(datasets.map((d) => [d.name, d.source])).toEqual([
      ["train", "one/train.csv"],
      ["train-2", "two/train.csv"],
    ]);
    expect(everythingIn(join(folder, "o/model")).filter((path) => path.endsWith(".json"))).toEqual([
      "train-2/model.json",
      "train/model.json",
    ]);
    const unclear = await once(["predict", "o", "one/train.csv"], { cwd: folder });
    expect(unclear).toMatchObject({
      code: 2,
      stderr: "minimand: o: expected one of its models: 'o/model/train', 'o/model/train-2'\n",
    });
    const clear = await once(["predict", "o/model/train-2", "one/train.csv"], { cwd: folder });
    expect(clear.stdout.split("\n")).toHaveLength(1 + 40 + 1);
  });

  it("takes a file before a bundled name, and a bundled name before a folder", async () => {
    const folder = withSample();
    writeFileSync(join(folder, "iris"), sampleCsv());
    const file = await once(["compare", "iris"], { cwd: folder });
    expect(file).toMatchObject({
      code: 2,
      stderr:
        "minimand: --target: expected the column to predict, one of 'size', 'weight', 'kind', 'y', got none\n",
    });
    mkdirSync(join(folder, "wine"));
    const bundled = await once(["compare", "wine", ...tiny, "--losses", "mse"], { cwd: folder });
    expect(bundled.code).toBe(0);
    expect(bundled.stderr).toContain("wine: 178 rows, 13 inputs, multiclass, 3 classes\n");
  });

  it("runs where classes have hardly more rows than folds", async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, "a.csv"),
      "x,z,y\n1,3,no\n2,1,no\n5,2,yes\n7,9,yes\n4,4,no\n6,1,perhaps\n3,3,perhaps\n",
    );
    const { code, stderr } = await once(["compare", "a.csv", "-t", "y", ...tiny, "--metric", "roc-auc"], {
      cwd: folder,
    });
    expect([stderr.match(/^minimand:.*/m), code]).toEqual([null, 0]);
    const [{ trials }] = resultsIn(join(folder, "minimand-a")).datasets;
    expect(trials.map((t) => t.status)).not.toContain("diverged");
  });
});

describe.concurrent("the command line", () => {
  it.each(["compare", "predict", "data", "losses"])("shows examples with %s --help", async (command) => {
    const { code, stdout, stderr } = await once([command, "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`Examples:\\n  .*minimand ${command}`));
  });

  it("documents its exit codes", async () => {
    const { code, stdout } = await once(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain(
      "Exit codes: 0 done, 1 a fault of the program, 2 a fault in what was asked or given, 130 interrupted.",
    );
  });

  it("suggests the command that was probably meant", async () => {
    expect(await once(["compar", "a.csv"])).toEqual({
      code: 2,
      stdout: "",
      stderr: "minimand: unknown command 'compar' (Did you mean compare?)\n",
    });
  });

  it("knows no command by a name that every object has", async () => {
    for (const args of [["constructor"], ["help", "constructor"]])
      expect(await once(args)).toMatchObject({
        code: 2,
        stdout: "",
        stderr: expect.stringContaining("unknown command 'constructor'"),
      });
  });

  it("lists losses and data as text and as JSON", async () => {
    for (const command of ["losses", "data"]) {
      const table = await once([command]);
      const json = await once([command, "--json"]);
      expect([table.code, json.code]).toEqual([0, 0]);
      const rows: { id?: string; name?: string }[] = JSON.parse(json.stdout);
      expect(rows.length).toBeGreaterThan(12);
      for (const { id, name } of rows) expect(table.stdout).toContain(id ?? name);
    }
  });
});
