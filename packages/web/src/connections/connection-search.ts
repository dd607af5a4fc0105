import type { Connection } from '../api/types.ts'

/** Those whose name or provider has every word, in any order of the words; what needs somebody comes first. */
export function connectionsMatching(connections: readonly Connection[], typed: string): Connection[] {
  const words = plain(typed).split(/\s+/).filter(Boolean)
  const found = connections.filter(({ name, provider_name, client_id }) => {
    const text = plain(`${name} ${provider_name} ${client_id}`)
    return words.every((word) => text.includes(word))
  })
  return [...found.filter(needsSomebody), ...found.filter((one) => !needsSomebody(one))]
}

function needsSomebody({ last_error, former_secret }: Connection): boolean {
  return last_error !== undefined || former_secret?.used_since !== undefined
}

function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
}
