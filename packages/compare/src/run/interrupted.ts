/** A run was stopped by whoever asked for it, and says so; what it had finished is kept. */
export class Interrupted extends Error {
  override name = "Interrupted";
}
