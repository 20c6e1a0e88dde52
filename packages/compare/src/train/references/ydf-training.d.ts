/** What is used of ydf-training 0.0.1, which ships no types; `library.ts` says what it starts. */
declare module "ydf-training" {
  export default function start(options: {
    print(line: string): void;
    printErr(line: string): void;
  }): Promise<unknown>;
}
