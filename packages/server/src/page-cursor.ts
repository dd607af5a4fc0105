import type { AccountSort } from './contract/index.ts'
import { Refusal } from './problem.ts'

/** Where a list goes on: after the last one of the page before. */
export interface PageCursor {
  readonly sort: AccountSort
  /** Of a list in two parts, such as those that need somebody and the others. */
  readonly part: number
  readonly value: string | number
  readonly id: string
}

export function cursorText({ sort, part, value, id }: PageCursor): string {
  return Buffer.from(JSON.stringify([sort, part, value, id])).toString('base64url')
}

/** Throws `INVALID_REQUEST` for what is no cursor of ours, or one of a list in another order. */
export function cursorFrom(text: string, sort: AccountSort): PageCursor {
  const found = read(text)
  if (found !== undefined && found.sort === sort) return found
  throw new Refusal('INVALID_REQUEST', 'This is no cursor that a list in this order has given.', { field: 'cursor' })
}

function read(text: string): PageCursor | undefined {
  try {
    const found = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[]
    // As servers gave it that knew one order.
    const [sort, part, value, id] = found.length === 2 ? ['name', 0, ...found] : found
    if (typeof part !== 'number' || typeof id !== 'string' || found.length > 4) return undefined
    if (typeof value !== (sort === 'name' || sort === 'attention' ? 'string' : 'number')) return undefined
    return { sort: sort as AccountSort, part, value: value as string | number, id }
  } catch {
    return undefined
  }
}
