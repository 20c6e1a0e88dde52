import { isBuiltin } from "node:module";
import { rolldown } from "rolldown";

/** A module bundled as one for a page. */
export interface Bundle {
  code: string;
  /** What the bundler had to say: warnings, and imports that it couldn't resolve. */
  said: string[];
  /** Modules of Node that something in the bundle imports. */
  builtins: string[];
  /** The files that it is made of. */
  files: string[];
}

/** Bundles a module of the workspace, from source, with all that it imports. */
export async function bundle(input: string): Promise<Bundle> {
  const said: string[] = [];
  const builtins: string[] = [];
  const build = await rolldown({
    input,
    platform: "browser",
    resolve: { conditionNames: ["minimand-source"] },
    onLog: (_, { message }) => void said.push(message),
    plugins: [
      {
        name: "builtins",
        resolveId(specifier) {
          if (isBuiltin(specifier)) builtins.push(specifier);
        },
      },
    ],
  });
  try {
    const { output } = await build.generate({ format: "esm", codeSplitting: false });
    const [{ code, moduleIds }] = output;
    return { code, said, builtins, files: moduleIds };
  } finally {
    await build.close();
  }
}
