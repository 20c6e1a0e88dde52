import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Results } from "@minimand/compare";
import { describe, expect, it } from "vitest";
import { everythingIn, minimand, sampleCsv, temporaryFolder, tiny } from "../../../../test/support/cli.ts";
import { oneProcess } from "../one-process.fixture.ts";

/** A focal loss in TypeScript, with its gamma in a file of its own. */
const focal2 = `import type { Candidate } from "@minimand/compare";
import { focal } from "minimand";
import { gamma } from "./gamma.ts";

interface Named { id: string }
const name: Named = { id: "focal2" };

export const candidates: Candidate[] = [
  {
    kind: "loss",
    ...name,
    label: "Focal again",
    formula: "(1 - p_y)^gamma (-log p_y)",
    tasks: ["binary", "multiclass"],
    settings: [{ gamma }],
    parameters: { gamma: ">= 0" },
    loss:
      () =>
      (f, y, { weights, hyper }) =>
        focal(f, y, { weights, gamma: hyper.gamma }),
  },
];
`;

/** An optimizer and a step in JavaScript, by default. */
const methods = `import { sam, sgd } from "minimand";
import { numpy as np } from "@jax-js/jax";
const none = np.zeros([1]);
const shared = { formula: "w", settings: [], parameters: {} };
export default [
  { ...shared, kind: "optimizer", id: "sgd2", label: "SGD again", rates: [5e-3, 5e-1],
    optimizer: ({ learningRate }) => sgd(learningRate, { momentum: 0.9, weightDecay: 1e-4 }) },
  { ...shared, kind: "step", minimises: "objective", id: "sam2", label: "SAM again",
    settings: [{ rho: 0.05 }], parameters: { rho: ">= 0" },
    step: (info, model, parts) => sam({ model, ...parts }) },
];
`;

const one = (fields: string): string =>
  `export const candidates = [{ kind: "loss", id: "x", label: "X", formula: "x", tasks: ["binary"], settings: [], parameters: {}, loss: () => (f) => f.sum(-1), ${fields} }];`;

function folderWith(files: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries({ "a.csv": sampleCsv(), ...files }))
    writeFileSync(join(folder, name), text);
  return folder;
}

const once = oneProcess();
const compare = ["compare", "a.csv", "-t", "y", ...tiny, "--out", "o"];

describe.concurrent("minimand compare --with", () => {
  it("trains a loss of a .ts file and methods of an .mjs file, far away from any package, as it does ours", async () => {
    const folder = folderWith({
      "focal2.ts": focal2,
      "gamma.ts": "export const gamma: number = 2;\n",
      "methods.mjs": methods,
    });
    const run = (...args: string[]) => minimand([...compare, ...args], { cwd: folder });
    const own = ["--with", "./focal2.ts", "--with", "methods.mjs"];
    const asked = ["--losses", "focal,focal2", "--optimizers", "sgd,sgd2", "--steps", "sam,sam2"];
    const { code, stderr, stdout } = await run(...own, ...asked);
    expect([stderr.match(/^minimand:.*/m), code]).toEqual([null, 0]);
    expect(stderr).toContain("./focal2.ts: focal2\nmethods.mjs: sgd2, sam2\n");
    expect(stderr).not.toContain("Warning");
    expect(stdout).toContain("Focal again");
    const read = (): Results => JSON.parse(readFileSync(join(folder, "o/results.json"), "utf8"));
    const { candidates, datasets } = read();
    expect(candidates.map(({ id, origin }) => [id, origin?.file])).toEqual([
      ["cross-entropy", undefined],
      ["class-weighted-cross-entropy", undefined],
      ["focal", undefined],
      ["focal2", "./focal2.ts"],
      ["sgd", undefined],
      ["sgd2", "methods.mjs"],
      ["sam", undefined],
      ["sam2", "methods.mjs"],
      ["majority-class", undefined],
      ["cross-entropy-threshold", undefined],
      ["chosen-by-validation", undefined],
    ]);
    const numbers = (id: string) =>
      datasets[0].trials
        .filter(({ candidate }) => candidate === id)
        .map(({ candidate: _, seconds: __, ...record }) => record);
    for (const id of ["focal", "sgd", "sam"]) expect(numbers(`${id}2`), id).toEqual(numbers(id));
    expect(readFileSync(join(folder, "o/report.html"), "utf8")).toContain("from ./focal2.ts");

    // Another gamma, in the file that is imported: its trials alone run again.
    const count = (): number => everythingIn(join(folder, "o/trials")).length;
    const before = count();
    const [{ origin }] = candidates.filter(({ id }) => id === "focal2");
    expect((await run(...own, ...asked)).stderr).toMatch(/^all \d+ trials are already finished$/m);
    expect(count()).toBe(before);
    writeFileSync(join(folder, "gamma.ts"), "export const gamma: number = 5;\n");
    const changed = await run(...own, ...asked);
    expect(changed.code).toBe(0);
    expect(count()).toBe(before + 2);
    expect(read().candidates.find(({ id }) => id === "focal2")?.origin?.sha256).not.toBe(origin?.sha256);
  });

  it("measures the others against a loss of one's own, and keeps a model that it has trained", async () => {
    const folder = folderWith({ "focal2.ts": focal2, "gamma.ts": "export const gamma = 2;\n" });
    // A package without a type, whose modules Node has to guess.
    writeFileSync(join(folder, "package.json"), "{}");
    const args = ["--with", "focal2.ts", "--baseline", "focal2", "--losses", "mse", "--steps", "sam"];
    const { code, stderr } = await once([...compare, ...args], { cwd: folder });
    expect([stderr.match(/^minimand:.*|.*Warning.*/m), code]).toEqual([null, 0]);
    const results: Results = JSON.parse(readFileSync(join(folder, "o/results.json"), "utf8"));
    expect(results.datasets[0].ranking.baseline).toBe("focal2");
    const predicted = await once(["predict", "o", "a.csv"], { cwd: folder });
    expect(predicted.code).toBe(0);
  });

  it.each([
    ["a name that is none", {}, /^expected a JavaScript or TypeScript file, got none of this name$/],
    [
      "no exports",
      { "x.mjs": "" },
      /^expected an export 'candidates' .* is a list of candidates, or 'models' .*, got no exports$/,
    ],
    ["other exports", { "x.mjs": "export const losses = []" }, /, got only the exports 'losses'$/],
    ["no list", { "x.mjs": "export const candidates = {}" }, /, got one that is no list$/],
    ["an error", { "x.mjs": "throw new Error('boom\\nmore')" }, /^can't be loaded: boom$/],
    [
      "what has no text",
      { "x.mjs": "throw { toString() { throw new Error('no') } }" },
      /^can't be loaded: something that isn't an error and has no text was thrown$/,
    ],
    ["no module", { "x.mjs": "export const = 3" }, /^can't be loaded: Unexpected token '='$/],
    [
      "a package that isn't there",
      { "x.mjs": "import 'nope-nope'" },
      /^can't be loaded: Cannot find package/,
    ],
    [
      "another kind",
      { "x.mjs": one('kind: "los"') },
      /^candidates\[0\]\.kind: expected one of .*, got "los"$/,
    ],
    [
      "a name that is taken",
      { "x.mjs": one('id: "focal"') },
      /^candidates\[0\]\.id: expected a name that no/,
    ],
    ["a field that is none", { "x.mjs": one("taks: []") }, /got "taks": did you mean 'tasks'\?$/],
    [
      "a loss that throws when it is trained",
      { "x.mjs": one("loss: () => () => { throw new Error('no way'); }") },
      /^x can't be trained: no way$/,
    ],
    [
      "a loss that gives no value a row",
      { "x.mjs": one("loss: () => (f) => f") },
      /^x can't be trained: the value of x: expected an array of shape \[\d+\], one value a row/,
    ],
  ])("refuses a file with %s in one line", async (_, files, expected) => {
    const folder = folderWith(files);
    const { code, stdout, stderr } = await once(
      [...compare, "--losses", "x", "--workers", "1", "--with", "x.mjs"],
      { cwd: folder },
    );
    const [line] = stderr.match(/^minimand: .*\n$/m) ?? [];
    expect(line?.replace(/^minimand: --with x\.mjs: /, "").trimEnd()).toMatch(expected);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it.each([
    ["when it is loaded", 'console.log("bye"); process.exit(0);'],
    ["when it trains", one("loss: () => () => { console.log('bye'); process.exit(0); }")],
  ])("isn't ended by a file that calls process.exit() %s, and says which", async (_, text) => {
    const folder = folderWith({ "x.mjs": text });
    const args = ["--losses", "x", "--workers", "1", "--with", "x.mjs", "--json"];
    const { code, stdout, stderr } = await minimand([...compare, ...args], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.split("\n").slice(-3)).toEqual([
      "bye",
      "minimand: --with x.mjs: expected code that leaves the program running, got a call of process.exit()",
      "",
    ]);
  });

  it.each([
    ["a rejection that nothing awaits", "Promise.reject(new Error('late'));", "late"],
    ["a rejection without an error", "Promise.reject('late');", "late"],
    ["an error in a timer", "setTimeout(() => { throw new Error('late'); });", "late"],
    ["an error in a timer once it is loaded", "setTimeout(() => null.x, 1500);", "Cannot read properties .*"],
    [
      "a rejection when it trains",
      "const { isMainThread } = await import('node:worker_threads'); if (!isMainThread) Promise.reject(new Error('late'));",
      "late",
    ],
  ])("names a file with %s in one line", async (_, text, said) => {
    const folder = folderWith({ "x.mjs": `${text}\n${one("")}` });
    const args = ["--losses", "x", "--workers", "1", "--seeds", "20", "--with", "x.mjs"];
    const { code, stdout, stderr } = await minimand([...compare, ...args], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.match(/^minimand: .*$/gm)).toEqual([
      expect.stringMatching(
        `^minimand: --with x\\.mjs: expected code without uncaught errors, got one in a timer or a promise: ${said}$`,
      ),
    ]);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it("keeps what a file writes on the console out of --json", async () => {
    const said = "console.log('loaded');\n";
    const folder = folderWith({
      "x.mjs": `${said}${one("loss: () => (f) => { console.info('trained'); return f.sum(-1); }")}`,
    });
    const args = ["--losses", "x", "--workers", "1", "--with", "x.mjs", "--json"];
    const { code, stdout, stderr } = await minimand([...compare, ...args], { cwd: folder });
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Results).candidates.map(({ id }) => id)).toContain("x");
    // Once in the command, once in its worker.
    expect(stderr.match(/^loaded$/gm)).toHaveLength(2);
    expect(stderr).toMatch(/^trained$/m);
  });

  it("are listed by minimand losses", async () => {
    const folder = folderWith({ "methods.mjs": methods, "x.mjs": one("") });
    const asked = ["losses", "--with", "x.mjs", "--with", "methods.mjs"];
    const [table, json] = await Promise.all(
      [asked, [...asked, "--json"]].map((args) => once(args, { cwd: folder })),
    );
    expect(table.stdout).toMatch(/^x .*\n {4}.* x\.mjs$/m);
    expect(table.stdout).toMatch(/^sgd2 .*\n {4}.* methods\.mjs$/m);
    const rows = JSON.parse(json.stdout) as { id: string; origin?: { file: string } }[];
    const own = rows.filter(({ origin }) => origin !== undefined);
    expect(own.map(({ id, origin }) => [id, origin?.file])).toEqual([
      ["x", "x.mjs"],
      ["sgd2", "methods.mjs"],
      ["sam2", "methods.mjs"],
    ]);
    const wrong = await once(["losses", "--with", "none.mjs"], { cwd: folder });
    expect(wrong).toEqual({
      code: 2,
      stdout: "",
      stderr: "minimand: --with none.mjs: expected a JavaScript or TypeScript file, got none of this name\n",
    });
  });

  it("refuses types that can't be left out, a folder, a list that throws, a file twice, and one name in two files", async () => {
    const folder = folderWith({
      "e.ts": "enum A { x }\nexport default [A.x];",
      "x.mjs": one(""),
      "y.mjs": one(""),
      "g.mjs": "export default new Proxy([], { get() { throw new Error('mine'); } });",
    });
    mkdirSync(join(folder, "f"));
    const lines = await Promise.all(
      [["e.ts"], ["f"], ["g.mjs"], ["x.mjs", "./x.mjs"], ["x.mjs", "y.mjs"]].map(async (given) => {
        const args = given.flatMap((file) => ["--with", file]);
        const { code, stderr } = await once([...compare, ...args], { cwd: folder });
        return [code, stderr];
      }),
    );
    expect(lines).toEqual([
      [2, "minimand: --with e.ts: can't be loaded: TypeScript enum is not supported in strip-only mode\n"],
      [2, "minimand: --with f: expected a JavaScript or TypeScript file, got a folder\n"],
      [2, "minimand: --with g.mjs: can't be read: mine\n"],
      [2, "minimand: --with ./x.mjs: expected each file once, got it twice\n"],
      [2, 'minimand: --with y.mjs: candidates[0].id: expected a name that no other candidate has, got "x"\n'],
    ]);
  });

  /** What a program prints that has the loader's functions, in a folder. */
  const printed = (folder: string, program: string): string => {
    const loader = JSON.stringify(new URL("./own-candidates.ts", import.meta.url).href);
    const compare = JSON.stringify(new URL("../../../compare/src/index.ts", import.meta.url).href);
    const whole = `import { appendFileSync } from "node:fs";
const { loadAgain, loadOwn } = await import(${loader});
const { originsOf } = await import(${compare});
const load = async (file) => originsOf(await loadOwn([file]));
${program}`;
    const args = ["--conditions=minimand-source", "--input-type=module", "-e", whole];
    return execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  };

  it("ends in one line if a file waits for what never comes", async () => {
    const folder = folderWith({ "never.mjs": `${one("")}\nawait new Promise(() => {});` });
    const run = (file: string) => minimand([...compare, "--with", file], { cwd: folder });
    expect(await run("never.mjs")).toEqual({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/^minimand: waits for what never comes: .*--with.*\n$/),
    });
  });

  it("stops a worker for which a file isn't the same any more", () => {
    const program = `
const origins = await load("x.mjs");
process.stdout.write((await loadAgain(origins)).candidates.length + "\\n");
appendFileSync("x.mjs", "// more");
process.stdout.write(await loadAgain(origins).catch(String));`;
    expect(printed(folderWith({ "x.mjs": one("") }), program)).toBe(
      "1\nRangeError: --with x.mjs: expected the file to stay as it is while it is used, got another",
    );
  });

  it("knows a file by itself and what it imports at any depth, wherever it lies, also by a link", () => {
    const files = (deep: string) => ({
      "x.mjs": `import "./y.mjs";\n${one("")}`,
      "y.mjs": 'import { deep } from "./z.cjs";',
      "z.cjs": `exports.deep = require("./deep.json");`,
      "deep.json": deep,
    });
    const placed = (deep: string, file: string): string => {
      const folder = folderWith(files(deep));
      mkdirSync(join(folder, "linked"));
      symlinkSync(join(folder, "x.mjs"), join(folder, "linked/x.mjs"));
      return join(folder, file);
    };
    const all = ["1", "2"].flatMap((deep) =>
      ["x.mjs", "linked/x.mjs", "x.mjs"].map((file) => placed(deep, file)),
    );
    const program = `for (const file of ${JSON.stringify(all)}) process.stdout.write((await load(file))[0].sha256 + "\\n");`;
    const [known, ...others] = printed(temporaryFolder(), program).trim().split("\n");
    expect(known).toMatch(/^[0-9a-f]{64}$/);
    const [, , changed] = others;
    expect(others).toEqual([known, known, changed, changed, changed]);
    expect(changed).not.toBe(known);
  });
});
