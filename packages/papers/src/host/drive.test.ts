import { DataError } from "@minimand/compare";
import { describe, expect, it } from "vitest";
import type { Progress } from "../reproduction.ts";
import { drive } from "./drive.ts";
import type { PapersHost } from "./papers-host.ts";

describe("a run that fails", () => {
  const ended = (error: unknown, kept: number): Promise<unknown> => {
    const host = {
      signal: new AbortController().signal,
      trialsSoFar: { total: 2, kept, seconds: 1 },
      doubts: () => null,
      close: async () => {},
    };
    // biome-ignore lint/correctness/useYield: it fails at once
    const failing = (async function* (): AsyncGenerator<Progress, never> {
      throw error;
    })();
    const silent = { show: () => {}, clear: () => {} };
    return drive(failing, host as unknown as PapersHost, silent).catch((thrown) => thrown);
  };
  const fault = new TypeError("Cannot destructure property 'accuracy' of 'object null' as it is null.");

  it("on trials that were kept says what to do with them", async () => {
    const thrown = await ended(fault, 1);
    expect(thrown).toBeInstanceOf(DataError);
    expect((thrown as Error).message).toMatch(
      /^kept trials: expected results of this version, got some that can't be used \(Cannot destructure .*; remove them/,
    );
    expect((thrown as Error).cause).toBe(fault);
  });

  it("otherwise fails as it is", async () => {
    expect(await ended(fault, 0)).toBe(fault);
    for (const other of [new RangeError("seeds: expected 2 of them, got 1"), new Error("the disk is full")])
      expect(await ended(other, 1)).toBe(other);
  });
});
