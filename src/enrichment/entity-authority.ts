import type { EntityRole } from '../agreements/look-up-items.ts';

/** Who is it that documents name so? */
export interface EntityQuestion {
  /** The key that the answer will be found under. */
  readonly entity_key: string;
  /** The name or identifier as the document has it. */
  readonly text: string;
}

export interface EntityAnswer {
  /** The identifier as Table A-3 shows it, cleaned, at most 50 characters; an LEI's check digits are right. */
  readonly entity_id: string;
  /** The master tables that it stands in; none: it is known, and in neither. */
  readonly roles: readonly EntityRole[];
  /** By field number, cleaned and checked as an import's, empty ones left out. */
  readonly fields: Readonly<Record<string, string>>;
  /** As `EntityItem.lei_status`. */
  readonly lei_status?: string;
}

/** Somebody who knows entities. Asking changes nothing, so that it may be done again. */
export interface EntityAuthority {
  /**
   * @returns `null`: nobody knows that entity
   * @throws TransientError `ENTITY_SERVICE_UNREACHABLE`, `ENTITY_SERVICE_BUSY`
   * @throws PermanentError `ENTITY_ANSWER_INVALID`, `ENTITY_SERVICE_REFUSED`: asked about this entity, the same will happen again
   * @throws PermanentError `ENTITY_SERVICE_UNAUTHORIZED`: so will it for any other
   */
  ask(question: EntityQuestion, signal?: AbortSignal): Promise<EntityAnswer | null>;
  close(): Promise<void>;
}

/** Asks one after the other until somebody knows the entity. */
export function askInTurn(authorities: readonly EntityAuthority[]): EntityAuthority {
  return {
    async ask(question, signal) {
      for (const authority of authorities) {
        const answer = await authority.ask(question, signal);
        if (answer !== null) return answer;
      }
      return null;
    },
    async close() {
      for (const authority of authorities) await authority.close();
    },
  };
}
