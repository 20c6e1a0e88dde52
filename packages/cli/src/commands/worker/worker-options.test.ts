import { describe, expect, it } from "vitest";
import { oneProcess } from "../../one-process.fixture.ts";

const once = oneProcess();
const started = (...args: string[]) => once(["worker", "--store", "postgres://127.0.0.1/none", ...args]);

describe("the number of trials that a worker computes at a time", () => {
  it.each(["--workers", "-w", "--concurrency", "-c"])("is read from %s", async (flag) => {
    const { code, stderr } = await started(flag, "0");
    expect(stderr).toContain("--workers: expected an integer >= 1");
    expect(code).toBe(2);
  });

  it("is refused under two names at once", async () => {
    const { code, stderr } = await started("--workers", "1", "--concurrency", "1");
    expect(stderr).toContain("cannot be used with option '-w, --workers <n>'");
    expect(code).toBe(2);
  });

  it("is listed under its present name alone", async () => {
    const { stdout } = await once(["worker", "--help"]);
    expect(stdout).toContain("-w, --workers <n>");
    expect(stdout).not.toContain("concurrency");
  });
});
