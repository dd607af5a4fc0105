import { parse } from 'yaml'
import { invalidDocument } from '../description/invalid-document.ts'

/**
 * An OpenAPI document from its text, JSON or YAML. Throws `INVALID_DOCUMENT`, with line and column, for what is neither.
 *
 * @example
 * ```ts
 * import { describeApi } from '@evergrant/sdk'
 * import { parseDocument } from '@evergrant/sdk/generate'
 *
 * const titleOf = (yaml: string) => describeApi(parseDocument(yaml)).title
 * ```
 */
export function parseDocument(text: string): unknown {
  try {
    return text.trimStart().startsWith('{') ? JSON.parse(text) : parse(text)
  } catch (cause) {
    const words = cause instanceof Error ? (cause.message.split('\n')[0] ?? '').replace(/[.:\s]+$/, '') : String(cause)
    throw invalidDocument([], `neither JSON nor YAML: ${words}.`)
  }
}
