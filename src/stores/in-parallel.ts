/** Runs `work` on each item, at most `parallel` at once; the first failure ends it when what is under way has ended. */
export async function inParallel<T>(
  items: Iterable<T>,
  parallel: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = Iterator.from(items);
  let failed = false;
  const worker = async () => {
    try {
      for (let next = rest.next(); !next.done && !failed; next = rest.next()) await work(next.value);
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: parallel }, worker));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
