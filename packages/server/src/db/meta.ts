import { type Kysely, sql } from 'kysely'
import type { Tables } from './tables.ts'

/** A single value of the installation. */
export async function readMeta(db: Kysely<Tables>, name: string): Promise<string | undefined> {
  return (await db.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst())?.value
}

export async function writeMeta(db: Kysely<Tables>, name: string, value: string): Promise<void> {
  await db
    .insertInto('meta')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}

/** Changes a value from what was read (undefined: nothing); false when somebody else changed it meanwhile. */
export async function swapMeta(
  db: Kysely<Tables>,
  name: string,
  expected: string | undefined,
  value: string,
): Promise<boolean> {
  if (expected === undefined) {
    const made = db.insertInto('meta').values({ name, value })
    const rows = await made
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning('name')
      .execute()
    return rows.length > 0
  }
  const changed = db.updateTable('meta').set({ value }).where('name', '=', name).where('value', '=', expected)
  return (await changed.returning('name').execute()).length > 0
}

/** Writes a value as long as another one is as expected, in one statement; false when it is not. */
export async function writeMetaWhile(
  db: Kysely<Tables>,
  expected: { readonly name: string; readonly value: string },
  name: string,
  value: string,
): Promise<boolean> {
  const { rows } = await sql`
    INSERT INTO meta (name, value)
    SELECT ${name}, ${value}
    WHERE EXISTS (SELECT 1 FROM meta WHERE name = ${expected.name} AND value = ${expected.value})
    ON CONFLICT (name) DO UPDATE SET value = excluded.value
    RETURNING name`.execute(db)
  return rows.length > 0
}
