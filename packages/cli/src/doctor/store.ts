import { type GrantStore, isOAuthError } from '@evergrant/core'
import { keepsGrants } from '../store-probe.ts'
import { type Check, check, failed } from './check.ts'

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
  try {
    if (!(await keepsGrants(store))) {
      return {
        result: 'fail',
        detail: 'The store wrote over a newer version; two programs would lose refresh tokens to each other.',
        who: 'whoever runs this machine and its network',
        advice: 'Use another store.',
      }
    }
  } catch (error) {
    if (!isOAuthError(error) || error.code !== 'STORE_READ_ONLY') throw error
    return { ...failed(error), result: 'warn' }
  }
  return { result: 'ok', detail: `written, read back and deleted (compare-and-swap: ${store.traits.cas})` }
}
