import { globSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";

/** One call of the test runner: parts of the paths of test files, and a pattern of test names where not all of them run. */
export interface Stage {
  files: readonly string[];
  names?: string;
}

/** Source files, and the tests that should notice a change of one of them: the quick and near ones first. */
interface Target {
  files: string;
  stages: (path: string) => Stage[];
}

const compare = "packages/compare/src";
const losses = "packages/minimand/src/losses";
const cli = "packages/cli/src";

const targets: readonly Target[] = [
  {
    files: `${compare}/judge/decision/*.ts`,
    stages: () => [
      { files: [`${compare}/judge/decision/`] },
      { files: [`${compare}/judge/ranking/`, `${compare}/judge/recommendation/`] },
    ],
  },
  {
    files: `${compare}/judge/{ranking,recommendation}/*.ts`,
    stages: () => [{ files: [`${compare}/judge/ranking/`, `${compare}/judge/recommendation/`] }],
  },
  {
    files: `${compare}/read/**/*.ts`,
    stages: (path) => [{ files: [`${dirname(path)}/`] }, { files: [`${compare}/read/`] }],
  },
  { files: `${losses}/**/*.ts`, stages: lossStages },
  { files: `${cli}/files/folder-lock.ts`, stages: () => [{ files: [`${cli}/files/folder-lock`] }] },
  {
    files: `${cli}/{queue,store}/*.ts`,
    stages: (path) => {
      const own = `${dirname(path)}/${basename(path, ".ts")}.test.ts`;
      const near = globSync(own).length > 0 ? [{ files: [own] }] : [];
      return [...near, { files: [`${cli}/queue/`, `${cli}/store/`] }];
    },
  },
];

const notMutated = /\.(test|fixture)\.ts$|\.d\.ts$|conformance\.ts$|\/index\.ts$/;

/** All source files that are mutated, with their tests. */
export function mutatedFiles(): Map<string, Stage[]> {
  return new Map(
    targets.flatMap(({ files, stages }) =>
      globSync(files)
        .filter((path) => !notMutated.test(path))
        .sort()
        .map((path): [string, Stage[]] => [path, stages(path)]),
    ),
  );
}

/** The tests of a loss: those of its folder, then the conformance suites, of which only the tests of the losses that a change can reach. */
function lossStages(path: string): Stage[] {
  const folder = dirname(path);
  const own = globSync(`${folder}/*.test.ts`).filter((test) => !/conformance|traced-parameters/.test(test));
  const reached = exportsOf(path);
  // What only losses use has no test of its own name: the losses of the files that import it.
  for (const user of globSync(`${losses}/**/*.ts`))
    if (!notMutated.test(user) && readFileSync(user, "utf8").includes(`/${basename(path)}"`))
      reached.push(...exportsOf(user));
  const suites = [
    ...["conformance", "scalar-conformance", "vector-conformance", "batch-conformance", "float64"],
    ...["traced-parameters", "distillation/pair-conformance", "preference/preference-conformance"],
    ...["dependence/dependence-conformance", "defaults", "large-margins"],
  ].map((suite) => `${losses}/${suite}.`);
  return [
    ...(own.length > 0 ? [{ files: own }] : []),
    { files: [...suites, "test/unknown-options."], names: `(^|[\\s>])(${reached.join("|")})\\b` },
  ];
}

const exportsOf = (path: string): string[] =>
  [...readFileSync(path, "utf8").matchAll(/^export (?:async )?(?:function|const) (\w+)/gm)].map(
    ([, name]) => name,
  );
