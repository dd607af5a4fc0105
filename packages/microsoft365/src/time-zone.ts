import { OAuthError } from '@evergrant/core'
import { windowsZones } from './windows-zones.ts'

/**
 * The Windows name of a time zone, which is what Exchange and Microsoft Graph call it: `Europe/Berlin` becomes
 * `W. Europe Standard Time`. A Windows name stays what it is. Upper and lower case do not matter.
 *
 * Throws `INVALID_ARGUMENT` for a name that neither list has.
 *
 * @example
 * ```ts
 * import { windowsTimeZone } from '@evergrant/microsoft365'
 *
 * const header = { prefer: `outlook.timezone="${windowsTimeZone('Europe/Berlin')}"` }
 * ```
 */
export function windowsTimeZone(name: string): string {
  const wanted = name.trim().toLowerCase()
  for (const [windows, names] of Object.entries(windowsZones))
    if (windows.toLowerCase() === wanted || names.toLowerCase().split(' ').includes(wanted)) return windows
  throw unknown(name)
}

/**
 * The IANA name of a time zone: `W. Europe Standard Time` becomes `Europe/Berlin`. An IANA name stays what it is.
 * Throws `INVALID_ARGUMENT` for a name that neither list has.
 */
export function ianaTimeZone(name: string): string {
  const wanted = name.trim().toLowerCase()
  for (const [windows, names] of Object.entries(windowsZones)) {
    const known = names.split(' ')
    const same = known.find((one) => one.toLowerCase() === wanted)
    if (same !== undefined) return same
    if (windows.toLowerCase() === wanted && known[0] !== undefined) return known[0]
  }
  throw unknown(name)
}

function unknown(name: string): OAuthError {
  const message = `There is no time zone "${name}". Give an IANA name such as Europe/Berlin, or a Windows name such as "W. Europe Standard Time".`
  return new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
}
