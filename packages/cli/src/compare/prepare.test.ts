import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type ComparisonRequest, type Origin, prepareComparison, type Results } from "@minimand/compare";
import { parquetWriteBuffer } from "hyparquet-writer";
import { beforeAll, describe, expect, it } from "vitest";
import { sample, sampleCsv, tiny, workFolder } from "../../../../test/support/cli.ts";
import { gatherFiles, handOut, readInputs } from "./gather-files.ts";

const { at, compare, resultsOf } = workFolder();

/** The sample as Parquet. */
function parquet(rows?: number): Uint8Array {
  const { columns, cells } = sample(rows);
  const columnData = columns.map((name, i) => {
    const data = cells.map((line) => line[i]);
    return i < 2
      ? { name, data: data.map(Number), type: "DOUBLE" as const }
      : { name, data, type: "STRING" as const };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

const withoutTarget = sampleCsv(60)
  .trim()
  .split("\n")
  .map((line) => line.split(",").slice(0, 3).join(","))
  .join("\n");

/** A loss and a model. */
const module = `import { focal, mlp } from "minimand";
export const candidates = [{ kind: "loss", id: "mine", label: "mine", formula: "focal", tasks: ["binary"],
  settings: [], parameters: {},
  loss: () => (logits, labels, { weights }) => focal(logits, labels, { weights, gamma: 3 }) }];
export const models = [{ id: "narrow", make: ({ inputs, outputs }) => mlp({ inputs, hidden: [3], outputs }) }];
`;

beforeAll(async () => {
  mkdirSync(at("modules"));
  writeFileSync(at("modules", "own.mjs"), module);
  writeFileSync(at("teachers-rows.csv"), sampleCsv(50));
  const ran = await compare("teachers-rows.csv", "-t", "y", ...tiny, "--out", "teacher");
  expect(ran).toMatchObject({ code: 0 });
});

/** What is asked for again by the results of a command, with the bytes of its files. */
async function requestOf(files: string[], { settings, engine, versions, candidates, ownModel }: Results) {
  const { files: requested, bytes } = await gatherFiles(await readInputs(files), settings);
  const origins: Origin[] = [ownModel?.origin, ...candidates.map(({ origin }) => origin)].flatMap(
    (one) => one ?? [],
  );
  const request: ComparisonRequest = {
    ...requested,
    settings,
    engine,
    versions,
    keep: "auto",
    quantize: [],
    own: { origins: origins.slice(0, 1), ...(ownModel && { model: ownModel.id }) },
  };
  return { request, bytes };
}

interface Elsewhere {
  results: Results;
  keys: object[];
  files: Record<string, string | null>;
}

/** Runs and finishes it in another process, which has none of the files by their names. */
function elsewhere(
  name: string,
  request: ComparisonRequest,
  bytes: ReadonlyMap<string, Uint8Array[]>,
): Elsewhere {
  const folder = at(name);
  mkdirSync(folder);
  cpSync(at("modules"), at(name, "mine"), { recursive: true });
  writeFileSync(at(name, "request.json"), JSON.stringify(request));
  for (const [sha256, [own]] of bytes) writeFileSync(at(name, sha256), own);
  const program = fileURLToPath(new URL("./elsewhere.fixture.ts", import.meta.url));
  const args = ["--conditions=minimand-source", program, "mine/own.mjs"];
  const options = { cwd: folder, encoding: "utf8", maxBuffer: 1e8 } as const;
  return JSON.parse(execFileSync(process.execPath, args, options)) as Elsewhere;
}

const strip = ({ created: _, ...results }: Results): unknown =>
  JSON.parse(JSON.stringify(results, (name, value) => (name.toLowerCase().includes("seconds") ? 0 : value)));

const namesOf = (keys: readonly object[]): string[] =>
  keys
    .map((key) => createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 32))
    .map((name) => `${name}.json.gz`)
    .sort();

/** The command, and the same from its request elsewhere: trials of the same keys, equal results, and the same files of the model. */
function expectSame(out: string, { results, keys, files }: Elsewhere): void {
  expect(namesOf(keys)).toEqual(readdirSync(at(out, "trials")).sort());
  expect(strip(results)).toEqual(strip(resultsOf(out)));
  const kept = Object.entries(files).filter(([, content]) => content !== null);
  expect(kept.map(([path]) => path).sort()).toEqual(
    readdirSync(at(out, "model"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(at(out).length + 1))
      .sort(),
  );
  for (const [path, content] of kept)
    if (!path.endsWith("model.json"))
      expect(readFileSync(at(out, path)).toString("base64"), path).toBe(content);
}

describe("a comparison from bytes by hash in another process", () => {
  it("is the command's with a test file, unlabelled rows, a teacher, own candidates and quantised models", async () => {
    const [train, test, others] = [at("a.csv.gz"), at("test.parquet"), at("others.csv")];
    writeFileSync(train, gzipSync(sampleCsv()));
    writeFileSync(test, parquet(30));
    writeFileSync(others, `${withoutTarget}\n`);
    const args = [
      ...[train, "-t", "y", ...tiny, "--losses", "mine,kd,pseudo-label", "--with", "modules/own.mjs"],
      ...["--test", test, "--unlabeled", others, "--distill-from", at("teacher"), "--quantize", "8"],
    ];
    const ran = await compare(...args, "--out", "all");
    expect([ran.stderr.match(/^minimand:.*/m), ran.code]).toEqual([null, 0]);
    const { request, bytes } = await requestOf([train], resultsOf("all"));
    for (const path of [train, test, others, at("teacher")]) rmSync(path, { recursive: true });
    expectSame("all", elsewhere("elsewhere", { ...request, quantize: [8] }, bytes));
  });

  it("is the command's with several data sets and an own model", async () => {
    const files = [at("b.parquet"), at("c.csv.gz")];
    writeFileSync(files[0], parquet());
    writeFileSync(files[1], gzipSync(sampleCsv(60)));
    const bare = tiny.filter((_, i) => ![i, i - 1].includes(tiny.indexOf("--hidden")));
    const own = ["--with", "modules/own.mjs", "--model", "narrow"];
    const ran = await compare(...files, "-t", "y", ...bare, ...own, "--out", "several");
    expect([ran.stderr.match(/^minimand:.*/m), ran.code]).toEqual([null, 0]);
    const { request, bytes } = await requestOf(files, resultsOf("several"));
    expect(request.own.model).toBe("narrow");
    for (const path of files) rmSync(path);
    expectSame("several", elsewhere("elsewhere-2", request, bytes));
  });

  it("lets each file's bytes go once they are read, also where two files are the same", async () => {
    const [train, test] = [at("d.csv"), at("e.csv")];
    for (const path of [train, test]) writeFileSync(path, sampleCsv());
    const settings = { ...resultsOf("several").settings, model: "mlp" as const, test };
    const { request, bytes } = await requestOf([train], { ...resultsOf("several"), settings });
    const all = [...bytes.values()].flat();
    expect([bytes.size, all.length]).toEqual([1, 2]);
    const plain = { ...request, own: { origins: [] } };
    const { prepared } = await prepareComparison(plain, handOut(bytes), { candidates: [], models: [] });
    expect(prepared.subjects.map(({ testRows }) => testRows)).toEqual([40]);
    expect([...bytes.values()].flat()).toEqual([]);
    expect(all.map(({ length }) => length)).toEqual([0, 0]);
  });

  it("refuses a module that isn't there with this code", async () => {
    const { request, bytes } = await requestOf([at("d.csv")], {
      ...resultsOf("several"),
      settings: { ...resultsOf("several").settings, model: "mlp" as const },
    });
    const own = { origins: [{ file: "their.mjs", sha256: "0".repeat(64) }] };
    await expect(
      prepareComparison({ ...request, own }, handOut(bytes), { candidates: [], models: [] }),
    ).rejects.toThrow(/^--with their.mjs: expected a module with the SHA-256 0{64}, got none with it$/);
  });
});
