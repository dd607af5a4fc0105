/**
 * A number with its unit, as English says it: `1 second`, `5 seconds`. Every sentence with a number before a unit takes it from
 * here, so that none says `1 seconds`; `npm run check` holds the code to it.
 *
 * @param unit the word for one
 * @param units the word for any other number; by default `unit` with an s
 *
 * @example
 * ```ts
 * import { counted } from '@evergrant/core'
 *
 * console.log(`Wait ${counted(1, 'second')}.`) // Wait 1 second.
 * console.log(`${counted(0, 'entry', 'entries')} hold.`) // 0 entries hold.
 * ```
 */
export function counted(count: number, unit: string, units = `${unit}s`): string {
  return `${count} ${count === 1 ? unit : units}`
}
