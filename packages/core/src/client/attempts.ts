import type { AnswerBody } from '../answer/answer-body.ts'
import type { Client } from './client.ts'

/** What a request to the provider is made with. */
export type Asking = Pick<Client, 'http' | 'provider' | 'authentication'>

/** Makes a request, once more with another proof when the provider refuses the first one. */
export type Attempts = <Of extends Asking>(
  client: Of,
  request: (client: Of) => Promise<AnswerBody>,
) => Promise<AnswerBody>
