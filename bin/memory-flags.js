/**
 * How a process keeps its memory. V8 by default lets the young generation and the garbage of the old one grow to several
 * times what is alive, the more so before its first collection, and glibc keeps what was freed, in an arena for each thread,
 * so that a process over a large table takes twice the memory, and the more the longer it runs. Measured with `npm run bench:table` and
 * `npm run bench`: neither gets slower; a start takes some 30 ms more.
 */
export const MEMORY_FLAGS = ['--max-semi-space-size=8', '--heap-growing-percent=100', '--initial-old-space-size=40'];
/** Of glibc; other libraries take no notice. */
export const MEMORY_ENVIRONMENT = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072' };
