import type { Account, AccountTest, Check, Problem, StillAtProvider } from '../api/types.ts'
import type { Language } from './languages.ts'
import type { ProblemWords } from './server-words.ts'

// The server speaks English and names what it says. Here it is said in the language of the page by those names;
// what has no name, such as a provider's own words, stays as it came.

type Said = Pick<Language, 'server'>

export function problemWords({ code, title, advice, field }: Problem, { server }: Said): ProblemWords {
  const known = server?.problems[code]
  if (!server || !known) return { title, advice }
  return { title: known.title, advice: field && code === 'INVALID_REQUEST' ? server.correctField : known.advice }
}

type Condition = Pick<Account, 'sentence' | 'advice' | 'said'>

export function accountSentence({ sentence, said }: Condition, { server }: Said): string {
  const known = said && server?.sentences[said.sentence]
  if (!known) return sentence
  return said.detail ? `${known} ${said.detail}` : known
}

export function accountAdvice({ advice, said }: Condition, { server }: Said): string | undefined {
  return (said?.advice && server?.sentences[said.advice]) || advice
}

/** What to do about an error that an account tells of, by its code. */
export function adviceFor(code: string, advice: string, { server }: Said): string {
  return server?.problems[code]?.advice ?? advice
}

export function checkWords({ id, title, detail, ok, code, advice }: Check, { server }: Said) {
  const known = server?.checks[id]
  return {
    title: known?.title ?? title,
    // One that passed with an advice has something of its own to say.
    detail: (ok && !advice && known?.passed) || detail,
    advice: (code && server?.problems[code]?.advice) || advice,
  }
}

export function testWords({ ok, detail, code, advice }: AccountTest, { server }: Said) {
  return {
    detail: ok ? (server?.testPassed ?? detail) : detail,
    advice: (code && server?.problems[code]?.advice) || advice,
  }
}

export function stillThereWords({ detail, advice }: StillAtProvider, provider: string, { server }: Said) {
  if (!server) return { detail, advice }
  return { detail: server.notToldTitle, advice: server.endItThere.replace('{provider}', provider) }
}
