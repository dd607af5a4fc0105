import { type Changes, cloneWith } from '@evergrant/core/api'

/** A value with a method that copies it with changes: what is absent stays, `undefined` clears. */
export type Cloneable<T> = T & { cloneWith(changes: Changes<T>): Cloneable<T> }

/** Frozen. The method is not enumerable, so that a copy by spreading is the plain value. */
export function cloneable<T extends object>(
  value: T,
  merge: (value: T, changes: Changes<T>) => T = cloneWith,
): Cloneable<T> {
  const copy = { ...value }
  Object.defineProperty(copy, 'cloneWith', {
    value: (changes: Changes<T>) => cloneable(merge(value, changes), merge),
  })
  return Object.freeze(copy) as Cloneable<T>
}
