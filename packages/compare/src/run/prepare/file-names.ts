/** Returns what a file is called in titles: `churn` of `churn.csv.gz`. A folder may have this name: `.` and `..` are no names. */
export function nameOfFile(file: string): string {
  const name = file.replace(/(\.(csv|tsv|tab|jsonl|ndjson|json|parquet|txt))?(\.gz)?$/i, "");
  return /^\.*$/.test(name) ? "data" : name.replaceAll("\\", "-");
}

/**
 * Makes names distinct. Two files `a/train.csv` and `b/train.csv` are `train` and `train-2`; to some systems, so are `Train` and `train`.
 */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let own = name;
    for (let n = 2; taken.has(own.toLowerCase()); n++) own = `${name}-${n}`;
    taken.add(own.toLowerCase());
    return own;
  });
}
