import { type Static, Type } from 'typebox'

/** What a user may do. `admin`: everything. `member`: connect accounts, and use and see those of their own. */
export const UserRole = Type.Union([Type.Literal('admin'), Type.Literal('member')])
export type UserRole = Static<typeof UserRole>
