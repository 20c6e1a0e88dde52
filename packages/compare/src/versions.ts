/** Version of this package, which is that of all of them: to be changed with package.json. */
export const version = "0.1.0";

/** The array engine, by its package and version: to be changed with package.json. */
export const arrayEngine = "@jax-js/jax 0.1.25";
