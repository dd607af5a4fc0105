import { stripVTControlCharacters } from 'node:util'
import type { GrantSummary, PredictedEnd, Provider } from '@evergrant/core'
import { missingScopes } from '@evergrant/core'
import { grantState } from './grant-state.ts'
import { oneLine } from './harmless.ts'

/** The grants as aligned columns. */
export function grantTable(grants: readonly GrantSummary[], now: number): string {
  const rows = grants.map((of) => [
    of.id,
    grantState(of, now).state,
    of.subject?.username ?? of.subject?.sub ?? '–',
    of.provider,
    of.expires_at === undefined ? '–' : distance(of.expires_at, now),
  ])
  return table([['GRANT', 'STATE', 'ACCOUNT', 'PROVIDER', 'TOKEN ENDS'], ...rows])
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
  return facts([
    ['grant', of.id],
    ['state', stateText(of, now, provider)],
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
  ])
}

/** A fact on each line, without those that there are not. */
export function facts(all: readonly (readonly [string, string | undefined])[]): string {
  return all
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

/** The word for its state, what that means, and what the provider told. */
function stateText(of: GrantSummary, now: number, provider: Provider | undefined): string {
  const { standing } = of
  const { state, sentence } = grantState(of, now, provider)
  if (standing.state === 'active') return `${state}: ${sentence}`
  const told =
    standing.trouble === undefined || sentence.includes(standing.trouble.message) ? '' : ` ${standing.trouble.message}`
  const next = standing.state === 'failing' ? ` Next attempt ${distance(standing.next_attempt, now)}.` : ''
  return `${state}: ${sentence}${told}${next}`
}

export function iso(time: number): string {
  return new Date(time * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** "in 12 min", "3 h ago". */
export function distance(time: number, now: number): string {
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
