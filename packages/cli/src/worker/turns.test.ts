import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { makeTurns } from "./turns.ts";

describe("turns", () => {
  it("are taken together, but by nobody else while someone wants to be alone", async () => {
    const turns = makeTurns();
    let now = 0;
    const seen: string[] = [];
    const work = (name: string) => async () => {
      now++;
      await sleep(5);
      seen.push(`${name} among ${now}`);
      now--;
    };
    await Promise.all([
      turns.together(work("a")),
      turns.together(work("b")),
      sleep(1).then(() =>
        Promise.all([turns.alone(work("c")), turns.alone(work("d")), turns.together(work("e"))]),
      ),
    ]);
    expect(seen).toEqual(["a among 2", "b among 1", "c among 1", "d among 1", "e among 1"]);
  });

  it("go on after one that failed", async () => {
    const turns = makeTurns();
    const failing = async () => {
      throw new Error("no");
    };
    await expect(turns.alone(failing)).rejects.toThrow("no");
    await expect(turns.together(failing)).rejects.toThrow("no");
    await expect(turns.alone(async () => 3)).resolves.toBe(3);
  });
});
