import { OAuthError } from '@evergrant/core'
import { migrations, OLDEST_COMPATIBLE } from './migrations.ts'

/** What a database says about its schema. */
export interface SchemaVersion {
  /** Steps that were taken; 0: none. */
  readonly version: number
  /** The oldest program that still works on it, by the number of steps it knows. 0: not told, so only this version. */
  readonly compatible: number
}

/**
 * The steps that a schema lacks. None when a newer program has taken more than this one knows, and says that this one
 * still works on what it made: so replicas of two versions run side by side while they are exchanged one by one.
 *
 * Throws `STORE_CORRUPT` when they would not understand each other.
 */
export function missingSteps(found: SchemaVersion, where: string): readonly (readonly string[])[] {
  const known = migrations.length
  if (found.version <= known) return migrations.slice(found.version)
  if (found.compatible !== 0 && found.compatible <= known) return []
  const needs = found.compatible === 0 ? found.version : found.compatible
  const message = `${where} has schema ${found.version}, made by a newer Evergrant; programs need to know schema ${needs} at least, and this one knows ${known}. Start the newer one again.`
  throw new OAuthError('STORE_CORRUPT', message)
}

/** What is recorded after the steps were taken. */
export const presentVersion: SchemaVersion = { version: migrations.length, compatible: OLDEST_COMPATIBLE }
