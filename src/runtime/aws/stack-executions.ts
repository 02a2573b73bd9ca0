/**
 * The executions of a stack's DailyAgreementJob, by the names of its runs. Rights, on the state machine
 * `states:StartExecution`, on executions `states:DescribeExecution` and `states:GetExecutionHistory`.
 */
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { HistoryEvent } from '../../engine/history-event.ts';
import { Pace, type PaceOptions } from '../../stores/aws/pace.ts';
import type { JobExecution } from '../job-data.ts';
import { historyEventOf } from './history-events.ts';

/** Step Functions: events of one answer, at most. */
const MAX_EVENTS_A_PAGE = 1_000;
/** What comes between two looks is a few events: asking for more would send the last ones again and again. */
const EVENTS_A_LOOK = 100;

export interface DescribedExecution extends JobExecution {
  /** JSON, or `null` where it may not be read. */
  readonly input: string | null;
}

export class StackExecutions {
  readonly #client: Pick<SFNClient, 'send'>;
  readonly #stateMachine: string;
  readonly #pace: Pace;

  /** @param stateMachine its ARN */
  constructor(client: Pick<SFNClient, 'send'>, stateMachine: string, options?: PaceOptions) {
    this.#client = client;
    this.#stateMachine = stateMachine;
    this.#pace = new Pace(`state machine ${stateMachine.split(':').at(-1)}`, options);
  }

  /** @param execution a run's name, or an ARN as the lock has it */
  arnOf(execution: string): string {
    if (execution.startsWith('arn:')) return execution;
    return `${this.#stateMachine.replace(':stateMachine:', ':execution:')}:${execution}`;
  }

  /** `null`: Step Functions does not know it, or not any more: it forgets 90 days after the end. */
  async describe(execution: string): Promise<DescribedExecution | null> {
    const found = await this.#describe(execution, 'ALL_DATA');
    if (found === null) return null;
    return {
      status: statusOf(found),
      startedAtMs: found.startDate?.getTime() ?? 0,
      stoppedAtMs: found.stopDate?.getTime() ?? null,
      error: found.error ?? null,
      cause: found.cause ?? null,
      input: found.input ?? null,
    };
  }

  /** As {@link describe}, without its data: needs no right on the key that they are encrypted with. */
  async status(execution: string): Promise<JobExecution['status'] | null> {
    const found = await this.#describe(execution, 'METADATA_ONLY');
    return found === null ? null : statusOf(found);
  }

  /**
   * Starts a run; the same name and input again, while it runs, is the same start.
   * @returns `exists`: somebody started it before with another input, or it has ended already
   */
  async start(run: string, input: string): Promise<'started' | 'exists'> {
    const command = new StartExecutionCommand({ stateMachineArn: this.#stateMachine, name: run, input });
    try {
      await this.#pace.run('StartExecution', () => this.#client.send(command));
      return 'started';
    } catch (error) {
      if (nameOf(error) !== 'ExecutionAlreadyExists') throw error;
      return 'exists';
    }
  }

  /**
   * Events with ids above `after`, ascending. Asked for from the newest back to what is known: a token that goes on
   * forward ends with the history as it was. None of an execution that is not there, or not seen yet.
   */
  async eventsAfter(execution: string, after: number): Promise<readonly HistoryEvent[]> {
    const found: HistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const command = new GetExecutionHistoryCommand({
        executionArn: this.arnOf(execution),
        reverseOrder: true,
        maxResults: after === 0 ? MAX_EVENTS_A_PAGE : EVENTS_A_LOOK,
        nextToken,
      });
      const page = await orNull(this.#pace.run('GetExecutionHistory', () => this.#client.send(command)));
      if (page === null) return [];
      const events = (page.events ?? []).map(historyEventOf);
      found.push(...events.filter(({ id }) => id > after));
      nextToken = events.some(({ id }) => id <= after + 1) ? undefined : page.nextToken;
    } while (nextToken !== undefined);
    return found.reverse();
  }

  async #describe(
    execution: string,
    includedData: 'ALL_DATA' | 'METADATA_ONLY',
  ): Promise<DescribeExecutionCommandOutput | null> {
    const command = new DescribeExecutionCommand({ executionArn: this.arnOf(execution), includedData });
    return orNull(this.#pace.run('DescribeExecution', () => this.#client.send(command)));
  }
}

/** `null` for an execution that Step Functions does not know. */
async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (nameOf(error) !== 'ExecutionDoesNotExist') throw error;
    return null;
  }
}

/** One that waits to be redriven goes on with the same name. */
function statusOf({ status = 'RUNNING' }: DescribeExecutionCommandOutput): JobExecution['status'] {
  return status === 'PENDING_REDRIVE' ? 'RUNNING' : status;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
