import type { ErrorKind } from '@evergrant/core'

/** For `assert.rejects`, which takes classes and no other `instanceof`. */
export const is =
  (kind: ErrorKind) =>
  (error: unknown): boolean =>
    error instanceof kind

export async function all<T>(many: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const one of many) list.push(one)
  return list
}
