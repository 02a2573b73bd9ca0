import { progressBar } from '../terminal/bar.ts';
import { count, duration, percent } from '../terminal/figures.ts';
import { cutToWidth } from '../terminal/harmless.ts';
import { type NamespaceProgress, type Progress, STAGES } from './model.ts';

const NAME_WIDTH = 8;
const BAR_WIDTH = 12;
/** A namespace that is silent for longer says so. */
const SILENT_AFTER_MS = 5_000;
const INDENT = ' '.repeat(11);

/** The block that a terminal draws again and again. No line is wider than `width`. */
export function progressBlock(progress: Progress, nowMs: number, width: number): readonly string[] {
  const lines = [
    ...progress.namespaces.map(
      (namespace, i) => (i === 0 ? 'query'.padEnd(INDENT.length) : INDENT) + namespaceLine(namespace, nowMs),
    ),
    ...transformLine(progress),
    nextLine(progress, nowMs),
  ];
  return lines.map((line) => cutToWidth(line, width));
}

/** All of it in one line, for where nothing can be drawn again. */
export function progressLine(progress: Progress, nowMs: number, width: number): string {
  const parts =
    progress.stage === 'query'
      ? progress.namespaces.map(({ namespace, read, total }) => `${namespace} ${count(read)}/${totalText(total)}`)
      : progress.slices === null
        ? []
        : [`slices ${count(progress.slices.done)}/${count(progress.slices.total)}`];
  const head = `${progress.run}  ${duration(nowMs - progress.startedMs)}  ${progress.stage}`;
  return cutToWidth([head, ...parts].join('  '), width);
}

function namespaceLine(progress: NamespaceProgress, nowMs: number): string {
  const { namespace, state, total, read } = progress;
  const name = cutToWidth(namespace, NAME_WIDTH).padEnd(NAME_WIDTH);
  if (state === 'waiting') return `${name} waiting`;
  const figures = `${count(read)}/${totalText(total)}`.padStart(17);
  const line = `${name} ${progressBar(read, total, BAR_WIDTH)} ${figures}`;
  if (state === 'complete') return `${line}   proven complete`;
  if (state === 'incomplete') return `${line}   NOT complete`;
  const share = total === null || total === 0 ? '' : percent(Math.min(1, read / total)).padStart(7);
  return `${line} ${share}  ${pace(progress, nowMs)}`;
}

/** Rate and time left; or, when nothing comes, since when. */
function pace({ startedMs, heardMs, read, total }: NamespaceProgress, nowMs: number): string {
  const silentMs = nowMs - (heardMs ?? nowMs);
  if (silentMs > SILENT_AFTER_MS) return `heard ${duration(silentMs)} ago`;
  const seconds = ((heardMs ?? 0) - (startedMs ?? 0)) / 1000;
  if (read === 0 || seconds <= 0) return '';
  const rate = read / seconds;
  const left = total === null || total <= read ? '' : `  ${duration(((total - read) / rate) * 1000)} left`;
  return `${count(Math.round(rate))}/s${left}`;
}

function transformLine({ slices }: Progress): readonly string[] {
  if (slices === null) return [];
  const figures = `${count(slices.done)}/${count(slices.total)}`.padStart(17);
  const bar = progressBar(slices.done, slices.total, BAR_WIDTH);
  return [`transform  ${'slices'.padEnd(NAME_WIDTH)} ${bar} ${figures}`];
}

function nextLine({ stage, troubles, startedMs }: Progress, nowMs: number): string {
  const rest = STAGES.slice(STAGES.indexOf(stage)).map((next) => (next.endsWith(' gate') ? 'gate' : next));
  const retried = troubles === 0 ? '' : `  ${count(troubles)} retried`;
  return `${duration(nowMs - startedMs).padEnd(INDENT.length)}${rest.join(' > ')}${retried}`;
}

function totalText(total: number | null): string {
  return total === null ? '?' : count(total);
}
