/** Changes to a value: what is absent stays, `undefined` clears. */
export type Changes<T> = { readonly [Name in keyof T]?: T[Name] | undefined }

/**
 * A copy of plain data with changes. A name that is absent from `changes` keeps its value, one that is there with
 * `undefined` is cleared, and falsy values such as 0 and '' are values. The original stays as it was.
 *
 * @example
 * ```ts
 * import { type ApiConfiguration, cloneWith } from '@evergrant/core/api'
 *
 * const slower = (configuration: ApiConfiguration) => cloneWith(configuration, { timeout: 60, retries: undefined })
 * ```
 */
export function cloneWith<T extends object>(value: T, changes: Changes<T>): T {
  return Object.freeze({ ...value, ...changes }) as T
}
