import type { Role } from '../api/types'

/** The roles one can give to others, the smallest first; the creator of a project is its owner. */
export const GIVEN_ROLES: readonly Role[] = ['annotator', 'reviewer', 'manager', 'owner']

/** May this role change people, data and settings? */
export const manages = (role: Role | undefined): boolean => role === 'owner' || role === 'manager'

/** May this role see who the members are? */
export const seesMembers = (role: Role): boolean => role !== 'annotator'

/** Those that somebody of this role can give: nobody makes an owner but an owner. */
export const rolesGivenBy = (own: Role): readonly Role[] => GIVEN_ROLES.filter((one) => one !== 'owner' || own === 'owner')

/** The role of a choice in a form; the smallest for anything unknown. */
export const asRole = (value: string): Role => GIVEN_ROLES.find((role) => role === value) ?? 'annotator'
