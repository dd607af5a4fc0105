import { Refusal } from '../problem.ts'

/** Where a list of accounts goes on: after the last one of the page before. */
export interface PageCursor {
  readonly sortName: string
  readonly id: string
}

export function cursorText({ sortName, id }: PageCursor): string {
  return Buffer.from(JSON.stringify([sortName, id])).toString('base64url')
}

/** Throws `INVALID_REQUEST` for what is no cursor of ours. */
export function cursorFrom(text: string): PageCursor {
  try {
    const [sortName, id, ...rest] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[]
    if (typeof sortName === 'string' && typeof id === 'string' && rest.length === 0) return { sortName, id }
  } catch {
    // Said below.
  }
  throw new Refusal('INVALID_REQUEST', 'This is no cursor that a list has given.', { field: 'cursor' })
}
