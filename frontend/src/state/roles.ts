import type { Role } from '../api/types'

/** The roles one can give to others, the smallest first; the creator of a project is its owner. */
export const GIVEN_ROLES: readonly Role[] = ['annotator', 'reviewer', 'manager', 'owner']

/** The role of a choice in a form; the smallest for anything unknown. */
export const asRole = (value: string): Role => GIVEN_ROLES.find((role) => role === value) ?? 'annotator'
