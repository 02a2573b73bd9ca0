/** One page for 6 a.m.: is there a table, what did the day bring, and who is slow. */
import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  Metric,
  Row,
  SingleValueWidget,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRIC_NAMESPACE } from '../../src/runtime/lambda/metrics.ts';
import type { Alarms } from './alarms.ts';
import type { JobFunction } from './job-function.ts';
import type { Machines } from './machines.ts';
import type { Tables } from './tables.ts';

export interface JobDashboardProps {
  readonly stackName: string;
  readonly runbookUrl: string;
  readonly alarms: Alarms;
  readonly machines: Machines;
  readonly functions: readonly JobFunction[];
  readonly tables: Tables;
}

const DAY = Duration.days(1);
const WHOLE_WIDTH = 24;
const THIRD = WHOLE_WIDTH / 3;

export class JobDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: JobDashboardProps) {
    super(scope, id);
    const { stackName, machines, functions, tables } = props;
    const own = (name: string, statistic: string = Stats.SUM, period = DAY): Metric =>
      new Metric({
        namespace: METRIC_NAMESPACE,
        metricName: name,
        dimensionsMap: { Stack: stackName },
        statistic,
        period,
      });
    const documents = ['New', 'Changed', 'Reprocessed', 'Touched', 'Removed', 'Standing', 'Valid', 'Rejected'];
    this.dashboard = new Dashboard(this, 'Dashboard', { dashboardName: stackName, defaultInterval: Duration.days(14) });
    this.dashboard.addWidgets(
      new Row(
        new TextWidget({
          markdown: `**${stackName}** · [runbook](${props.runbookUrl})`,
          width: WHOLE_WIDTH,
          height: 1,
        }),
      ),
      new Row(new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms.alarms], width: WHOLE_WIDTH })),
      new Row(
        new SingleValueWidget({ title: 'Published today', metrics: [own('Published')], width: THIRD }),
        new SingleValueWidget({ title: 'Rows of the table', metrics: [own('TableRows', Stats.MAXIMUM)], width: THIRD }),
        new SingleValueWidget({
          title: 'Findings of the table',
          metrics: [own('TableFindings', Stats.MAXIMUM)],
          width: THIRD,
        }),
      ),
      new Row(
        new GraphWidget({
          title: 'Documents a day',
          left: documents.map((outcome) => own(`Documents${outcome}`)),
          width: THIRD,
        }),
        new GraphWidget({
          title: 'Documents listed, gaps',
          left: [own('DocumentsListed')],
          right: [own('Gaps')],
          width: THIRD,
        }),
        new GraphWidget({
          title: 'Gates: ratio',
          left: [own('QueryGateRatio', Stats.MINIMUM), own('TransformationGateRatio', Stats.MINIMUM)],
          width: THIRD,
        }),
      ),
      new Row(
        new GraphWidget({
          title: 'Runs',
          left: [
            machines.dailyAgreementJob.metricSucceeded({ period: DAY }),
            machines.dailyAgreementJob.metricFailed({ period: DAY }),
          ],
          right: [machines.dailyAgreementJob.metricTime({ period: DAY, statistic: Stats.MAXIMUM })],
          width: THIRD,
        }),
        new GraphWidget({
          title: 'Longest call',
          left: functions.map((one) => one.function.metricDuration({ statistic: Stats.MAXIMUM })),
          width: THIRD,
        }),
        new GraphWidget({
          title: 'Errors of functions',
          left: functions.map((one) => one.function.metricErrors()),
          width: THIRD,
        }),
      ),
      new Row(
        new GraphWidget({
          title: 'AgreementHash: units',
          left: [
            tables.agreementHash.metricConsumedReadCapacityUnits(),
            tables.agreementHash.metricConsumedWriteCapacityUnits(),
          ],
          width: THIRD,
        }),
        new GraphWidget({
          title: 'Throttled requests',
          left: tables.all.map((table) => table.metric('ReadThrottleEvents')),
          width: THIRD,
        }),
        new GraphWidget({
          title: 'Throttled functions',
          left: functions.map((one) => one.function.metricThrottles()),
          width: THIRD,
        }),
      ),
    );
  }
}
