/** How a delivery is written: flags, then the configuration, then what stands here. */
import { PermanentError } from '../../errors.ts';
import {
  DELIVERED_TABLES,
  fileNameProblem,
  TABLE_NAMES,
  type TableName,
} from '../../publish/delivery/delivery-names.ts';
import { flatColumns } from '../../publish/delivery/flat-columns.ts';
import {
  type FlatHeader,
  type LineEnd,
  notApplicableProblem,
  PLAIN_FORMAT,
} from '../../publish/delivery/flat-format.ts';
import { type ConfigSources, readDelivery } from '../config.ts';
import type { DeliverySettings } from '../settings.ts';
import { DEFAULT_DELIVERY, type DeliveryOptions } from './write-delivery.ts';

export interface DeliveryFlags {
  /** Names with commas between them. */
  readonly tables?: string;
  readonly fileName?: string;
  /** `false` after `--no-header`. */
  readonly header?: FlatHeader | false;
  readonly lineEnd?: LineEnd;
  readonly notApplicable?: string;
  readonly allowFaults?: boolean;
}

/** @throws PermanentError `USAGE`, `CONFIG_INVALID`, `FILE_NOT_READABLE` */
export async function readDeliveryOptions(flags: DeliveryFlags, sources: ConfigSources): Promise<DeliveryOptions> {
  const settings = await readDelivery(settingsOf(flags), sources);
  const tables = settings.tables?.map((name) => DELIVERED_TABLES[name]) ?? DEFAULT_DELIVERY.tables;
  const format = {
    header: settings.header ?? PLAIN_FORMAT.header,
    lineEnd: settings.lineEnd ?? PLAIN_FORMAT.lineEnd,
    notApplicable: settings.notApplicable ?? PLAIN_FORMAT.notApplicable,
    notApplicableByField: settings.notApplicableByField ?? PLAIN_FORMAT.notApplicableByField,
  };
  checkFields(Object.keys(format.notApplicableByField));
  return {
    tables: [...new Set(tables)],
    fileName: settings.fileName ?? DEFAULT_DELIVERY.fileName,
    format,
    allowFaults: flags.allowFaults ?? false,
  };
}

function settingsOf({ tables, fileName, header, lineEnd, notApplicable }: DeliveryFlags): DeliverySettings {
  check('--file-name', fileName, fileNameProblem);
  check('--not-applicable', notApplicable, notApplicableProblem);
  return {
    ...(tables === undefined ? {} : { tables: readTables(tables) }),
    ...(fileName === undefined ? {} : { fileName }),
    ...(header === undefined ? {} : { header: header === false ? 'none' : header }),
    ...(lineEnd === undefined ? {} : { lineEnd }),
    ...(notApplicable === undefined ? {} : { notApplicable }),
  };
}

function readTables(text: string): readonly TableName[] {
  return text.split(',').map((word) => {
    const name = TABLE_NAMES.find((one) => one === word.trim().toLowerCase());
    if (name !== undefined) return name;
    throw new PermanentError('USAGE', `--tables is "${text.slice(0, 60)}", expected some of ${TABLE_NAMES.join(',')}.`);
  });
}

function check(flag: string, text: string | undefined, problemOf: (text: string) => string | null): void {
  const problem = text === undefined ? null : problemOf(text);
  if (problem !== null) throw new PermanentError('USAGE', `${flag} is "${text?.slice(0, 60)}": ${problem}.`);
}

function checkFields(names: readonly string[]): void {
  const known = new Set(
    DEFAULT_DELIVERY.tables.flatMap((table) => flatColumns(table, PLAIN_FORMAT).map(({ name }) => name)),
  );
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new PermanentError('CONFIG_INVALID', `/delivery/notApplicableByField/${unknown}: there is no such field.`);
}
