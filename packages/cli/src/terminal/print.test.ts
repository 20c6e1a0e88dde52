import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  bin,
  everythingIn,
  fileFor,
  type Ran,
  sampleCsv,
  tiny,
  workFolder,
} from "../../../../test/support/cli.ts";

const { at, folder, run } = workFolder();

/** The command as a line of a shell, where `minimand` stands for it. */
function shell(line: string): Promise<Ran> {
  const script = `minimand() { "$NODE" "$BIN" "$@"; }; ${line}`;
  // A limit on files is one on the cache of compiled modules, too.
  const { NODE_OPTIONS: _, NODE_COMPILE_CACHE: __, FORCE_COLOR: ___, ...inherited } = process.env;
  const env = { ...inherited, NODE: process.execPath, BIN: fileFor("minimand.js", bin) };
  return new Promise((resolve) => {
    const child = execFile("sh", ["-c", script], { cwd: folder, env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

const full = "/dev/full";
const noDevice = !existsSync(full);
const noSpace = { code: 2, stdout: "", stderr: "minimand: stdout: no space left on the disk\n" };

describe.skipIf(process.platform === "win32")("what the command prints", () => {
  it("is in a file to the last byte, as in a pipe", async () => {
    const { code, stderr } = await shell("minimand losses --json > losses.json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(readFileSync(at("losses.json"), "utf8")).toBe((await run(["losses", "--json"])).stdout);
    await shell("echo before > several; minimand --version >> several; minimand --version >> several");
    expect(readFileSync(at("several"), "utf8")).toMatch(/^before\n(\d+\.\d+\.\d+.*\n)\1$/);
  });

  it("is not cut without a word where a file takes a part of it", async () => {
    // The first write takes 4 blocks and says so, without an error.
    const { code, stderr } = await shell("ulimit -f 4; minimand losses --json > cut.json");
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "minimand: stdout: the file would be larger than allowed\n",
    });
    expect(readFileSync(at("cut.json")).length % 512).toBe(0);
    expect(readFileSync(at("cut.json")).length).toBeGreaterThan(0);
  });

  it.skipIf(noDevice).each(["losses", "papers comp-sum", "compare --help"])(
    "of '%s' is refused in a line by a full disk",
    async (command) => {
      expect(await shell(`minimand ${command} > ${full}`)).toEqual(noSpace);
    },
  );

  it.skipIf(noDevice)(
    "of a comparison and predictions is refused by a full disk; the results are kept",
    async () => {
      writeFileSync(at("a.csv"), sampleCsv());
      const compared = await shell(`minimand compare a.csv -t y ${tiny.join(" ")} --quiet -o o > ${full}`);
      expect(compared).toEqual(noSpace);
      expect(existsSync(at("o/results.json"))).toBe(true);
      expect(await shell(`minimand predict o a.csv > ${full}`)).toEqual(noSpace);
      expect((await run(["predict", "o", "a.csv"])).code).toBe(0);
    },
  );

  it("may lose its reader", async () => {
    const { code, stdout, stderr } = await shell('{ minimand losses --json; echo "code $?" > code; } | true');
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(readFileSync(at("code"), "utf8")).toBe("code 0\n");
  });
});

it("is the one way out of what commands answer", () => {
  const source = fileURLToPath(new URL("..", import.meta.url));
  const writers = everythingIn(source).filter(
    (path) =>
      /(?<!\.test|\.fixture)\.ts$/.test(path) &&
      /process\.stdout\.write\(/.test(readFileSync(join(source, path), "utf8")),
  );
  expect(writers).toEqual([join("terminal", "print.ts")]);
});
