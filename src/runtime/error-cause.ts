/**
 * The message in the Cause of a failed task: Lambda's JSON with `errorMessage`, the description of a nested execution, or
 * whatever a stranger wrote.
 */
export function messageOfCause(cause: string): string {
  if (!cause.startsWith('{')) return cause;
  try {
    const parsed = JSON.parse(cause) as { readonly errorMessage?: unknown; readonly Cause?: unknown };
    return String(parsed.errorMessage ?? parsed.Cause ?? cause);
  } catch {
    return cause;
  }
}
