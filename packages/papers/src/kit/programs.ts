import type { Compile } from "minimand/engine";

/**
 * Returns compiled programs of a thread, made once for each compiler and name: trials that differ in numbers only share them.
 *
 * @example
 * const programs = programsOf<TrainStep<SupervisedState>>();
 * const step = programs(host.compile, `${inputs} ${classes}`, () => supervised({ model, objective, optimizer, compile: host.compile }));
 */
export function programsOf<Program>(): (
  compile: Compile | undefined,
  name: string,
  make: () => Program,
) => Program {
  const byCompiler = new Map<Compile | undefined, Map<string, Program>>();
  return (compile, name, make) => {
    const own = byCompiler.get(compile) ?? new Map<string, Program>();
    byCompiler.set(compile, own);
    const program = own.get(name) ?? make();
    own.set(name, program);
    return program;
  };
}
