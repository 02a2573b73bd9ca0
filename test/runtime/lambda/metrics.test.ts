import { describe, expect, it } from 'vitest';
import { metricsOf, writeMetrics } from '../../../src/runtime/lambda/metrics.ts';
import { captureOutput } from './captured-output.ts';

interface EmbeddedMetrics {
  readonly Timestamp: number;
  readonly CloudWatchMetrics: readonly {
    readonly Namespace: string;
    readonly Dimensions: readonly string[][];
    readonly Metrics: readonly { readonly Name: string }[];
  }[];
}

describe('the metrics of a call', () => {
  it('tell how far a gate lies from its threshold, also below it', () => {
    const gate = { passed: false, numerator: 85, denominator: 100, ratio: 0.85, threshold: 0.9, accepted: false };

    expect(metricsOf('ValidateNamespacesQueryingProcess', {}, { gate })).toEqual({
      QueryGateRatio: 0.85,
      QueryGateMargin: expect.closeTo(-0.05),
    });
    expect(metricsOf('CalculateTotalTransformedDocs', {}, { gate: null })).toEqual({});
  });

  it('count documents by outcome once a turn is the last one', () => {
    const counts = {
      total_docs_queried: 5,
      new: 1,
      changed: 1,
      reprocessed: 0,
      touched: 1,
      unchanged: 2,
      standing: 0,
      unreadable: 0,
      removed: 1,
      gaps: 0,
    };

    expect(metricsOf('CalculateAndUpdateQueriedDocsInNamespace', {}, { cursor: {}, counts: null })).toEqual({});
    expect(metricsOf('CalculateAndUpdateQueriedDocsInNamespace', {}, { counts })).toMatchObject({
      DocumentsListed: 5,
      DocumentsNew: 1,
      DocumentsUnchanged: 2,
      DocumentsRemoved: 1,
    });
    expect(metricsOf('TransformDocumentData', {}, { valid: 3, rejected: 2, rows: 4 })).toEqual({
      DocumentsValid: 3,
      DocumentsRejected: 2,
    });
  });

  it('say that a table is published when its pointer is written, and at no other phase', () => {
    expect(metricsOf('CreateJobDailyA3Data', { phase: 'as_of' }, { key: 'as_of/2021-10-20.json' })).toEqual({
      Published: 1,
    });
    expect(metricsOf('CreateJobDailyA3Data', { phase: 'build' }, { batch: 0, cursor: null })).toEqual({});
    expect(metricsOf('CreateJobDailyA3Data', { phase: 'manifest' }, { rows: 7, table_findings: 1 })).toEqual({
      TableRows: 7,
      TableFindings: 1,
    });
  });
});

describe('metric lines', () => {
  const output = captureOutput();

  it('are in the embedded metric format: every metric that is named stands in the line, under dimensions that do too', () => {
    writeMetrics('QueryNamespace', { Duration: 12, DocumentsNew: 3 }, 'lexdelta');

    expect(output()).toHaveLength(2);
    for (const line of output()) {
      const { Timestamp, CloudWatchMetrics } = line['_aws'] as EmbeddedMetrics;
      expect(Timestamp).toBeGreaterThan(Date.parse('2020-01-01'));
      for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
        expect(Namespace).toBe('lexdelta');
        for (const { Name } of Metrics) expect(line[Name]).toEqual(expect.any(Number));
        for (const dimension of Dimensions.flat()) expect(line[dimension]).toEqual(expect.any(String));
      }
    }
    expect(output()[0]).toMatchObject({ Stack: 'lexdelta', Function: 'QueryNamespace', Duration: 12 });
    expect(output()[1]).toMatchObject({ Stack: 'lexdelta', DocumentsNew: 3 });
  });

  it('are not written where there is no stack', () => {
    writeMetrics('QueryNamespace', { Duration: 12 }, undefined);

    expect(output()).toEqual([]);
  });
});
