import { cpSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "fast-png";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleCsv, tiny, workFolder } from "../../../test/support/cli.ts";
import { holdOutputFolder } from "./files/output-folder.ts";
import { oneProcess } from "./one-process.fixture.ts";

/*
 * All commands that write into a folder lock it, and announce that they replace results of another command.
 */
const { folder, at } = workFolder();
const once = oneProcess(folder);
const matrix = "%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n1 1 1\n2 2 1\n";
const decision = { decisionId: "1", features: [1], action: 0, propensity: 1, reward: 1 };

const commands: [name: string, args: string[]][] = [
  ["compare", ["compare", "a.csv", "-t", "y", ...tiny]],
  ["solve", ["solve", "A.mtx", "--rhs", "ones"]],
  ["enhance", ["enhance", "a.png"]],
  ["bandit simulate", ["bandit", "simulate", "a.csv", "-t", "y", "--seeds", "1", "--algorithms", "lin-ucb"]],
  ["bandit evaluate", ["bandit", "evaluate", "log.jsonl", "-p", "uniform"]],
];

beforeAll(() => {
  writeFileSync(at("a.csv"), sampleCsv());
  writeFileSync(at("A.mtx"), matrix);
  writeFileSync(at("log.jsonl"), `${JSON.stringify({ ...decision, propensities: [1] })}\n`);
  const data = new Uint8Array(4 * 4 * 3).fill(50);
  writeFileSync(at("a.png"), encode({ width: 4, height: 4, channels: 3, data }));
});

describe("a folder with results of another command", () => {
  it.each(commands)("is announced by %s, which writes its own ones there", async (name, args) => {
    const out = name.replace(" ", "-");
    cpSync(at(await resultsOfAnother(name)), at(out), { recursive: true });
    const { code, stderr } = await once([...args, "--out", out]);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining(`${out}: results of another command are there, and will be replaced\n`),
    ]);
    const again = await once([...args, "--out", out]);
    expect([again.code, again.stderr]).toEqual([0, expect.not.stringContaining("will be replaced")]);
  });

  const made = new Map<string, Promise<unknown>>();
  /** A folder that solve, or compare, has written. */
  async function resultsOfAnother(name: string): Promise<string> {
    const out = name === "solve" ? "compared" : "solved";
    const [, args] = commands[name === "solve" ? 0 : 1];
    if (!made.has(out)) made.set(out, once([...args, "--out", out]));
    await made.get(out);
    return out;
  }
});

it.each([...commands, ["quantize", ["quantize", "kept", "--data", "a.csv", "--bits", "4"]] as const])(
  "%s refuses a folder that another process uses, and leaves it as it is",
  async (name, args) => {
    if (name === "quantize") await once([...commands[0][1], "--out", "kept"]);
    await holdOutputFolder({ out: at("held"), run: {}, files: [] }, async () => {
      const { code, stdout, stderr } = await once([...args, "--out", "held"]);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toContain(
        `minimand: held: expected a folder that no other process uses, got one that process ${process.pid} uses with other settings: name another --out, or wait until it has ended\n`,
      );
      expect(readdirSync(join(folder, "held"))).toEqual([".minimand-lock"]);
    });
  },
);

it("runs show does the same, and announces another comparison's results", async () => {
  const store = ["--store", "pglite:store"];
  expect((await once([...commands[0][1], "--out", "stored", ...store])).code).toBe(0);
  const [{ id }] = JSON.parse((await once(["runs", "list", "--json", ...store])).stdout).runs;
  const show = (out: string) => once(["runs", "show", id, "--out", out, ...store]);
  const announced = ": results of another command are there, and will be replaced\n";
  expect(await show("stored")).toMatchObject({ code: 0, stderr: expect.not.stringContaining("replaced") });
  await once([...commands[1][1], "--out", "shown"]);
  expect(await show("shown")).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(`shown${announced}`),
  });
  await once([...commands[0][1], "--hidden", "5", "--out", "hidden"]);
  expect(await show("hidden")).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(
      "hidden: results of 'a' (with another --hidden) are there: they and their",
    ),
  });
  await holdOutputFolder({ out: at("held"), run: {}, files: [] }, async () => {
    const refused = "minimand: held: expected a folder that no other process uses";
    expect(await show("held")).toMatchObject({ code: 2, stderr: expect.stringContaining(refused) });
  });
});
