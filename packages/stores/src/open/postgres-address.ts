import { addressParameters } from './address-parameters.ts'

/** Those of `pg` that decide where a connection goes, as whom and how safely. */
const NAMES = [
  'host',
  'port',
  'user',
  'password',
  'database',
  'ssl',
  'sslmode',
  'sslcert',
  'sslkey',
  'sslrootcert',
  'sslnegotiation',
  'uselibpqcompat',
  'channel_binding',
  'options',
  'application_name',
  'client_encoding',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
]

/**
 * The address of a PostgreSQL database as it is. Throws `INVALID_ARGUMENT` for a parameter that is nearly one of the driver's,
 * which ignores what it does not know: a misspelt `sslmode` would be a connection without TLS. Others pass, because
 * hostings have their own.
 */
export function postgresAddress(text: string): string {
  const query = /\?(.*)$/s.exec(text)?.[1] ?? ''
  addressParameters(query, { what: 'A PostgreSQL address', names: NAMES, others: true })
  return text
}
