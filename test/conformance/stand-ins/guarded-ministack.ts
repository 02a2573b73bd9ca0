/** ministack that holds every caller to its rights, over TLS, which the buckets' policies demand. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { launchMinistack, type StandIn } from './stand-in.ts';

export interface GuardedStandIn extends StandIn {
  /** PEM. The calling process trusts it; others need `NODE_EXTRA_CA_CERTS`. */
  readonly certificateFile: string;
  /** The actions that were asked for under another name than AWS's, each as often as it was. */
  mended(): readonly string[];
}

/** Needs `openssl`. Its Lambda functions run on the Node that runs this. */
export async function startGuardedMinistack(): Promise<GuardedStandIn> {
  const folder = mkdtempSync(join(tmpdir(), 'lexdelta-ministack-'));
  const { certificateFile, keyFile } = makeCertificate(folder);
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(certificateFile, 'utf8')]);
  const standIn = await launchMinistack(
    'https',
    {
      AUTH: 'true',
      USE_SSL: '1',
      MINISTACK_HOST: '127.0.0.1', // In the URLs of queues.
      MINISTACK_SSL_CERT: certificateFile,
      MINISTACK_SSL_KEY: keyFile,
      NODE_EXTRA_CA_CERTS: certificateFile,
      PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    },
    folder,
  );
  const list = join(folder, 'mended.txt');
  const mended = () => (existsSync(list) ? readFileSync(list, 'utf8').trim().split('\n') : []);
  return { ...standIn, certificateFile, mended };
}

function makeCertificate(folder: string): { readonly certificateFile: string; readonly keyFile: string } {
  const [certificateFile, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', keyFile, '-out', certificateFile, '-days', '30'],
      ...['-subj', '/CN=lexdelta stand-in', '-addext', 'basicConstraints=critical,CA:FALSE'],
      ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  return { certificateFile, keyFile };
}
