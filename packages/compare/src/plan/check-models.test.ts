import { mlp } from "minimand";
import { describe, expect, it } from "vitest";
import { checkModels } from "./check-models.ts";
import type { OwnModel } from "./own-parts.ts";

const make: OwnModel["make"] = (shape) => mlp({ ...shape, hidden: [2] });

describe("checkModels", () => {
  it("takes models with names of their own", () => {
    expect(() =>
      checkModels(
        [
          { id: "a", make },
          { id: "b.2", make },
        ],
        [{ id: "c", make }],
      ),
    ).not.toThrow();
  });

  it.each<[string, unknown, string]>([
    ["no list", {}, "models: expected a list of models, got object"],
    ["null", [null], "models[0]: expected a model, got null"],
    ["no name", [{ make }], "models[0].id: expected a text, got undefined"],
    [
      "no word",
      [{ id: "a b", make }],
      "models[0].id: expected a name of letters, digits, '-', '_' and '.', got \"a b\"",
    ],
    ["nothing that makes it", [{ id: "a" }], "models[0].make: expected a function, got undefined"],
    [
      "a field too many",
      [{ id: "a", make, hiden: 3 }],
      'models[0]: expected only the options id, make, origin, got "hiden"',
    ],
    [
      "the name of a network",
      [{ id: "linear", make }],
      'models[0].id: expected a name that no other model has, got "linear"',
    ],
    [
      "a name twice",
      [
        { id: "a", make },
        { id: "a", make },
      ],
      'models[1].id: expected a name that no other model has, got "a"',
    ],
    [
      "a name of another file",
      [{ id: "c", make }],
      'models[0].id: expected a name that no other model has, got "c"',
    ],
  ])("refuses %s", (_, given, message) => {
    expect(() => checkModels(given as OwnModel[], [{ id: "c", make }])).toThrow(message);
  });
});
