import { type DeviationSettings, OAuthError } from '@evergrant/core'

/** A text among a deviation's settings. Throws `INVALID_ARGUMENT` when it is missing and has no default. */
export function textOf(deviation: string, settings: DeviationSettings, name: string, usual?: string): string {
  const value = settings[name] ?? usual
  if (typeof value === 'string') return value
  throw new OAuthError('INVALID_ARGUMENT', `The deviation ${deviation} needs the setting ${name}, a text.`)
}

/** Texts by name among a deviation's settings; none when there are none. */
export function textsOf(
  deviation: string,
  settings: DeviationSettings,
  name: string,
): Readonly<Record<string, string>> {
  const value = settings[name] ?? {}
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [['', 0] as const]
  if (entries.every((entry): entry is [string, string] => typeof entry[1] === 'string'))
    return Object.fromEntries(entries)
  throw new OAuthError('INVALID_ARGUMENT', `The deviation ${deviation} needs texts by name in the setting ${name}.`)
}
