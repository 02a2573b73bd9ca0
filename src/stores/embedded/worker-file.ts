/**
 * The URL of a worker's file beside the caller: TypeScript in a clone, where Node strips the types, JavaScript in the
 * package, where it does not.
 * @param name without extension, for example `./step-worker`
 * @param caller the caller's `import.meta.url`
 */
export function workerFile(name: string, caller: string): URL {
  return new URL(`${name}${caller.endsWith('.ts') ? '.ts' : '.js'}`, caller);
}
