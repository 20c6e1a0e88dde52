import { globSync, readFileSync } from "node:fs";
import * as losses from "minimand/losses";
import { describe, expect, it } from "vitest";
import { declaredIn } from "../../../../test/support/declared.ts";
import { conformingBatchLosses } from "./batch-conformance.ts";
import { conformingLosses } from "./conformance.ts";
import { conformingDependences } from "./dependence/dependence-conformance.ts";
import { conformingPairLosses } from "./distillation/pair-conformance.ts";
import { expectParametersAsInputs } from "./parameters.fixture.ts";
import { conformingPreferenceLosses } from "./preference/preference-conformance.ts";
import { scalarLosses } from "./scalar-conformance.ts";
import { tracedInput, tracedParameters } from "./traced-parameters.fixture.ts";

describe.each(tracedParameters.map((c) => [c.name, c] as const))("%s", (_, { loss, parameters }) => {
  it("takes its parameters as inputs of a program, with the values of numbers", () => {
    expectParametersAsInputs(loss, tracedInput, parameters);
  });
});

describe("every exported loss", () => {
  const folder = "packages/minimand/src/losses";
  const withoutComments = (text: string) => text.replaceAll(/^ *\/\*\*[\s\S]*?\*\/\n/gm, "");
  const declarations = new Map(
    globSync(`${folder}/**/*.ts`).flatMap((file) =>
      [
        ...withoutComments(readFileSync(file, "utf8")).matchAll(
          /^(?:export )?(?:interface|type) (\w+)[\s\S]*?\n(?=\n|$)/gm,
        ),
      ].map(([declaration, name]) => [name, declaration] as const),
    ),
  );

  /** The parameters that a type or a list of arguments names, and those of the types that it mentions. */
  function parametersIn(text: string, seen = new Set<string>()): string[] {
    const types = [...text.matchAll(/\b[A-Z]\w+/g)].map(([name]) => name);
    const mentioned = types.filter((name) => declarations.has(name) && !seen.has(name));
    for (const name of mentioned) seen.add(name);
    return [
      ...[...text.matchAll(/(\w+)\??: Parameter\b/g)].map(([, name]) => name),
      ...mentioned.flatMap((name) => parametersIn(declarations.get(name)!, seen)),
    ];
  }

  /** What the types allow and the functions have no use for. */
  const unused = [
    "marginCrossEntropy: regularization",
    "anyLossOneVsRest: threshold",
    "withinBagVariance: rho",
  ];

  it("has all its parameters handed over as inputs of a program", () => {
    const suites = [
      ...conformingLosses,
      ...scalarLosses,
      ...conformingBatchLosses,
      ...conformingDependences,
      ...conformingPairLosses.map(({ name }) => ({ name, parameters: { temperature: 1 } })),
      ...conformingPreferenceLosses,
      ...tracedParameters,
    ];
    const covered = new Set(
      suites.flatMap(({ name, parameters }) =>
        Object.keys(parameters).map((parameter) => `${name.split(",")[0]}: ${parameter}`),
      ),
    );
    const taken = declaredIn(folder)
      .filter(({ name }) => name in losses)
      .flatMap(({ name, takes }) => [...new Set(parametersIn(takes))].map((p) => `${name}: ${p}`));
    expect(taken.length).toBeGreaterThan(60);
    expect(taken.filter((pair) => !covered.has(pair)).toSorted()).toEqual(unused.toSorted());
  });
});
