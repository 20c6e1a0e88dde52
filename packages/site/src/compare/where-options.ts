/** Where the form has what a note calls by its option; null: the command alone has it. */
export const places: { readonly [option: string]: string | null } = {
  ignore: "under Columns",
  missing: "under More",
  "merge-labels": "under More",
  types: "under More",
  group: "under More",
  time: "under More",
  keep: "under More",
  "max-epochs": "under More",
  target: "at Column to predict",
  hidden: null,
  model: null,
  damaged: null,
  patience: null,
};

const listOf = (options: readonly string[]): string =>
  `${new Intl.ListFormat("en").format(options.map((option) => `--${option}`))} ${options.length === 1 ? "is" : "are"}`;

/**
 * Returns where to find in the page what notes advise by the options of the command: their words are the same in both.
 *
 * @param texts of the notes
 * @returns a sentence or two; empty where no option is named
 */
export function whereOptions(texts: readonly string[]): string {
  const named = Object.keys(places).filter((option) =>
    texts.some((text) => new RegExp(`(?<![\\w-])--${option}(?![\\w-])`).test(text)),
  );
  const here = Map.groupBy(named, (option) => places[option]);
  const away = here.get(null) ?? [];
  here.delete(null);
  const found = [...here].map(([place, options]) => `${listOf(options)} ${place}`);
  return [
    ...(found.length === 0 ? [] : [`On this page, ${found.join(", ")}.`]),
    ...(away.length === 0
      ? []
      : [`${listOf(away)} available only on the command line; the equivalent command is below.`]),
  ].join(" ");
}
