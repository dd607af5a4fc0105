import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { type Grant, type GrantStore, type GrantSummary, isOAuthError } from '@evergrant/core'

/** A put that has to win. */
export async function put(store: GrantStore, next: Grant, expected: number): Promise<Grant> {
  const stored = await store.put(next, expected)
  if (!stored.ok) assert.fail(`the put of ${next.id} over version ${expected} lost to ${stored.current?.version}`)
  return stored.grant
}

/** All of a list. */
export async function all(list: AsyncIterable<GrantSummary>): Promise<GrantSummary[]> {
  const found: GrantSummary[] = []
  for await (const one of list) found.push(one)
  return found
}

/** Whether the call went through; false when it was given up. Any other failure is one. */
export async function settled(call: Promise<unknown>): Promise<boolean> {
  try {
    await call
    return true
  } catch (error) {
    assert.ok(isOAuthError(error) && error.code === 'ABORTED', `rejected with ${inspect(error)}`)
    return false
  }
}

/** Given up from the start. */
export function aborted(): AbortController {
  const controller = new AbortController()
  controller.abort()
  return controller
}
