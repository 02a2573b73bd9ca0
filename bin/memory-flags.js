/**
 * How V8 keeps the heap: by default it lets the young generation and the garbage of the old one grow to several times what
 * is alive, so that a process over a large table takes twice the memory, and the more the longer it runs. Measured with
 * `npm run bench:table`; nothing gets slower.
 */
export const MEMORY_FLAGS = ['--max-semi-space-size=8', '--heap-growing-percent=50'];
