import { useTexts } from '../languages/speaking.tsx'

/** For which accounts an API key is. `count`: undefined when the reader is not to know how many. */
export function KeyReach({ all, count }: { all: boolean; count: number | undefined }) {
  const texts = useTexts('keys')
  if (count === undefined) return all ? texts.allAccounts : texts.certainAccounts
  return all ? texts.allAccountsNow({ count }) : texts.accountCount({ count })
}
