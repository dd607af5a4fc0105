import type { ProviderRecord } from './record.ts'

/** A record with what is known to be an accident of its source put right. */
export function repaired(record: ProviderRecord): ProviderRecord {
  return withoutPassword(withDefaults(record))
}

type Texts = Readonly<Record<string, string>>

/** `{name} || value` is a source's way to write a default. */
function withDefaults(record: ProviderRecord): ProviderRecord {
  const params = Object.entries((record['tokenParams'] ?? {}) as Texts)
  const variables = { ...(record['variables'] as Readonly<Record<string, object>> | undefined) }
  const plain = params.map(([param, template]) => {
    const [, name, value] = /^\{(\w+)\} \|\| (.+)$/.exec(template) ?? []
    if (name === undefined || value === undefined) return [param, template] as const
    variables[name] = { ...variables[name], pattern: '^\\S+$', default: value }
    return [param, `{${name}}`] as const
  })
  return params.length === 0 ? record : { ...record, tokenParams: Object.fromEntries(plain), variables }
}

/** A person's name and password are never settings of a provider: the password grant sends them. */
function withoutPassword(record: ProviderRecord): ProviderRecord {
  const params = (record['tokenParams'] ?? {}) as Texts
  if (params['username'] !== '{username}' || params['password'] !== '{password}') return record
  const left = (of: unknown): object => {
    const { username: _, password: __, ...rest } = (of ?? {}) as Record<string, unknown>
    return rest
  }
  return {
    ...record,
    tokenParams: left(record['tokenParams']),
    variables: left(record['variables']),
    grantTypes: [...(record['grantTypes'] as string[]), 'password'],
  }
}
