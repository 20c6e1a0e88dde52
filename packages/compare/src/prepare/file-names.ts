/** What a file is called in titles: `churn` of `churn.csv.gz`. */
export function nameOfFile(file: string): string {
  const name = file.replace(/(\.(csv|tsv|tab|jsonl|ndjson|json|parquet|txt))?(\.gz)?$/i, "");
  return name === "" ? "data" : name;
}

/** Two files `a/train.csv` and `b/train.csv` are `train` and `train-2`. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let own = name;
    for (let n = 2; taken.has(own); n++) own = `${name}-${n}`;
    taken.add(own);
    return own;
  });
}
