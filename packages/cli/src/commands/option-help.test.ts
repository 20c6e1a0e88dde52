import { Option } from "commander";
import { expect, it } from "vitest";
import { optionHelp } from "./option-help.ts";

it.each<[string, Option, string]>([
  ["a default", new Option("-s <n>", "repeats").default(5), "repeats (default: 5)"],
  ["a list, as it is typed", new Option("-l <a,b>", "names").default(["a", "b"]), "names (default: a,b)"],
  ["no empty list", new Option("-l <a,b>", "names").default([]), "names"],
  ["no empty record", new Option("-t <a=b>", "types").default({}), "types"],
  ["no switch that is off", new Option("--json", "as JSON").default(false), "as JSON"],
  ["choices", new Option("-m <m>", "network").choices(["mlp", "linear"]), "network (one of mlp, linear)"],
  [
    "no choices that are told",
    new Option("-e <e>", "native or wasm").choices(["native", "wasm"]),
    "native or wasm",
  ],
  ["no second default", new Option("-d <d>", "rows; default: drop").default("drop"), "rows; default: drop"],
])("the help of an option tells %s", (_, option, text) => {
  expect(optionHelp(option)).toBe(text);
});
