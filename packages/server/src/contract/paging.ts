import { Type } from 'typebox'
import { Digits } from './text.ts'

/** Which part of a list is asked for. */
export const Paging = {
  limit: Type.Optional(Digits('^([1-9]\\d?|[1-4]\\d\\d|500)$', 1, 500, { description: '1 to 500.' })),
  cursor: Type.Optional(Type.String({ maxLength: 2000, description: 'What the page before gave as `next`.' })),
}

/** How many are on a page when nobody says it. */
export const USUAL_PAGE = 100
