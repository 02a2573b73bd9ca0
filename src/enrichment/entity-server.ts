/** An entity service over a table of entities, to try against: the whole contract of docs/entity-service.md. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { EntityItem, EntityRole } from '../agreements/look-up-items.ts';
import { entityKey } from '../agreements/look-up-key.ts';
import { bringsToken, isLoopbackName, type LocalServer, listenOn, namesLoopback } from '../lex/local-server.ts';
import type { EntityTable } from '../stores/look-ups.ts';

/** A name of 8,192 characters is cut to a digest in every key; this holds more. */
const MAX_QUESTION_BYTES = 256 * 1024;

export interface EntityServerOptions {
  readonly entities: Pick<EntityTable, 'get'>;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Asked for as `Authorization: Bearer …`. */
  readonly token?: string | undefined;
}

/** @throws Node's own error when the port is taken (`EADDRINUSE`) or may not be used */
export async function startEntityServer(options: EntityServerOptions): Promise<LocalServer> {
  const { host = '127.0.0.1', port, token } = options;
  const isLoopback = isLoopbackName(host);
  const server = createServer((request, response) => {
    const refused = refuse(request, token, isLoopback);
    const answered = refused === null ? answer(request, response, options.entities) : send(response, ...refused);
    answered.catch(() => response.destroy());
  });
  return listenOn(server, host, port);
}

type Refusal = readonly [status: number, body: object];

/** What is refused before anything is read, `null` when nothing is. */
function refuse(request: IncomingMessage, token: string | undefined, isLoopback: boolean): Refusal | null {
  if (isLoopback && !namesLoopback(request)) return [421, { error: 'wrong_host' }];
  if (token !== undefined && !bringsToken(request, token)) {
    return [401, { error: 'unauthorized' }];
  }
  if (request.url !== '/entities/resolve') return [404, { error: 'not_found' }];
  return request.method === 'POST' ? null : [405, { error: 'method_not_allowed' }];
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  entities: Pick<EntityTable, 'get'>,
): Promise<void> {
  const body = await readBody(request);
  if (body === null) return send(response, 413, { error: 'too_long' });
  const text = textIn(body);
  if (text === null) return send(response, 400, { error: 'bad_question' });
  const entity = await find(text, entities);
  if (entity === null) return send(response, 404, { error: 'entity_unknown' });
  const { entity_id, roles, fields, lei_status = null } = entity;
  const columns = (role: EntityRole) =>
    roles.includes(role)
      ? Object.fromEntries(Object.entries(fields).filter(([field]) => field.startsWith(`${role}.`)))
      : null;
  await send(response, 200, { entity_id, co: columns('CO'), cp: columns('CP'), lei_status });
}

/** By the text, as this table's own documents would be looked up. */
async function find(text: string, entities: Pick<EntityTable, 'get'>): Promise<EntityItem | null> {
  const first = await entities.get(entityKey(text));
  const item = first?.kind === 'alias' ? await entities.get(entityKey(first.entity_id)) : first;
  return item?.kind === 'entity' && item.status === 'active' ? item : null;
}

/** `null`: too long. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_QUESTION_BYTES) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function textIn(body: string): string | null {
  try {
    const question: unknown = JSON.parse(body);
    if (typeof question !== 'object' || question === null || !('text' in question)) return null;
    return typeof question.text === 'string' && question.text.trim() !== '' ? question.text : null;
  } catch {
    return null;
  }
}

async function send(response: ServerResponse, status: number, body: object): Promise<void> {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
