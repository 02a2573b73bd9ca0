/** What people are told of a delivery. */
import { CHECKSUM_FILE } from '../../publish/delivery/delivery-files.ts';
import type { FlatFormat } from '../../publish/delivery/flat-format.ts';
import type { Manifest } from '../../publish/published.ts';
import { shellWord } from '../define-command.ts';
import { commandLines } from '../terminal/command-lines.ts';
import { count, plural } from '../terminal/figures.ts';
import { harmless } from '../terminal/harmless.ts';
import { renderTable } from '../terminal/table.ts';
import { wrap } from '../terminal/wrap.ts';
import { countFaults, faultLines, faultsOf } from './delivery-faulty.ts';
import { reservationLines } from './reservation-lines.ts';
import type { Delivery } from './write-delivery.ts';

const COLUMNS = [
  { header: 'file', flexible: true },
  { header: 'rows', align: 'right' },
  { header: 'bytes', align: 'right' },
  { header: 'SHA-256' },
] as const;
/** Enough of a digest to compare at a glance; the checksum file has the whole. */
const DIGEST_SHOWN = 16;
const WANTING = 'What is known to be wanting in Table A-3 (also in datapackage.json):';

/** @param commandWidth `Infinity` where nothing is a screen */
export function renderDelivery(
  { business_date, run }: Pick<Manifest, 'business_date' | 'run'>,
  { folder, files, reservations }: Delivery,
  { width, commandWidth }: { readonly width: number; readonly commandWidth: number },
): readonly string[] {
  const faults = countFaults(files);
  const found =
    faults === 0
      ? 'Every row was read back and has the form of its table.'
      : `Read back; ${plural(faults, 'fault was', 'faults were')} allowed.`;
  const rows = files.map(({ path, rows, bytes, sha256 }) => {
    return [path, count(rows), count(bytes), `${sha256.slice(0, DIGEST_SHOWN)}…`];
  });
  const wanting = reservations === null ? [] : reservationLines(reservations, width);
  const tables = files.map(({ table }) => table).join(', ');
  return [
    ...wrap(`${tables} as of ${business_date} (${run}). ${found}`, width),
    '',
    ...renderTable(COLUMNS, rows, width, '  '),
    '',
    ...(wanting.length === 0 ? [] : [...wrap(WANTING, width), ...wanting, '']),
    ...commandLines(
      `(cd ${shellWord(folder)} && sha256sum -c ${CHECKSUM_FILE})`,
      commandWidth,
      '  check  ',
      '         ',
    ),
  ];
}

/** Faults that were allowed, and values that cannot be told from values that there are not. */
export function renderRemarks({ files }: Delivery, format: FlatFormat, width: number): readonly string[] {
  const remarks = [...faultLines(faultsOf(files), countFaults(files))];
  const ambiguous = files.reduce((sum, file) => sum + file.ambiguous, 0);
  if (ambiguous > 0) {
    const texts = [format.notApplicable, ...Object.values(format.notApplicableByField)];
    const told = [...new Set(texts)].filter((text) => text !== '').join(', ');
    const what = plural(ambiguous, 'value of the tables reads', 'values of the tables read');
    remarks.push(`${what} like the text for what does not apply (${told}).`);
  }
  return remarks.flatMap((remark) => wrap(harmless(remark), width, '! ', '  '));
}
