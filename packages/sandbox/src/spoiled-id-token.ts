import { decodeJwt } from 'jose'
import type { Fault } from './faults.ts'
import type { Answer } from './http-answer.ts'
import { SigningKeys } from './signing-keys.ts'

/** The answer with its id_token as a fault wants it; other answers unchanged. */
export async function spoiledIdToken(answer: Answer, { claims, forged }: Fault, keys: SigningKeys): Promise<Answer> {
  if ((claims === undefined && !forged) || answer.issued?.id_token === undefined) return answer
  const altered = Object.entries({ ...decodeJwt(answer.issued.id_token), ...claims }).filter(
    ([, value]) => value !== null,
  )
  const signer = forged ? new SigningKeys(keys.algorithm) : keys
  const id_token = await signer.sign(Object.fromEntries(altered))
  return { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), id_token }) }
}
