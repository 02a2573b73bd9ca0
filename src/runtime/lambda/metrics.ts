/**
 * Metrics in CloudWatch's embedded metric format: a log line that becomes data points, without a call and an endpoint
 * for it. A retried call counts its documents twice: metrics are for watching, the ledger is for counting.
 */
import type {
  CalculateQueriedDocsOutput,
  CalculateTransformedOutput,
  GateResult,
  TransformDocumentDataOutput,
  ValidateQueryOutput,
  WriteManifestOutput,
} from '../../job/contracts.ts';
import type { DeadlineOutcome } from './check-deadline.ts';
import { writeLine } from './log.ts';

export const METRIC_NAMESPACE = 'lexdelta';

export type Metrics = Readonly<Record<string, number>>;

/** In milliseconds; all other metrics are counts, or shares from 0 to 1. */
const DURATION = 'Duration';

/** What a call tells beside its duration. Margin: how far the gate's ratio lies above its threshold. */
export function metricsOf(state: string, payload: unknown, output: unknown): Metrics {
  switch (state) {
    case 'CalculateAndUpdateQueriedDocsInNamespace':
      return queriedMetrics(output as CalculateQueriedDocsOutput);
    case 'ValidateNamespacesQueryingProcess':
      return gateMetrics('QueryGate', (output as ValidateQueryOutput).gate);
    case 'TransformDocumentData':
      return transformedMetrics(output as TransformDocumentDataOutput);
    case 'CalculateTotalTransformedDocs':
      return gateMetrics('TransformationGate', (output as CalculateTransformedOutput).gate);
    case 'CreateJobDailyA3Data':
      return publishedMetrics((payload as { readonly phase?: unknown }).phase, output as WriteManifestOutput);
    case 'CheckDeadline': {
      const { NotStarted, NotPublished } = output as DeadlineOutcome;
      return { NotStarted, NotPublished };
    }
    default:
      return {};
  }
}

/** One line for metrics of the whole stack, and one for those of the function. */
export function writeMetrics(state: string, metrics: Metrics, stack = process.env['LEXDELTA_STACK']): void {
  if (stack === undefined) return;
  const { [DURATION]: duration, ...others } = metrics;
  if (duration !== undefined) writeEmbedded({ Stack: stack, Function: state }, { [DURATION]: duration });
  if (Object.keys(others).length > 0) writeEmbedded({ Stack: stack }, others);
}

function writeEmbedded(dimensions: Readonly<Record<string, string>>, metrics: Metrics): void {
  const names = Object.keys(metrics).map((Name) => ({ Name, Unit: Name === DURATION ? 'Milliseconds' : 'None' }));
  const CloudWatchMetrics = [{ Namespace: METRIC_NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics: names }];
  writeLine({ _aws: { Timestamp: Date.now(), CloudWatchMetrics }, ...dimensions, ...metrics });
}

function queriedMetrics({ counts }: CalculateQueriedDocsOutput): Metrics {
  if (counts === null) return {};
  return {
    DocumentsListed: counts.total_docs_queried,
    DocumentsNew: counts.new,
    DocumentsChanged: counts.changed,
    DocumentsReprocessed: counts.reprocessed,
    DocumentsTouched: counts.touched,
    DocumentsUnchanged: counts.unchanged,
    DocumentsStanding: counts.standing,
    DocumentsUnreadable: counts.unreadable,
    DocumentsRemoved: counts.removed,
    Gaps: counts.gaps,
  };
}

function transformedMetrics({ valid, rejected }: TransformDocumentDataOutput): Metrics {
  return { DocumentsValid: valid, DocumentsRejected: rejected };
}

function gateMetrics(gate: string, result: GateResult | null): Metrics {
  if (result === null) return {};
  return { [`${gate}Ratio`]: result.ratio, [`${gate}Margin`]: result.ratio - result.threshold };
}

function publishedMetrics(phase: unknown, output: WriteManifestOutput): Metrics {
  if (phase === 'manifest') return { TableRows: output.rows, TableFindings: output.table_findings };
  return phase === 'as_of' ? { Published: 1 } : {};
}
