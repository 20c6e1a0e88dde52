import {
  Application,
  type CommentTag,
  Converter,
  type DeclarationReflection,
  OptionDefaults,
  type ProjectReflection,
  type Reflection,
  ReflectionKind,
  type SignatureReflection,
} from "typedoc";
import { repositoryPath } from "../pages/repository.ts";
import type { Module } from "./modules.ts";

/** What a module exports, as its sources declare and describe it. */
export interface Exports {
  module: Module;
  symbols: DeclarationReflection[];
}

export interface Library {
  exports: Exports[];
  /** The lines `@param` of a docstring, in its order: TypeDoc drops those that are no name of an argument, as `input.loss`. */
  parametersOf(signature: SignatureReflection): readonly CommentTag[];
}

/** Reads the sources of modules, and what their docstrings say. */
export async function readLibrary(chosen: readonly Module[]): Promise<Library> {
  const entries = chosen.map(({ entry }) => repositoryPath(entry));
  const app = await Application.bootstrap({
    entryPoints: entries,
    tsconfig: repositoryPath("tsconfig.json"),
    basePath: repositoryPath(""),
    displayBasePath: repositoryPath(""),
    disableGit: true,
    gitRevision: "none",
    sourceLinkTemplate: "{path}",
    // `npm run check` has looked.
    skipErrorChecking: true,
    excludeInternal: true,
    sort: ["source-order"],
    blockTags: [...OptionDefaults.blockTags, "@reference"],
    logLevel: "Error",
  });
  // What modules reach and no more: the settings of the workspace name all files, tests included.
  const settings = { ...app.options.getCompilerOptions(app.logger), types: ["node"] };
  app.options.setCompilerOptions(entries, settings, undefined);
  const tags = new Map<number, readonly CommentTag[]>();
  app.converter.on(
    Converter.EVENT_RESOLVE_BEGIN,
    ({ project }) => {
      for (const { id, comment } of Object.values(project.reflections))
        if (comment !== undefined) tags.set(id, comment.getTags("@param"));
    },
    // Before TypeDoc's own, which move them.
    10_000,
  );
  const project = await app.convert();
  if (project === undefined) throw new Error("the sources of the reference can't be read");
  const read = new Map(
    project
      .getReflectionsByKind(ReflectionKind.Module | ReflectionKind.Project)
      .map((found) => [sourceOf(found), (found as ProjectReflection).children ?? []] as const),
  );
  return {
    exports: chosen.map((module) => ({
      module,
      symbols: read.get(chosen.length === 1 ? undefined : module.entry) ?? [],
    })),
    parametersOf: (signature) => tags.get(signature.id) ?? tags.get(signature.parent.id) ?? [],
  };
}

/** File of a module; a project of one module alone is that module, and has none. */
const sourceOf = (found: Reflection): string | undefined =>
  found.isDeclaration() ? found.sources?.[0].fileName : undefined;
