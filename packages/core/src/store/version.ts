import { type Grant, versioned } from '../grant/grant.ts'

/** The version that a put over `expected` writes. For stores: who counts otherwise breaks what {@link sealed} binds. */
export function versionAfter(next: Pick<Grant, 'version'>, expected: number): number {
  return (expected > 0 ? expected : next.version) + 1
}

/**
 * A version for a grant that is not stored yet. Drawn at random: were it always the same, who still holds the record of
 * a grant that was deleted would meet its version again in the grant that was made under the same id, and overwrite it.
 * Below 2^30, so that 32 bits are enough for a thousand million writes.
 */
export function firstVersion(): number {
  return 1 + Math.floor(Math.random() * (2 ** 30 - 1))
}

/** The record to put, with a first version of its own unless it was stored before. */
export function begun(next: Grant): Grant {
  return next.version > 0 ? next : versioned(next, firstVersion())
}
