import { Type } from 'typebox'

/** A moment, in epoch seconds. All times of this API are written so. */
export const EpochSeconds = Type.Number({ description: 'Epoch seconds.' })

/** When something ends or is due: whole, so that every client reads the same number, and never later than it is. */
export const WholeEpochSeconds = Type.Integer({ description: 'Epoch seconds, rounded down.' })

/** A moment that somebody gives: not after the year 9999, which is where dates end for most programs that read it again. */
export const GivenMoment = Type.Number({
  minimum: 0,
  maximum: 253_402_300_799,
  description: 'Epoch seconds, up to the end of the year 9999.',
})
