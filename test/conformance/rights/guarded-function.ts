/**
 * A function of the stack, called through its role. Whatever it may do and has not yet been seen to need is taken from the
 * role first: what then is denied names the right to look at, the call is made without that right alone, and must fail. So
 * the call goes on, until it passes with the rights that were seen to matter, and that is the call that the machine gets.
 * Nothing is done twice that way but what failed, and every state may be run again.
 */
import { type DeployedFunction, isFor, type Right } from './deployed-rights.ts';
import type { Reply } from './function-worker.ts';
import type { Denial, GuardFront } from './guard-front.ts';
import type { Role, Roles } from './roles.ts';
import { type FunctionSettings, RunningFunction } from './run-function.ts';

export interface Guard {
  readonly front: GuardFront;
  readonly roles: Roles;
}

interface Attempt {
  readonly reply: Reply;
  readonly denials: readonly Denial[];
}

export class GuardedFunction {
  readonly deployed: DeployedFunction;
  /** What was seen to matter, with what the call said without it. */
  readonly shown = new Map<Right, string>();
  /** Denied though nothing was taken away. */
  readonly missing = new Set<string>();
  readonly #settings: FunctionSettings;
  readonly #guard: Guard;
  readonly #running = new Map<Role, RunningFunction>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(deployed: DeployedFunction, settings: FunctionSettings, guard: Guard) {
    this.deployed = deployed;
    this.#settings = settings;
    this.#guard = guard;
  }

  /** Rights that nothing has needed so far. */
  get surplus(): readonly Right[] {
    return this.deployed.rights.filter((right) => !this.shown.has(right));
  }

  /** One call after the other: what is open in one is not tried in two. @throws Error the function's own, by name */
  call(payload: unknown): Promise<unknown> {
    const answered = this.#last.then(() => this.#call(payload));
    this.#last = answered.catch(() => {});
    return answered;
  }

  /** Whether the call without this right fails, and names it. */
  async failsWithout(right: Right, payload: unknown): Promise<boolean> {
    const { reply, denials } = await this.try([right], payload);
    const isDenied = denials.some(({ action, resource }) => isFor(right, action, resource));
    const failure = failureOf(reply);
    if (!isDenied || failure?.includes(right.action) !== true) return false;
    this.shown.set(right, failure);
    return true;
  }

  /** Makes the call with all rights but `removed`. */
  async try(removed: readonly Right[], payload: unknown): Promise<Attempt> {
    const { name, rights } = this.deployed;
    const left = rights.filter((right) => !removed.includes(right));
    const role = await this.#guard.roles.with(name, left);
    const running = this.#running.get(role) ?? new RunningFunction(this.#settings, role.credentials);
    this.#running.set(role, running);
    let reply: Reply | null = null;
    const denials = await this.#guard.front.watch(role.credentials, async () => {
      reply = await running.call(payload);
    });
    if (removed.length > 0) await this.#stop(role);
    return { reply: reply!, denials };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((role) => this.#stop(role)));
  }

  async #call(payload: unknown): Promise<unknown> {
    /** Denied, and the call got over it: not to be looked at again in this call. */
    const unmoved = new Set<Right>();
    for (;;) {
      const removed = this.surplus.filter((right) => !unmoved.has(right));
      const { reply, denials } = await this.try(removed, payload);
      if (denials.length === 0) return outputOf(reply);
      const denied = removed.find((right) => denials.some(({ action, resource }) => isFor(right, action, resource)));
      if (denied === undefined) {
        for (const { action, resource } of denials) this.missing.add(`${action} ${resource}`);
        return outputOf(reply);
      }
      if (!(await this.failsWithout(denied, payload))) unmoved.add(denied);
    }
  }

  async #stop(role: Role): Promise<void> {
    const running = this.#running.get(role);
    this.#running.delete(role);
    await running?.stop();
  }
}

/** What failed; `null`: nothing. A table that is published does not fail with the retention behind it, which tells instead. */
function failureOf(reply: Reply): string | null {
  if (!reply.ok) return reply.message;
  return (reply.output as { readonly retention?: { readonly error: string | null } } | null)?.retention?.error ?? null;
}

/** As Lambda gives it to the machine: an error by its name and message. */
function outputOf(reply: Reply): unknown {
  if (reply.ok) return reply.output;
  throw Object.assign(new Error(reply.message), { name: reply.name });
}
