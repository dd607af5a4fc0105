import type { Finding } from '@evergrant/core'
import { failure, WHO } from '../failure.ts'

/** What one step of the doctor found. */
export interface Check {
  readonly id: string
  readonly title: string
  /** `warn`: it works, with a catch. `skip`: it could not be looked at, or does not apply. */
  readonly result: 'ok' | 'warn' | 'fail' | 'skip'
  readonly detail: string
  /** Who must mend it. */
  readonly who?: string | undefined
  readonly advice?: string | undefined
  /** The provider's page that tells more. */
  readonly link?: string | undefined
}

/** A step that fails with whatever its work throws. */
export async function check(
  id: string,
  title: string,
  work: () => Promise<Omit<Check, 'id' | 'title'>>,
): Promise<Check> {
  try {
    return { id, title, ...(await work()) }
  } catch (error) {
    return { id, title, ...failed(error) }
  }
}

/** What was thrown, as a result. */
export function failed(error: unknown): Omit<Check, 'id' | 'title'> {
  const { message, who, advice, link } = failure(error)
  return { result: 'fail', detail: message, who, advice, link }
}

/** What was found about a client, in words for a terminal. */
export function told({ id, title, error, ...found }: Finding): Check {
  if (error !== undefined && found.result === 'fail') return { id, title, ...failed(error) }
  return { id, title, ...found, who: found.who && WHO[found.who] }
}

export function skipped(id: string, title: string, detail: string): Check {
  return { id, title, result: 'skip', detail }
}
