import { type GrantStore, grant, isOAuthError } from '@evergrant/core'
import { type Check, check } from './check.ts'

/** Whether a grant can be written, read back and deleted. What is stored stays as it is. */
export async function storeChecks(store: GrantStore, url: string, grantId: string): Promise<Check[]> {
  const readable = await check('store.read', 'Store, reading', async () => {
    const found = await store.get(grantId)
    const what = found === undefined ? `no grant "${grantId}" in it` : `grant "${grantId}" is there`
    return { result: 'ok', detail: `${url}, ${what}` }
  })
  if (readable.result === 'fail') return [readable]
  return [readable, await check('store.write', 'Store, writing', () => writable(store))]
}

async function writable(store: GrantStore): Promise<Omit<Check, 'id' | 'title'>> {
  if (!store.traits.durable) {
    return {
      result: 'warn',
      detail: 'What is written does not survive this process.',
      who: 'whoever wrote the command',
      advice: 'Use a file or a database when the provider rotates refresh tokens.',
    }
  }
  const id = `doctor-${crypto.randomUUID()}`
  const probe = grant({
    id,
    provider: 'doctor',
    client: 'doctor',
    access: {},
    standing: { state: 'active', since: 0 },
    updated_at: 0,
    version: 0,
  })
  try {
    const stored = await store.put(probe, 0)
    const again = await store.put(probe, 0)
    if (!stored.ok || again.ok) {
      return {
        result: 'fail',
        detail: 'The store wrote over a newer version; two programs would lose refresh tokens to each other.',
        who: 'whoever runs this machine and its network',
        advice: 'Use another store.',
      }
    }
  } catch (error) {
    if (isOAuthError(error) && error.code === 'STORE_READ_ONLY') {
      return {
        result: 'warn',
        detail: error.message,
        who: 'whoever runs this machine and its network',
        advice: error.advice,
      }
    }
    throw error
  }
  await store.delete(id)
  return { result: 'ok', detail: `written, read back and deleted (compare-and-swap: ${store.traits.cas})` }
}
