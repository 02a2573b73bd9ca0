/** Runs a day on the embedded engine, every function through its role. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { loadStateMachine } from '../../../src/engine/definition/load-state-machine.ts';
import type { ExecutionOutcome } from '../../../src/engine/engine-context.ts';
import { executionName } from '../../../src/job/business-date.ts';
import { parseJobInput } from '../../../src/job/job-input.ts';
import { DAILY_AGREEMENT_JOB, localSubstitutions, readDefinitions } from '../../../src/runtime/machines.ts';
import { MemoryItemTables } from '../../fakes/memory-item-tables.ts';
import { MemoryJournal } from '../../fakes/memory-journal.ts';
import type { Day, Documents } from './days.ts';
import { isEndOfFirstPage, PAGE_SIZE } from './days.ts';

export type CallFunction = (name: string, payload: unknown, day: Day) => Promise<unknown>;

export class JobOnEngine {
  readonly #journal = new MemoryJournal();
  readonly #items = new MemoryItemTables({ JobStats: ['business_date', 'execution_name'] });
  readonly #lexFolder: string;
  readonly #call: CallFunction;

  /** @param lexFolder what Lex serves */
  constructor(lexFolder: string, call: CallFunction) {
    this.#lexFolder = lexFolder;
    this.#call = call;
  }

  async run(day: Day): Promise<ExecutionOutcome> {
    this.#serve(day.documents);
    const substitutions = localSubstitutions();
    const engine = createEngine({
      machines: Object.entries(readDefinitions()).map(([name, definition]) =>
        loadStateMachine(definition, { name, substitutions }),
      ),
      journal: this.#journal,
      itemTables: this.#items,
      isAlive: () => true,
      invokeFunction: (name, payload) => this.#invoke(day, name, payload),
    });
    const input = parseJobInput({
      max_parallel_executions: 2,
      query_batch_size: PAGE_SIZE,
      business_date: day.date,
      query_percentage_success: 0.9,
      docs_transformation_percentage_success: 0, // Slices fail, and large documents are rejected.
      max_removed_percentage: 1,
      namespaces: Object.keys(day.documents).map((namespace) => ({ namespace })),
    });
    const start = { machine: DAILY_AGREEMENT_JOB, name: executionName(day.date, 1) };
    return engine.startExecution({ ...start, input: JSON.parse(JSON.stringify(input)) });
  }

  async #invoke(day: Day, name: string, payload: unknown): Promise<never> {
    if (name === 'TransformDocumentData' && day.failsSlice?.(payload as never) === true) {
      throw Object.assign(new Error('This slice fails.'), { name: 'PermanentError' });
    }
    const output = await this.#call(name, payload, day);
    if (name === 'QueryNamespace' && day.documentsAfterOnePage !== undefined && isEndOfFirstPage(payload as never)) {
      this.#serve(day.documentsAfterOnePage);
    }
    return output as never;
  }

  #serve(documents: Documents): void {
    mkdirSync(this.#lexFolder, { recursive: true });
    for (const [namespace, rows] of Object.entries(documents)) {
      const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
      writeFileSync(join(this.#lexFolder, `${namespace}.ndjson`), text);
    }
  }
}
