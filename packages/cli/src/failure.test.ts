import { DataError } from "@minimand/compare";
import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { exitCodeOf, failureLine, Interrupted, UsageError } from "./failure.ts";

const system = (code: string, path?: string): Error =>
  Object.assign(new Error(`${code}: something, open '/x'`), {
    code,
    ...(path === undefined ? {} : { path }),
  });

describe("exitCodeOf", () => {
  it.each<[string, unknown, number]>([
    ["data", new DataError("a.csv: expected rows, got none"), 2],
    ["usage", new UsageError("no"), 2],
    ["a refused argument", new RangeError("seeds: expected an integer >= 1, got 0"), 2],
    ["a fault of the program", new TypeError("Cannot read properties of undefined"), 1],
    ["a range that the program got wrong", new RangeError("Invalid array length"), 1],
    ["anything thrown", "text", 1],
    ["a full disk", system("ENOSPC"), 2],
    ["a system error that nobody can mend", system("EBADF"), 1],
    ["an interruption", new Interrupted("stopped"), 130],
    ["help", new CommanderError(0, "commander.helpDisplayed", "(outputHelp)"), 0],
    ["an unknown option", new CommanderError(1, "commander.unknownOption", "error"), 2],
  ])("is right for %s", (_, error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });
});

describe("failureLine", () => {
  it("is one line, with the path and the reason of system errors in words", () => {
    expect(failureLine(system("ENOSPC", "out/a.json"))).toBe("out/a.json: no space left on the disk");
    expect(failureLine(system("EROFS"))).toBe("the file system is read-only");
    expect(failureLine(new Error("first\nsecond"))).toBe("first");
    expect(failureLine("text")).toBe("text");
  });
});
