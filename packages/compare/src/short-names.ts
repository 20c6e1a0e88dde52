import type { DatasetReport, Results } from "./results.ts";

/** Longer names are cut where people read them: a column's name may be a whole document. */
const most = 200;
const kept = 120;

/** Returns a name of at most 200 characters: the beginning of a longer one, and how long it is. */
export function shortName(name: string): string {
  return name.length <= most ? name : cut(name, "");
}

function cut(name: string, number: string): string {
  // Never half of a character.
  const start = name.slice(0, kept).replace(/[\ud800-\udbff]$/, "");
  return `${start}… (${name.length} characters${number})`;
}

/**
 * Cuts names as {@link shortName} does, so that different ones stay different: those that would read the same are numbered.
 *
 * @param names all names that can be shown next to one another, in an order that doesn't change
 */
export function shortNames(names: Iterable<string>): (name: string) => string {
  const all = [...new Set(names)];
  const taken = new Set(all.filter((name) => name.length <= most));
  const short = new Map<string, string>();
  for (const name of all) {
    if (taken.has(name)) continue;
    let text = cut(name, "");
    for (let n = 2; taken.has(text); n++) text = cut(name, `, number ${n}`);
    taken.add(text);
    short.set(name, text);
  }
  return (name) => short.get(name) ?? shortName(name);
}

/** Returns results whose names of columns, classes and files are cut, the same name in the same way everywhere. */
export function withShortNames(results: Results): Results {
  const { settings, datasets, across } = results;
  const short = shortNames([
    ...Object.keys(settings.types),
    ...Object.keys(settings.missing),
    ...settings.ignore,
    ...datasets.flatMap(namesOf),
  ]);
  const orNull = (name: string | null): string | null => (name === null ? null : short(name));
  return {
    ...results,
    settings: {
      ...settings,
      target: short(settings.target),
      positive: orNull(settings.positive),
      ignore: settings.ignore.map(short),
      group: orNull(settings.group),
      time: orNull(settings.time),
      bagColumn: orNull(settings.bagColumn),
      types: Object.fromEntries(Object.entries(settings.types).map(([name, kind]) => [short(name), kind])),
      missing: Object.fromEntries(Object.entries(settings.missing).map(([name, v]) => [short(name), v])),
      test: orNull(settings.test),
      distillFrom: orNull(settings.distillFrom),
      unlabeled: orNull(settings.unlabeled),
    },
    datasets: datasets.map((report) => ({
      ...report,
      name: short(report.name),
      source: short(report.source),
      target: short(report.target),
      classes: report.classes.map(short),
      features: report.features.map((feature) => ({ ...feature, name: short(feature.name) })),
      notes: report.notes.map((note) =>
        note.column === undefined ? note : { ...note, column: short(note.column) },
      ),
      ...(report.time !== undefined && { time: short(report.time) }),
      ...(report.bags && { bags: { ...report.bags, column: short(report.bags.column) } }),
    })),
    across: across && { ...across, datasets: across.datasets.map(short) },
  };
}

const namesOf = ({ name, source, target, classes, features, notes, bags }: DatasetReport): string[] => [
  ...[name, source, target],
  ...classes,
  ...features.map((feature) => feature.name),
  ...notes.flatMap(({ column }) => column ?? []),
  ...(bags === undefined ? [] : [bags.column]),
];
