import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sampleCsv, tiny, workFolder } from "./cli.ts";
import { background } from "./processes.ts";

const { folder, at } = workFolder();
writeFileSync(at("a.csv"), sampleCsv());
const long = [
  ...["compare", "a.csv", "-t", "y", ...tiny, "--seeds", "9"],
  ...["--max-epochs", "500", "--patience", "500"],
];
const stateOf = (pid: number): string | undefined =>
  existsSync(`/proc/${pid}/stat`)
    ? /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]
    : undefined;

describe("a command in the background", () => {
  it("is waited for by what it says, and told by signals", async () => {
    const run = background([...long, "--out", "a"], { cwd: folder });
    expect((await run.until(/(\d+) seeds/))[1]).toBe("9");
    run.signal("SIGSTOP");
    await expect.poll(() => stateOf(run.pid)).toBe("T");
    run.signal("SIGCONT");
    await expect.poll(() => stateOf(run.pid)).not.toBe("T");
    run.signal("SIGKILL");
    expect(await run.ended).toMatchObject({ code: null, stderr: expect.stringContaining("9 seeds") });
    await expect(run.until(/nothing of the kind/)).rejects.toThrow(/got an end:[\s\S]*9 seeds/);
  });

  it("is started by another command where one is given", async () => {
    const within = ["sh", "-c", 'echo first; exec "$@"', "sh"];
    const run = background(["--version"], { cwd: folder, within });
    expect((await run.until(/first\n(.+)/))[1]).toMatch(/^\d/);
    expect(await run.ended).toMatchObject({ code: 0, stderr: "" });
  });
});
