import { afterEach, describe, expect, it, vi } from "vitest";
import { duration, progressLine, stepProgress } from "./progress.ts";

function stream(isTTY: boolean): { written: string[]; stream: Parameters<typeof progressLine>[0] } {
  const written: string[] = [];
  const fake = { isTTY, columns: 40, write: (text: string) => written.push(text) };
  return { written, stream: fake as unknown as Parameters<typeof progressLine>[0] };
}

/** Moves the clock that progress reads. */
function clock(): (milliseconds: number) => void {
  let now = 1000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  return (milliseconds) => {
    now += milliseconds;
  };
}

afterEach(() => vi.restoreAllMocks());

describe("progressLine", () => {
  it("redraws one line on a terminal, with the time left, and takes it away", () => {
    const pass = clock();
    const { written, stream: terminal } = stream(true);
    const line = progressLine(terminal);
    pass(2000);
    line.update(1, 5, "trials");
    pass(50);
    line.update(2, 5, "trials");
    line.clear();
    line.clear();
    expect(written).toEqual(["\r\u001b[2K1 of 5 trials, about 8 s left", "\r\u001b[2K"]);
  });

  it("takes the time of the first step for nothing where that is compiled", () => {
    const pass = clock();
    const { written, stream: terminal } = stream(true);
    const line = stepProgress(terminal);
    line.clear();
    pass(60_000);
    line.update(1, 11, "steps");
    pass(1000);
    line.update(2, 11, "steps");
    expect(written.at(-1)).toContain("2 of 11 steps, about 9 s left");
    line.clear();
    expect(written.at(-1)).toBe("\r\u001b[2K");
  });

  it("writes a plain line now and then elsewhere, and one at the end", () => {
    const pass = clock();
    const { written, stream: file } = stream(false);
    const line = progressLine(file, 10);
    pass(9000);
    line.update(11, 40, "trials");
    pass(1500);
    line.update(13, 40, "trials");
    line.update(40, 40, "trials");
    line.clear();
    expect(written).toEqual(["13 of 40 trials, about 95 s left\n", "40 of 40 trials\n"]);
  });

  it("never writes more than the terminal is wide", () => {
    const pass = clock();
    const { written, stream: terminal } = stream(true);
    pass(1000);
    progressLine(terminal).update(1, 1, "x".repeat(100));
    pass(1000);
    expect(written.join("").replace("\r\u001b[2K", "").length).toBeLessThan(40);
  });
});

describe("duration", () => {
  it("is in seconds, minutes, or hours and minutes", () => {
    expect([0, 99_400, 100_000, 5_940_000, 7_500_000].map(duration)).toEqual([
      ...["0 s", "99 s", "2 min", "99 min", "2 h 5 min"],
    ]);
  });
});
