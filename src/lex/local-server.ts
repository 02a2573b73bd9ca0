/** What the two servers to try against have in common: listening, and who may ask. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LocalServer {
  /** `http://host:port` */
  readonly url: string;
  /** Breaks off what is under way. */
  close(): Promise<void>;
}

/**
 * @param port 0: any that is free
 * @throws Node's own error when the port is taken (`EADDRINUSE`) or may not be used
 */
export async function listenOn(server: Server, host: string, port: number): Promise<LocalServer> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve());
  });
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Whether the name is this machine's own; an IPv6 address with or without its brackets. */
export function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** A page in somebody's browser must not reach a loopback server under a name of its own. */
export function namesLoopback({ headers }: IncomingMessage): boolean {
  return isLoopbackName((headers.host ?? '').replace(/:\d+$/, '').toLowerCase());
}

/** Whether the request brings the token as `Authorization: Bearer …`. */
export function bringsToken({ headers }: IncomingMessage, token: string): boolean {
  return isSameText(headers.authorization ?? '', `Bearer ${token}`);
}

/** Takes the same time wherever the texts differ. */
function isSameText(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(left!, right!);
}
