import { stripVTControlCharacters } from 'node:util'
import type { GrantSummary, PredictedEnd, Provider, Standing } from '@evergrant/core'
import { missingScopes } from '@evergrant/core'
import { oneLine } from './harmless.ts'

/** The grants as aligned columns. */
export function grantTable(grants: readonly GrantSummary[], now: number): string {
  const rows = grants.map((of) => [
    of.id,
    of.standing.state,
    of.subject?.username ?? of.subject?.sub ?? '–',
    of.provider,
    of.expires_at === undefined ? '–' : distance(of.expires_at, now),
  ])
  return table([['GRANT', 'STANDING', 'ACCOUNT', 'PROVIDER', 'TOKEN ENDS'], ...rows])
}

/** Rows as aligned columns, two spaces apart. Colours take no room. A cell is on one line, whatever it holds. */
export function table(given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(oneLine))
  const shown = (cell: string): number => stripVTControlCharacters(cell).length
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((most, row) => Math.max(most, shown(row[column] ?? '')), 0),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - shown(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** One grant, a fact on each line. */
export function grantText(
  of: GrantSummary,
  now: number,
  { end, provider }: { readonly end?: PredictedEnd | undefined; readonly provider?: Provider | undefined } = {},
): string {
  const missing = missingScopes(of.requested_scope, of.granted_scope, provider)
  const facts: (readonly [string, string | undefined])[] = [
    ['grant', of.id],
    ['standing', standingText(of.standing, now)],
    ['account', of.subject?.username ?? of.subject?.sub],
    ['provider', of.provider],
    ['client id', of.client],
    ['scope', of.granted_scope ?? of.requested_scope],
    ['not granted', missing.length === 0 ? undefined : missing.join(' ')],
    ['token ends', of.expires_at === undefined ? undefined : `${iso(of.expires_at)} (${distance(of.expires_at, now)})`],
    ['renews itself', of.refreshable ? 'yes' : 'no: there is no refresh token'],
    ['ends', end && endText(end, now)],
    ['look-up', of.look_up_failed && `failed ${iso(of.look_up_failed.at)}: ${of.look_up_failed.trouble.message}`],
    ['changed', `${iso(of.updated_at)} (version ${of.version})`],
  ]
  return facts
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(13)}  ${oneLine(value)}`]))
    .join('\n')
}

/** When it ends by itself, and why. */
function endText({ at, reason, advice }: PredictedEnd, now: number): string {
  const reasons = {
    told: 'the provider said so',
    testing: 'the provider said so',
    idle: 'unless it is used before',
    absolute: 'used or not',
    access_token: 'with its access token',
  } as const
  return `${iso(at)} (${distance(at, now)}), ${reasons[reason]}${advice === undefined ? '' : `. ${advice}`}`
}

function standingText(standing: Standing, now: number): string {
  if (standing.state === 'active') return 'active'
  if (standing.state === 'failing') {
    return `failing, next attempt ${distance(standing.next_attempt, now)}: ${standing.trouble.message}`
  }
  const reasons = {
    invalid_grant: 'the provider ended it',
    refresh_interrupted: 'a refresh was interrupted before it could be recorded',
    wrong_account: 'the provider answered a refresh with tokens of another account, which are kept aside',
    revoked_here: 'it was ended from here',
  } as const
  const words = standing.trouble === undefined ? '' : `: ${standing.trouble.message}`
  return `revoked, ${reasons[standing.reason]}${words}`
}

function iso(time: number): string {
  return new Date(time * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** "in 12 min", "3 h ago". */
function distance(time: number, now: number): string {
  const away = Math.abs(time - now)
  const text =
    away < 90
      ? `${Math.round(away)} s`
      : away < 5400
        ? `${Math.round(away / 60)} min`
        : away < 172_800
          ? `${Math.round(away / 3600)} h`
          : `${Math.round(away / 86_400)} d`
  return time >= now ? `in ${text}` : `${text} ago`
}
