import { type ChildProcess, fork } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { linUcb } from "@minimand/lab/online";
import { poisson2d, writeMatrixMarket } from "@minimand/lab/solvers";
import { parquetWriteBuffer } from "hyparquet-writer";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileFor, sampleCsv, temporaryFolder, tiny } from "../../../../test/support/cli.ts";
import { withoutSums } from "../../../../test/support/model-files.ts";
import { smallRefiner } from "../commands/refine/small-refiner.fixture.ts";
import { oneProcess } from "../one-process.fixture.ts";
import { mutated } from "./mutate.fixture.ts";
import type { Question, Reader } from "./readers-child.fixture.ts";

/** More files: `FUZZ_RUNS=20000 FUZZ_SEED=7 npx vitest run packages/cli/src/fuzz`. */
const runs = Number(process.env.FUZZ_RUNS ?? 200);
const first = Number(process.env.FUZZ_SEED ?? 1);

/** Seconds after which a reader counts as hung; each takes milliseconds. */
const patience = 60;

const folder = temporaryFolder();
const base = join(folder, "base");
const at = (name: string): string => join(base, name);
const run = oneProcess(base);

const lines = Array.from({ length: 40 }, (_, i) => ({
  n: i * 0.5,
  id: 10n ** 16n + BigInt(i),
  word: i % 7 === 0 ? null : `w${i % 5}`,
  day: new Date(i * 1e9),
  ok: i % 3 === 0,
  y: i % 2 === 0 ? "yes" : "no",
}));
const json = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part));
const parquet = (codec: "UNCOMPRESSED" | "SNAPPY"): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: "n", data: lines.map(({ n }) => n), type: "DOUBLE" },
        { name: "id", data: lines.map(({ id }) => id), type: "INT64", encoding: "DELTA_BINARY_PACKED" },
        { name: "word", data: lines.map(({ word }) => word), type: "STRING" },
        {
          name: "text",
          data: lines.map(({ word, y }) => `${word}${y}`),
          type: "STRING",
          encoding: "DELTA_BYTE_ARRAY",
        },
        { name: "day", data: lines.map(({ day }) => day), type: "TIMESTAMP" },
        { name: "ok", data: lines.map(({ ok }) => ok), type: "BOOLEAN" },
        { name: "y", data: lines.map(({ y }) => y), type: "STRING" },
      ],
      codec,
      rowGroupSize: 15,
    }),
  );
const decision = (i: number): string =>
  `${json({ decisionId: `d${i}`, features: [i % 3, 1], actionIds: ["a", "b"], action: i % 2, propensity: 0.5, propensities: [0.5, 0.5], reward: i % 2 })}\n`;
const report = `From: a@example.org
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status
Content-Transfer-Encoding: quoted-printable

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; ann=40example.org
Action: failed
Status: 5.1.1
--b
Content-Type: message/rfc822

Message-ID: <abc@example.org>
--b--
`;

/** What is read, by what, and under which name. */
const formats: [file: string, reader: Reader][] = [
  ...(["a.csv", "quoted.csv", "semicolons.csv", "a.jsonl", "list.json"] as const).map(
    (file): [string, Reader] => [file, "table"],
  ),
  ...(["a.parquet", "snappy.parquet", "a.csv.gz", "members.csv.gz", "utf16.csv"] as const).map(
    (file): [string, Reader] => [file, "table"],
  ),
  ["quoted.csv", "tableKept"],
  ["pairs.jsonl", "pairs"],
  ["a.csv", "rows"],
  ["log.jsonl", "log"],
  ["ucb.snapshot", "snapshot"],
  ["a.mtx", "matrix"],
  ["array.mtx", "vector"],
  ["b.txt.gz", "vector"],
  ["old/model/model.json", "model"],
  ["old/model/model.safetensors", "model"],
  ["trees/model/model.json", "model"],
  ["o/model/model.onnx", "onnx"],
  ["refiner.safetensors", "refiner"],
  ["a.png", "picture"],
  ["a.jpg", "picture"],
  ["a.webp", "picture"],
  ["images.idx3", "images"],
  ["store/trials/trial.json.gz", "trial"],
  ["o/results.json", "results"],
  ["prompts.txt", "prompts"],
  ["spent.txt", "spending"],
  ["site/server.json", "site"],
  ["bounce.eml", "bounce"],
];

beforeAll(async () => {
  for (const name of ["store/trials", "site"]) mkdirSync(at(name), { recursive: true });
  const put = (name: string, content: string | Uint8Array) => writeFileSync(at(name), content);
  const csv = sampleCsv();
  put("a.csv", csv);
  put(
    "quoted.csv",
    `# made here\nn,"a ""word""",y\n${lines.map(({ n, word, y }) => `"1.${n}00,5","${word}\n, ""x""",${y}\n`).join("")}\nSource: us\n`,
  );
  put(
    "semicolons.csv",
    `n;day;y\n${lines.map(({ n, day, y }) => `${n} %;${day.toISOString()};${y}\n`).join("")}`,
  );
  put("utf16.csv", Buffer.from(`\ufeff${csv}`, "utf16le"));
  put(
    "a.jsonl",
    lines
      .map((line, i) => `${json({ ...line, ...(i % 5 === 0 && { more: [i, { a: null }] }) })}\n`)
      .join("")
      .replace("0.5", "NaN"),
  );
  put("list.json", json(lines));
  put("a.parquet", parquet("UNCOMPRESSED"));
  put("snappy.parquet", parquet("SNAPPY"));
  put("a.csv.gz", gzipSync(csv));
  put("members.csv.gz", Buffer.concat(csv.split(/(?<=\n)/).map((line) => gzipSync(line))));
  put(
    "pairs.jsonl",
    lines
      .map(
        (_, i) =>
          `${json({ prompt: `question ${i % 9}`, chosen: `fine ${i}`, rejected: [{ role: "assistant", content: `bad ${i}` }] })}\n`,
      )
      .join(""),
  );
  put("log.jsonl", Array.from({ length: 30 }, (_, i) => decision(i)).join(""));
  put("ucb.snapshot", linUcb({ dim: 2, arms: 2 }).snapshot());
  const matrix = poisson2d({ shape: [4, 4] });
  put("a.mtx", writeMatrixMarket(matrix.toCsr()));
  put("array.mtx", writeMatrixMarket(new Float64Array(16).fill(0.5)));
  put("b.txt.gz", gzipSync(`# load\n${"1.5\n".repeat(16)}`));
  const picture = sharp(
    Uint8Array.from({ length: 48 * 32 * 3 }, (_, i) => (i * 7919) % 251),
    { raw: { width: 48, height: 32, channels: 3 } },
  );
  put("a.png", await picture.clone().png().toBuffer());
  put("a.jpg", await picture.clone().jpeg().toBuffer());
  put("a.webp", await picture.clone().webp().toBuffer());
  put("images.idx3", Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, ...Array(24).keys()]));
  put("labels.idx1", Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 2, 1, 0]));
  put("store/trials/trial.json.gz", gzipSync(json({ sha256: "0", kept: { a: [1, 2] } })));
  put(
    "prompts.txt",
    Array.from(
      { length: 30 },
      (_, i) => `a red moon over the ${["sea", "hill", "town"][i % 3]} number ${i}\n`,
    ).join(""),
  );
  put("spent.txt", "asked\nasked\nnone made\n");
  put("site/server.json", json({ base: "/minimand/" }));
  put("bounce.eml", report);
  put("refiner.safetensors", await smallRefiner(["red", "moon"]));
  const ran = [
    await run(["compare", "a.csv", "-t", "y", ...tiny, "--out", "o"]),
    await run([
      "compare",
      "a.csv",
      "-t",
      "y",
      ...tiny,
      "--references",
      "trees",
      "--keep",
      "trees",
      "--out",
      "trees",
    ]),
  ];
  expect(ran.map(({ code, stderr }) => (code === 0 ? "" : stderr))).toEqual(["", ""]);
  cpSync(at("o"), at("old"), { recursive: true });
  // Sums would refuse each damaged file before it is read.
  for (const name of ["old", "trees"])
    put(`${name}/model/model.json`, withoutSums(readFileSync(at(`${name}/model/model.json`), "utf8")));
});

const source = fileURLToPath(new URL("./readers-child.fixture.ts", import.meta.url));
const file = fileFor("fuzz/readers-child.js", source);
let child: ChildProcess | undefined;
afterAll(() => void child?.kill("SIGKILL"));

/** Reads a file in a child process, which is ended if it does not answer; what is wrong with the answer, or null. */
function faultOf(question: Question): Promise<string | null> {
  child ??= fork(file, {
    silent: true,
    execArgv: file === source ? ["--conditions=minimand-source"] : [],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(tmpdir(), "minimand-test-compile-cache"),
      ORT_DISABLE_TELEMETRY: "1",
    },
  });
  const reader = child;
  // What it prints is nobody's.
  for (const stream of [reader.stdout, reader.stderr]) stream?.resume();
  return new Promise((resolve) => {
    const answer = (fault: string | null): void => {
      clearTimeout(timer);
      reader.removeAllListeners("message");
      reader.removeAllListeners("exit");
      resolve(fault);
    };
    const lose = (fault: string): void => {
      child = undefined;
      reader.kill("SIGKILL");
      answer(fault);
    };
    const timer = setTimeout(() => lose(`no answer in ${patience} seconds`), 1000 * patience);
    reader.on("message", ({ code, said }: { code: number; said: string }) =>
      answer(code === 0 || code === 2 ? null : `exit code ${code}: ${said}`),
    );
    reader.on("exit", (code, signal) => lose(`the end of the process with ${signal ?? code}`));
    reader.send(question);
  });
}

describe("a damaged file", () => {
  it.each(formats)("%s is read or refused as %s", { timeout: 30_000 + 2000 * runs }, async (file, reader) => {
    const whole = new Uint8Array(readFileSync(at(file)));
    const own = join(folder, `${reader}-${basename(file)}`);
    // Beside the file lies what belongs to it.
    const path = join(own, file);
    mkdirSync(dirname(path), { recursive: true });
    if (file.includes("/")) cpSync(dirname(at(file)), dirname(path), { recursive: true });
    writeFileSync(path, whole);
    expect(await faultOf({ reader, path, base }), "the whole file").toBeNull();
    const faults: string[] = [];
    for (let seed = first; seed < first + runs && faults.length < 3; seed++) {
      writeFileSync(path, mutated(whole, seed));
      const fault = await faultOf({ reader, path, base });
      if (fault !== null) faults.push(`FUZZ_SEED=${seed}: ${fault}`);
    }
    expect(faults).toEqual([]);
  });
});
