import type { Account } from '../api/types.ts'

const NEEDS_PERSON: ReadonlySet<Account['state']> = new Set(['needs_consent', 'blocked_by_admin', 'connection_error'])

/** Whether a person has to act before programs work again. */
export const needsPerson = ({ state }: Pick<Account, 'state'>): boolean => NEEDS_PERSON.has(state)
