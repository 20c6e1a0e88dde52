/** What reads libpq's password file, which has no types of its own. */
declare module "pgpass" {
  export default function pgPass(
    connection: { host: string; port: number; database: string; user: string },
    answer: (password: string | undefined) => void,
  ): void;
}
