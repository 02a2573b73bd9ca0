import type { Agreement } from '../agreement.ts';
import type { ObjectShape, ValueOf } from './shape.ts';

/** A namespace: how its documents look, and what they mean. `README.md` beside this file says how to add one. */
export interface NamespaceModule {
  /** As Lex and the job's input name it. */
  readonly namespace: string;
  /** Counts up whenever the mapping changes, so that the whole namespace is transformed again. */
  readonly version: number;
  /** Top-level member that holds the lex id. */
  readonly idField: string;
  /** Top-level members that change without the agreement changing; the content hash leaves them out. */
  readonly volatileFields: readonly string[];
  readonly shape: ObjectShape;
  /**
   * The agreements of a document that fits `shape`. Pure: the same document gives the same agreements on every machine.
   * What the shape cannot say is refused through `refuse`.
   */
  readonly toAgreements: (document: unknown, refuse: Refuse) => readonly Agreement[];
}

/** Rejects the document: at `path`, something else was expected than found. No contents in the texts. */
export type Refuse = (path: string, expected: string, found: string) => void;

/** A module whose mapping sees documents in the type that its shape says. */
export function defineNamespace<const S extends ObjectShape>(
  module: Omit<NamespaceModule, 'shape' | 'toAgreements'> & {
    readonly shape: S;
    readonly toAgreements: (document: ValueOf<S>, refuse: Refuse) => readonly Agreement[];
  },
): NamespaceModule {
  // The one place where a document takes its type: `prepareDocument` has checked it against `shape` before.
  return { ...module, toAgreements: (document, refuse) => module.toAgreements(document as ValueOf<S>, refuse) };
}
