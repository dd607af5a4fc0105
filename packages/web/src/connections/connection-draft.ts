import type { ClientAuth, Connection, ConnectionPatch, NewConnection, Provider } from '../api/types.ts'
import type { Texts } from '../languages/languages.ts'
import { dateOf } from '../shared/time.ts'
import { formerSecretOf, OVERLAPS, type Overlap } from './overlap.ts'
import { areDomains, domainList, emptySignIn, type SignInDraft, signInDraftOf, signInRulesOf } from './sign-in-draft.ts'

/** The form's values: every field present, empty where nothing was entered. */
export interface ConnectionDraft {
  name: string
  provider: string
  client_id: string
  client_secret: string
  /** How long the stored secret counts beside a new one. */
  overlap: Overlap
  /** A day as a date field writes it, `2027-01-31`. */
  secret_expires: string
  client_auth: ClientAuth
  parameters: Record<string, string>
  scope: string
  issuer: string
  authorization_endpoint: string
  token_endpoint: string
  sign_in: SignInDraft
  /** The own one of whoever saves it, where that is asked for. */
  password: string
}

export const emptyDraft: ConnectionDraft = {
  name: '',
  provider: '',
  client_id: '',
  client_secret: '',
  overlap: OVERLAPS[0],
  secret_expires: '',
  client_auth: 'client_secret_basic',
  parameters: {},
  scope: '',
  issuer: '',
  authorization_endpoint: '',
  token_endpoint: '',
  sign_in: emptySignIn,
  password: '',
}

/** What choosing a provider fills in. */
export function draftFor(
  provider: Provider,
): Pick<ConnectionDraft, 'provider' | 'client_auth' | 'parameters' | 'scope'> {
  return {
    provider: provider.id,
    client_auth: provider.client_auth[0] ?? 'client_secret_basic',
    parameters: Object.fromEntries(provider.parameters.map((one) => [one.name, one.default ?? ''])),
    scope: '',
  }
}

export function draftOf(connection: Connection): ConnectionDraft {
  return {
    name: connection.name,
    provider: connection.provider,
    client_id: connection.client_id,
    client_secret: '',
    overlap: OVERLAPS[0],
    secret_expires:
      connection.secret_expires_at === undefined ? '' : dateOf(connection.secret_expires_at).toISOString().slice(0, 10),
    client_auth: connection.client_auth,
    parameters: { ...connection.parameters },
    scope: connection.scope,
    issuer: connection.issuer ?? '',
    authorization_endpoint: connection.authorization_endpoint ?? '',
    token_endpoint: connection.token_endpoint ?? '',
    sign_in: signInDraftOf(connection.sign_in),
    password: '',
  }
}

/** The body that makes a connection: only what was entered. */
export function newConnectionOf(draft: ConnectionDraft): NewConnection {
  const { parameters, ...patch } = connectionPatchOf(draft)
  const entered = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== '' && value !== null))
  return {
    ...entered,
    name: draft.name.trim(),
    provider: draft.provider,
    client_id: draft.client_id.trim(),
    ...(parameters && Object.keys(parameters).length > 0 ? { parameters } : {}),
  }
}

/** The body that changes one: an emptied field is sent empty, which removes it, but an untouched secret is not sent. */
export function connectionPatchOf(draft: ConnectionDraft): ConnectionPatch {
  const secret = draft.client_secret.trim()
  const expires = Date.parse(draft.secret_expires) / 1000
  const withoutSecret = draft.client_auth === 'none' || draft.client_auth === 'none_basic'
  return {
    name: draft.name.trim(),
    client_id: draft.client_id.trim(),
    client_auth: draft.client_auth,
    parameters: Object.fromEntries(
      Object.entries(draft.parameters)
        .map(([name, value]) => [name, value.trim()] as const)
        .filter(([, value]) => value !== '' && value !== null),
    ),
    scope: draft.scope.trim().replace(/\s+/g, ' '),
    issuer: draft.issuer.trim(),
    authorization_endpoint: draft.authorization_endpoint.trim(),
    token_endpoint: draft.token_endpoint.trim(),
    sign_in: signInRulesOf(draft.sign_in),
    secret_expires_at: withoutSecret || Number.isNaN(expires) ? null : expires,
    ...(withoutSecret ? { client_secret: '' } : secret ? { client_secret: secret } : {}),
  }
}

/** The same, with only what is not as it is stored: what somebody else changes meanwhile stays, and the log tells what was changed. `now`: epoch seconds. */
export function connectionChangesOf(draft: ConnectionDraft, connection: Connection, now: number): ConnectionPatch {
  const stored: Readonly<Record<string, unknown>> = { ...connectionPatchOf(draftOf(connection)) }
  const patch = connectionPatchOf(draft)
  const changed = Object.entries(patch).filter(
    ([field, value]) =>
      JSON.stringify(value) !== JSON.stringify(stored[field]) ||
      // A new secret forgets when the one before it ended; the date that stands in the form is the new one's.
      (field === 'secret_expires_at' && patch.client_secret !== undefined),
  )
  const overlaps = patch.client_secret ? connection.has_secret : false
  return {
    ...Object.fromEntries(changed),
    ...(overlaps ? { former_secret: formerSecretOf(draft.overlap, now) } : {}),
  }
}

/** Whether saving it decides who gets in here, or where tokens go. `connection`: as it is stored; undefined for a new one. */
export function needsProof(draft: ConnectionDraft, connection: Connection | undefined): boolean {
  if (connection === undefined) return draft.sign_in.on
  const { parameters, issuer, authorization_endpoint, token_endpoint, ...others } = connectionChangesOf(
    draft,
    connection,
    0,
  )
  const moved = [parameters, issuer, authorization_endpoint, token_endpoint].some((value) => value !== undefined)
  if (moved && (connection.accounts?.total ?? 0) > 0) return true
  return draft.sign_in.on && (moved || Object.keys(others).length > 0)
}

/** Messages by field path, for what can be said without asking the server. */
export function draftErrors(
  draft: ConnectionDraft,
  provider: Provider | undefined,
  texts: Texts['connections'],
): Record<string, string> {
  const errors: Record<string, string> = {}
  if (!provider) errors['provider'] = texts.providerMissing
  if (!draft.name.trim()) errors['name'] = texts.nameMissing
  if (!draft.client_id.trim()) errors['client_id'] = texts.clientIdMissing
  for (const { name, title, pattern, values, default: preset, example, optional } of provider?.parameters ?? []) {
    const value = draft.parameters[name]?.trim() ?? ''
    if (!value && preset === undefined && !optional) errors[`parameters.${name}`] = texts.parameterMissing({ title })
    else if (
      value &&
      ((pattern && !new RegExp(`^(?:${pattern})$`, 'u').test(value)) || values?.includes(value) === false)
    ) {
      errors[`parameters.${name}`] = example
        ? texts.parameterWrongLike({ title, example })
        : texts.parameterWrong({ title })
    }
  }
  const addresses = ['issuer', 'authorization_endpoint', 'token_endpoint'] as const
  for (const field of addresses) {
    if (draft[field].trim() && !isSafeAddress(draft[field].trim())) errors[field] = texts.addressWrong
  }
  if (provider?.needs_issuer && !draft.issuer && !(draft.authorization_endpoint && draft.token_endpoint)) {
    errors['issuer'] = texts.addressMissing
  }
  const { on, provision, domains } = draft.sign_in
  if (on && provision) {
    const list = domainList(domains)
    if (list.length === 0) errors['sign_in.domains'] = texts.domainsMissing
    else if (!areDomains(list)) errors['sign_in.domains'] = texts.domainsWrong
  }
  return errors
}

/** https anywhere, plain http only on this machine (RFC 9700 §2.6). */
export function isSafeAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname))
}
