import type { HistoryEvent as AwsHistoryEvent } from '@aws-sdk/client-sfn';
import { type HistoryEvent, IN_FULL } from '../../engine/history-event.ts';

/** In place of data that may not be read. */
const NO_DATA = '{}';

/** An event as Step Functions tells it, in the shape that the embedded engine keeps: its time as a text, its data there. */
export function historyEventOf(event: AwsHistoryEvent): HistoryEvent {
  const { stateEnteredEventDetails: entered, stateExitedEventDetails: exited } = event;
  return {
    ...(event as unknown as HistoryEvent),
    previousEventId: event.previousEventId ?? 0,
    timestamp: (event.timestamp ?? new Date(0)).toISOString(),
    ...(entered === undefined
      ? {}
      : {
          stateEnteredEventDetails: {
            name: entered.name ?? '',
            input: entered.input ?? NO_DATA,
            inputDetails: IN_FULL,
          },
        }),
    ...(exited === undefined
      ? {}
      : {
          stateExitedEventDetails: {
            name: exited.name ?? '',
            output: exited.output ?? NO_DATA,
            outputDetails: IN_FULL,
            assignedVariables: exited.assignedVariables ?? {},
          },
        }),
  };
}
