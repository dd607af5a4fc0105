import type { Transaction } from 'kysely'
import { writeMeta } from '../db/meta.ts'
import type { Tables } from '../db/tables.ts'
import { randomId } from './secret.ts'

/** Written by whatever changes who administers, or what people are called: one after the other they get past it. */
const USERS = 'administrators_changed'

/** Held to the end of the transaction, whose first statement it has to be, by one at a time of all servers. */
export async function holdUsers(db: Transaction<Tables>): Promise<void> {
  await writeMeta(db, USERS, randomId())
}

/** Whether somebody else has this name, or one that people take for it. */
export async function isNameTaken(db: Transaction<Tables>, name: string, but?: string): Promise<boolean> {
  // All of them: neither database folds as Unicode does, and who may sign in are few.
  const users = await db.selectFrom('users').select(['id', 'name']).execute()
  return users.some((user) => user.id !== but && sameName(user.name, name))
}

/** Whether people take one name for the other: then one of them alone can have it. */
export const sameName = (one: string, other: string): boolean => folded(one) === folded(other)

/** What is not seen takes part in no comparison; a name keeps it where it shapes letters. */
export const withoutInvisible = (name: string): string =>
  name.replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '').trim()

/** Equal for names that differ in case, width, composition, spaces or invisible characters only. */
function folded(name: string): string {
  const seen = withoutInvisible(name.normalize('NFKC')).replace(/\s+/g, ' ').trim()
  // Upper case first, where more letters become the same one: ß and SS, ς and σ.
  return seen.toUpperCase().toLowerCase().normalize('NFKC')
}
