/** How every client of an AWS driver is made: once a process, since sockets and credentials are kept in it. */

/** Connecting inside a region takes milliseconds; a missing endpoint shows as silence. */
const CONNECTION_TIMEOUT_MS = 5_000;
/** The longest silence before an answer begins; an upload of 8 MiB comes first. */
const REQUEST_TIMEOUT_MS = 60_000;
/** As many as a `Pace` lets through at once. */
const MAX_SOCKETS = 50;

export interface ClientOptions {
  readonly region?: string;
  /** Another address than AWS's own, for a stand-in. */
  readonly endpoint?: string;
}

/** One attempt a request: trying again is the `Pace`'s, which knows of all requests to the same table. */
export function clientConfig(options: ClientOptions = {}) {
  return {
    ...options,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpsAgent: { maxSockets: MAX_SOCKETS },
    },
  };
}
