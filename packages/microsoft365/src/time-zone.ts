import { OAuthError } from '@evergrant/core'
import { windowsZones } from './windows-zones.ts'

/**
 * The Windows name of a time zone, which is what Exchange and Microsoft Graph call it: `Europe/Berlin` becomes
 * `W. Europe Standard Time`. A Windows name stays what it is. Upper and lower case do not matter. The few zones that no
 * Windows name stands for (`Antarctica/Troll`) keep their IANA name, which is the only way to say them; whether a mailbox
 * server knows it is told by `me/outlook/supportedTimeZones`.
 *
 * Throws `INVALID_ARGUMENT` for a name that is none.
 *
 * @see https://learn.microsoft.com/graph/api/outlookuser-supportedtimezones
 *
 * @example
 * ```ts
 * import { windowsTimeZone } from '@evergrant/microsoft365'
 *
 * const header = { prefer: `outlook.timezone="${windowsTimeZone('Europe/Berlin')}"` }
 * ```
 */
export function windowsTimeZone(name: string): string {
  const given = windowsNameOf(name)
  if (given !== undefined) return given
  const canonical = canonicalZone(name)
  if (canonical !== undefined) return windowsNameOf(canonical) ?? canonical
  throw unknown(name)
}

function windowsNameOf(name: string): string | undefined {
  const wanted = name.trim().toLowerCase()
  // Windows zones without an IANA name have an empty list.
  if (wanted === '') return undefined
  for (const [windows, names] of Object.entries(windowsZones))
    if (windows.toLowerCase() === wanted || names.toLowerCase().split(' ').includes(wanted)) return windows
  return undefined
}

/** The name of a zone that this runtime knows, which may be newer than the list. */
function canonicalZone(name: string): string | undefined {
  if (!/^[a-z]/i.test(name.trim())) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name.trim() }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

/**
 * The IANA name of a time zone: `W. Europe Standard Time` becomes `Europe/Berlin`. An IANA name stays what it is.
 * Throws `INVALID_ARGUMENT` for a name that is none.
 */
export function ianaTimeZone(name: string): string {
  const wanted = name.trim().toLowerCase()
  // Windows zones without an IANA name have an empty list.
  if (wanted === '') throw unknown(name)
  for (const [windows, names] of Object.entries(windowsZones)) {
    const known = names.split(' ')
    const same = known.find((one) => one.toLowerCase() === wanted)
    if (same !== undefined) return same
    if (windows.toLowerCase() === wanted && known[0] !== undefined) return known[0]
  }
  const canonical = canonicalZone(name)
  if (canonical === undefined) throw unknown(name)
  return canonical
}

function unknown(name: string): OAuthError {
  const message = `There is no time zone "${name}". Give an IANA name such as Europe/Berlin, or a Windows name such as "W. Europe Standard Time".`
  return new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
}
